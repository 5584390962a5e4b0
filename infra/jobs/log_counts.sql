-- How many events of each type each log has, and how many streams began with one, up to a position; a job goes on from
-- there. Of each log also the longest streams: each event of a stream says how many there are by then.
CREATE TABLE log_counts (
    company_id uuid NOT NULL,
    type       text NOT NULL,
    events     bigint NOT NULL,
    streams    bigint NOT NULL,
    PRIMARY KEY (company_id, type)
);
CREATE TABLE long_streams (
    company_id uuid NOT NULL,
    stream_id  uuid NOT NULL,
    events     bigint NOT NULL,
    PRIMARY KEY (company_id, stream_id)
);
CREATE TABLE counted_logs (
    company_id uuid PRIMARY KEY,
    position   bigint NOT NULL
);
