-- The log of facts: one numbered, hash-chained, append-only sequence of events for each company.
--
-- Every statement names its company, every key begins with it, and no function touches a second one,
-- so that the tables can be distributed by company without a change.

-- The end of each company's log. A writer takes its row last in its transaction, which makes positions
-- gapless and lets them commit in order. Half of each page stays free, so that the row, rewritten at each
-- commit, finds room for its next version beside it and no index needs touching.
CREATE TABLE company_head (
    company_id  uuid PRIMARY KEY,
    position    bigint NOT NULL DEFAULT 0,
    hash        bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT 'epoch'
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);

-- When each company last wrote, to the second: what a worker reads to find the few companies with news
-- among many quiet ones. It stands apart from the head because an index on the head would cost every commit.
-- The time is that of the append, which a reader sees only once its transaction has committed: a reader
-- has to look back by more than the longest transaction, or now and then at every head.
CREATE TABLE company_activity (
    company_id uuid PRIMARY KEY,
    active_at  timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
CREATE INDEX company_activity_by_time ON company_activity (active_at);

-- What happened. State and metadata are JSON, kept as the very text that was hashed;
-- auditors read them with state::json.
CREATE TABLE events (
    company_id     uuid NOT NULL,
    position       bigint NOT NULL CHECK (position > 0),
    stream_id      uuid NOT NULL,
    stream_version bigint NOT NULL,
    type           text NOT NULL,
    state          text NOT NULL,
    metadata       text NOT NULL,
    recorded_at    timestamptz NOT NULL,
    hash           bytea NOT NULL,
    PRIMARY KEY (company_id, position),
    UNIQUE (company_id, stream_id, stream_version)
);

-- How far another application's notifications were processed, recorded with the events that came of them.
CREATE TABLE tracking (
    company_id      uuid NOT NULL,
    application     text NOT NULL,
    notification_id bigint NOT NULL,
    PRIMARY KEY (company_id, application)
) WITH (fillfactor = 50);
