-- Answers of reports about ranges of days, for as long as nothing in these has changed (`projections/reports/
-- range_cache.py`). No more than a way to be faster: a crash of the server empties it, and nobody misses a row.

-- `question` is a digest of all that is asked; `state` says which facts the answer follows from. `keys` are the ids of
-- the rows of `answer`, which has figures alone, as JSON; `bytes` is about what all of it takes.
CREATE UNLOGGED TABLE range_cache (
    company_id uuid NOT NULL,
    question   bytea NOT NULL,
    state      text NOT NULL,
    keys       uuid[] NOT NULL,
    answer     text NOT NULL,
    bytes      int NOT NULL,
    kept_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (company_id, question)
);

-- When a read model's rows were last made anew from the log, after which they may differ at the same position; null
-- where facts were only ever added.
ALTER TABLE projection_checkpoints ADD COLUMN made_at timestamptz;
