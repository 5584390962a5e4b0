-- What became of each job when it was done last, in whichever worker that was, and when it will be done again.
CREATE TABLE job_runs (
    name          text PRIMARY KEY,
    last_run      timestamptz NOT NULL,
    milliseconds  bigint NOT NULL,
    last_error    text,
    next_run      timestamptz NOT NULL
) WITH (fillfactor = 50);
