-- Which backups were taken, and when one was last restored to see whether it can be. Nothing of any company.
CREATE TABLE backups (
    name        text PRIMARY KEY,
    form        text NOT NULL,
    place       text NOT NULL,
    began_at    timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    events      bigint NOT NULL,
    bytes       bigint NOT NULL,
    tested_at   timestamptz
);
CREATE INDEX backups_by_time ON backups (finished_at);
