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

-- Begins a company's log, once; its chain starts from the hash of the company's own id.
CREATE FUNCTION open_company(company uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO company_head (company_id, hash) VALUES (company, sha256(uuid_send(company)))
        ON CONFLICT (company_id) DO NOTHING;
    INSERT INTO company_activity (company_id, active_at) VALUES (company, 'epoch')
        ON CONFLICT (company_id) DO NOTHING;
END $$;

-- Appends a batch to a company's log and returns the position of its last event. An empty batch is allowed.
-- Raises MP404 for a company whose log was never opened, MP422 for lists of different lengths, 23502 for an
-- event with something missing, and 23505 for a stream version that is already taken; then nothing is appended.
-- An event's hash covers the hash before it, so nothing can be altered, left out or put in unnoticed; lengths
-- stand before type and state, so that no two different events share their bytes.
CREATE FUNCTION append_events(
    company uuid, stream_ids uuid[], stream_versions bigint[], types text[], states text[], metadata text[]
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    batch_size constant int := coalesce(cardinality(stream_ids), 0);
    first_position bigint;
    chained bytea;
    chained_hashes bytea[] := '{}';
    head_time timestamptz;
    batch_time timestamptz;
    time_bytes bytea;
    type_bytes bytea;
    state_bytes bytea;
BEGIN
    IF (batch_size, batch_size, batch_size, batch_size) IS DISTINCT FROM
       (cardinality(stream_versions), cardinality(types), cardinality(states), cardinality(metadata)) THEN
        RAISE EXCEPTION 'the lists of a batch differ in length' USING ERRCODE = 'MP422';
    END IF;

    SELECT head.position + 1, head.hash, head.recorded_at INTO first_position, chained, head_time
      FROM company_head AS head WHERE head.company_id = company FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'company % has no log', company USING ERRCODE = 'MP404';
    END IF;
    IF batch_size = 0 THEN
        RETURN first_position - 1;
    END IF;

    -- A clock set back must not make later events look earlier.
    batch_time := greatest(clock_timestamp(), head_time);
    time_bytes := int8send((extract(epoch FROM batch_time) * 1000000)::bigint);
    FOR i IN 1 .. batch_size LOOP
        type_bytes := convert_to(types[i], 'UTF8');
        state_bytes := convert_to(states[i], 'UTF8');
        chained := sha256(
            chained || int8send(first_position + i - 1) || uuid_send(stream_ids[i]) || int8send(stream_versions[i])
            || time_bytes || int4send(length(type_bytes)) || type_bytes
            || int4send(length(state_bytes)) || state_bytes || convert_to(metadata[i], 'UTF8'));
        chained_hashes[i] := chained;
    END LOOP;

    INSERT INTO events (company_id, position, stream_id, stream_version, type, state, metadata, recorded_at, hash)
    SELECT company, first_position + batch.ordinal - 1, batch.stream_id, batch.stream_version,
           batch.type, batch.state, batch.metadata, batch_time, batch.hash
      FROM unnest(stream_ids, stream_versions, types, states, metadata, chained_hashes)
           WITH ORDINALITY AS batch(stream_id, stream_version, type, state, metadata, hash, ordinal);

    UPDATE company_head AS head
       SET position = first_position + batch_size - 1, hash = chained, recorded_at = batch_time
     WHERE head.company_id = company;

    -- The first append within each second of the clock records the activity, so it is never a second behind.
    IF date_trunc('second', batch_time) > head_time THEN
        UPDATE company_activity AS activity SET active_at = batch_time WHERE activity.company_id = company;
    END IF;
    RETURN first_position + batch_size - 1;
END $$;

-- The application and the workers may add to the log and move its head; nobody they connect as may alter it.
GRANT SELECT, INSERT ON events TO mipos_app, mipos_worker;
GRANT SELECT, INSERT, UPDATE ON company_head, company_activity, tracking TO mipos_app, mipos_worker;

-- A transaction sees one company, the one it set for itself; without one, every statement is an error.
ALTER TABLE company_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE company_activity ENABLE ROW LEVEL SECURITY;
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON company_head
    USING (company_id = current_setting('app.company_id')::uuid)
    WITH CHECK (company_id = current_setting('app.company_id')::uuid);
CREATE POLICY own_company ON company_activity
    USING (company_id = current_setting('app.company_id')::uuid)
    WITH CHECK (company_id = current_setting('app.company_id')::uuid);
CREATE POLICY own_company ON events
    USING (company_id = current_setting('app.company_id')::uuid)
    WITH CHECK (company_id = current_setting('app.company_id')::uuid);
CREATE POLICY own_company ON tracking
    USING (company_id = current_setting('app.company_id')::uuid)
    WITH CHECK (company_id = current_setting('app.company_id')::uuid);
