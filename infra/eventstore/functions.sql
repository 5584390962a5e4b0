-- The one way into the log. Each of these functions runs with the rights of the log's owner, because nobody who
-- connects to sell or to follow may write the log's tables; so each looks first whether the company is the one
-- that the caller's transaction entered.
--
-- `:schema` is the schema of the installation. Every table is named with it, and the search path of each function
-- ends with pg_temp, so that a caller's temporary table of the same name is never found.

-- Begins a company's log, once, and its epoch; its chain starts from the hash of the company's own id.
CREATE OR REPLACE FUNCTION :schema.open_company(company uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    IF company IS DISTINCT FROM current_setting('app.company_id')::uuid THEN
        RAISE EXCEPTION 'the transaction has not entered company %', company USING ERRCODE = '42501';
    END IF;
    INSERT INTO :schema.company_head (company_id, hash) VALUES (company, sha256(uuid_send(company)))
        ON CONFLICT (company_id) DO NOTHING;
    INSERT INTO :schema.company_activity (company_id, active_at) VALUES (company, 'epoch')
        ON CONFLICT (company_id) DO NOTHING;
    INSERT INTO :schema.log_epochs (company_id, number, from_position)
    SELECT company, installation.log_epoch, 0 FROM :schema.installation
        ON CONFLICT (company_id, number) DO NOTHING;
END $$;

-- The hash of an event covers the hash before it, so nothing can be altered, left out or put in unnoticed. All parts
-- but the type are of one length, and the type's length stands before it, so no two different events share their bytes.
-- State and metadata go in as digests, so that a proof of an event can withhold either. All numbers are big-endian.
-- Without a search path of its own, which would keep it from being inlined; pg_catalog is searched first by itself.
CREATE OR REPLACE FUNCTION :schema.event_hash(
    previous bytea, place bigint, stream uuid, version bigint, microseconds bigint, type text, state text, metadata text
) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(previous || int8send(place) || uuid_send(stream) || int8send(version) || int8send(microseconds)
                  || int4send(octet_length(convert_to(type, 'UTF8'))) || convert_to(type, 'UTF8')
                  || sha256(convert_to(state, 'UTF8')) || sha256(convert_to(metadata, 'UTF8')))
$$;

-- Appends a batch to a company's log and returns the position of its last event. An empty batch is allowed.
-- Raises 42501 for a company that the transaction has not entered, MP404 for one whose log was never opened, MP422
-- for lists of different lengths, 23502 for an event with something missing, and 23505 for a stream version that
-- is already taken; then nothing is appended.
CREATE OR REPLACE FUNCTION :schema.append_events(
    company uuid, stream_ids uuid[], stream_versions bigint[], types text[], states text[], metadata text[]
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
DECLARE
    batch_size constant int := coalesce(cardinality(stream_ids), 0);
    first_position bigint;
    chained bytea;
    chained_hashes bytea[] := '{}';
    head_time timestamptz;
    batch_time timestamptz;
    microseconds bigint;
BEGIN
    IF company IS DISTINCT FROM current_setting('app.company_id')::uuid THEN
        RAISE EXCEPTION 'the transaction has not entered company %', company USING ERRCODE = '42501';
    END IF;
    IF (batch_size, batch_size, batch_size, batch_size) IS DISTINCT FROM
       (cardinality(stream_versions), cardinality(types), cardinality(states), cardinality(metadata)) THEN
        RAISE EXCEPTION 'the lists of a batch differ in length' USING ERRCODE = 'MP422';
    END IF;

    SELECT head.position + 1, head.hash, head.recorded_at INTO first_position, chained, head_time
      FROM :schema.company_head AS head WHERE head.company_id = company FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'company % has no log', company USING ERRCODE = 'MP404';
    END IF;
    IF batch_size = 0 THEN
        RETURN first_position - 1;
    END IF;

    -- A clock set back must not make later events look earlier.
    batch_time := greatest(clock_timestamp(), head_time);
    microseconds := extract(epoch FROM batch_time) * 1000000;
    FOR i IN 1 .. batch_size LOOP
        chained := :schema.event_hash(chained, first_position + i - 1, stream_ids[i], stream_versions[i], microseconds,
                                      types[i], states[i], metadata[i]);
        chained_hashes[i] := chained;
    END LOOP;

    INSERT INTO :schema.events
           (company_id, position, stream_id, stream_version, type, state, metadata, recorded_at, hash)
    SELECT company, generate_series(first_position, first_position + batch_size - 1), unnest(stream_ids),
           unnest(stream_versions), unnest(types), unnest(states), unnest(metadata), batch_time, unnest(chained_hashes);

    UPDATE :schema.company_head AS head
       SET position = first_position + batch_size - 1, hash = chained, recorded_at = batch_time
     WHERE head.company_id = company;

    -- The first append within each second of the clock records the activity, so it is never a second behind.
    IF date_trunc('second', batch_time) > head_time THEN
        UPDATE :schema.company_activity AS activity SET active_at = batch_time WHERE activity.company_id = company;
    END IF;
    RETURN first_position + batch_size - 1;
END $$;

-- Keeps every writer out of a company's log until the end of the transaction, and returns the position of its
-- last event; null for a company without a log.
CREATE OR REPLACE FUNCTION :schema.hold_log(company uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
DECLARE
    last_position bigint;
BEGIN
    IF company IS DISTINCT FROM current_setting('app.company_id')::uuid THEN
        RAISE EXCEPTION 'the transaction has not entered company %', company USING ERRCODE = '42501';
    END IF;
    SELECT head.position INTO last_position
      FROM :schema.company_head AS head WHERE head.company_id = company FOR UPDATE;
    RETURN last_position;
END $$;

-- Begins another life of a company's log, of which the first `kept` events are those of the life before. Numbers of lives
-- only grow. Raises MP422 otherwise.
CREATE OR REPLACE FUNCTION :schema.begin_epoch(company uuid, life int, kept bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
DECLARE
    last_position bigint;
    last_life int;
BEGIN
    last_position := :schema.hold_log(company);
    SELECT max(epoch.number) INTO last_life FROM :schema.log_epochs AS epoch WHERE epoch.company_id = company;
    IF life <= last_life OR kept NOT BETWEEN 0 AND last_position THEN
        RAISE EXCEPTION 'no life % of log % can begin behind %', life, company, kept USING ERRCODE = 'MP422';
    END IF;
    INSERT INTO :schema.log_epochs (company_id, number, from_position) VALUES (company, life, kept);
END $$;

-- Under which data keys the keys of persons are kept: names that give nothing away, each looked up by itself. Whoever
-- starts with none of them as its own could read nothing that is sealed.
-- One after the other and not by recursion, which a distributed database does over one company alone.
CREATE OR REPLACE FUNCTION :schema.data_key_ids() RETURNS SETOF bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
DECLARE
    used bytea;
BEGIN
    SELECT key.kek_id INTO used FROM :schema.subject_keys AS key ORDER BY key.kek_id LIMIT 1;
    WHILE used IS NOT NULL LOOP
        RETURN NEXT used;
        SELECT key.kek_id INTO used FROM :schema.subject_keys AS key
         WHERE key.kek_id > used ORDER BY key.kek_id LIMIT 1;
    END LOOP;
END $$;

-- Begins to fill a log with what was recorded elsewhere, for workers alone; its company is closed until it is opened.
-- MP409 for a company that has a log, or whose log is being filled.
CREATE OR REPLACE FUNCTION :schema.begin_incoming_log(company uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    IF company IS DISTINCT FROM current_setting('app.company_id')::uuid THEN
        RAISE EXCEPTION 'the transaction has not entered company %', company USING ERRCODE = '42501';
    END IF;
    INSERT INTO :schema.incoming_logs (company_id) SELECT company
     WHERE NOT EXISTS (SELECT FROM :schema.company_head AS head WHERE head.company_id = company)
        ON CONFLICT (company_id) DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'company % has a log', company USING ERRCODE = 'MP409';
    END IF;
END $$;

-- Adds events to a log that is being filled: each keeps the time at which it was recorded, its position follows from
-- the one before. Returns the hash of the last one, made here from all of its bytes. MP422 for lists of different
-- lengths and for times that run backwards, 42501 for a log that is not being filled.
CREATE OR REPLACE FUNCTION :schema.fill_log(
    company uuid, stream_ids uuid[], stream_versions bigint[], types text[], states text[], metadata text[],
    recorded timestamptz[]
) RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
DECLARE
    batch_size constant int := coalesce(cardinality(stream_ids), 0);
    reached bigint;
    chained bytea;
    chained_hashes bytea[] := '{}';
    last_time timestamptz;
BEGIN
    IF company IS DISTINCT FROM current_setting('app.company_id')::uuid THEN
        RAISE EXCEPTION 'the transaction has not entered company %', company USING ERRCODE = '42501';
    END IF;
    IF (batch_size, batch_size, batch_size, batch_size, batch_size) IS DISTINCT FROM
       (cardinality(stream_versions), cardinality(types), cardinality(states), cardinality(metadata),
        cardinality(recorded)) THEN
        RAISE EXCEPTION 'the lists of a batch differ in length' USING ERRCODE = 'MP422';
    END IF;
    PERFORM FROM :schema.incoming_logs AS incoming WHERE incoming.company_id = company FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the log of company % is not being filled', company USING ERRCODE = '42501';
    END IF;

    SELECT event.position, event.hash, event.recorded_at INTO reached, chained, last_time
      FROM :schema.events AS event WHERE event.company_id = company ORDER BY event.position DESC LIMIT 1;
    reached := coalesce(reached, 0);
    chained := coalesce(chained, sha256(uuid_send(company)));
    FOR i IN 1 .. batch_size LOOP
        IF recorded[i] < last_time THEN
            RAISE EXCEPTION 'events were recorded before those that precede them' USING ERRCODE = 'MP422';
        END IF;
        last_time := recorded[i];
        chained := :schema.event_hash(chained, reached + i, stream_ids[i], stream_versions[i],
                                      (extract(epoch FROM last_time) * 1000000)::bigint,
                                      types[i], states[i], metadata[i]);
        chained_hashes[i] := chained;
    END LOOP;

    INSERT INTO :schema.events
           (company_id, position, stream_id, stream_version, type, state, metadata, recorded_at, hash)
    SELECT company, generate_series(reached + 1, reached + batch_size), unnest(stream_ids), unnest(stream_versions),
           unnest(types), unnest(states), unnest(metadata), unnest(recorded), unnest(chained_hashes);
    RETURN chained;
END $$;

-- Ends the filling of a log: from here on it is a log like any other, in a life of its own, which begins behind all that
-- it had in its `former` one; 0 is none. `forgotten` are persons of whom that was recorded, each with the event that says so: they lose their keys, and
-- nobody makes them another. Returns the position of its last event.
CREATE OR REPLACE FUNCTION :schema.open_incoming_log(
    company uuid, former integer, forgotten uuid[], positions bigint[]
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
DECLARE
    reached bigint;
BEGIN
    IF company IS DISTINCT FROM current_setting('app.company_id')::uuid THEN
        RAISE EXCEPTION 'the transaction has not entered company %', company USING ERRCODE = '42501';
    END IF;
    DELETE FROM :schema.incoming_logs AS incoming WHERE incoming.company_id = company;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the log of company % is not being filled', company USING ERRCODE = '42501';
    END IF;
    INSERT INTO :schema.company_head (company_id, position, hash, recorded_at)
    SELECT company, event.position, event.hash, event.recorded_at
      FROM :schema.events AS event WHERE event.company_id = company ORDER BY event.position DESC LIMIT 1
    RETURNING position INTO reached;
    INSERT INTO :schema.company_activity (company_id, active_at) VALUES (company, clock_timestamp())
        ON CONFLICT (company_id) DO NOTHING;
    INSERT INTO :schema.log_epochs (company_id, number, from_position)
    SELECT company, former, 0 WHERE former > 0
     UNION ALL
    SELECT company, greatest(former + 1, installation.log_epoch), CASE WHEN former > 0 THEN reached ELSE 0 END
      FROM :schema.installation;
    INSERT INTO :schema.erased_subjects (company_id, subject_id, position, at)
    SELECT company, gone.subject_id, gone.position, event.recorded_at
      FROM (SELECT unnest(forgotten) AS subject_id, unnest(positions) AS position) AS gone
      JOIN :schema.events AS event ON event.company_id = company AND event.position = gone.position
        ON CONFLICT (company_id, subject_id) DO NOTHING;
    DELETE FROM :schema.subject_keys AS key WHERE key.company_id = company AND key.subject_id = ANY(forgotten);
    RETURN reached;
END $$;

-- Removes what was filled of a log that was not opened, with the keys of its persons; read models are the caller's.
CREATE OR REPLACE FUNCTION :schema.drop_incoming_log(company uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    IF company IS DISTINCT FROM current_setting('app.company_id')::uuid THEN
        RAISE EXCEPTION 'the transaction has not entered company %', company USING ERRCODE = '42501';
    END IF;
    DELETE FROM :schema.incoming_logs AS incoming WHERE incoming.company_id = company;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the log of company % is not being filled', company USING ERRCODE = '42501';
    END IF;
    DELETE FROM :schema.events AS event WHERE event.company_id = company;
    DELETE FROM :schema.subject_keys AS key WHERE key.company_id = company;
END $$;
