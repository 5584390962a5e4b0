-- How many events each read model knew of all logs together, at some moments of the last minutes: how fast it follows.
CREATE TABLE projection_paces (
    projection text NOT NULL,
    noted_at   timestamptz NOT NULL,
    events     bigint NOT NULL,
    PRIMARY KEY (projection, noted_at)
);
