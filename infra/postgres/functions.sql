-- What the application may do with checkpoints beyond reading them; see eventstore/functions.sql.

-- Begins a company's log and lets every asynchronous read model follow it from its first event.
CREATE OR REPLACE FUNCTION :schema.found_company(company uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    PERFORM :schema.open_company(company);  -- Refuses a company that the transaction has not entered.
    INSERT INTO :schema.projection_checkpoints (company_id, projection, position, paused_at)
    SELECT company, model.name, 0, model.paused_at FROM :schema.projection_models AS model WHERE model.mode = 'async'
        ON CONFLICT DO NOTHING;
END $$;

-- Whether there is a log of this company, for the platform alone.
CREATE OR REPLACE FUNCTION :schema.has_log(about uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    IF current_setting('app.company_id')::uuid <> '00000000-0000-4000-8000-000000000000' THEN
        RAISE EXCEPTION 'only the platform sees which logs there are' USING ERRCODE = '42501';
    END IF;
    RETURN EXISTS (SELECT FROM :schema.company_head AS head WHERE head.company_id = about);
END $$;

-- Lets a read model follow the logs no further, of a company or of all, those included that are founded later; for the
-- platform alone. It waits for the batch that a worker has at hand.
CREATE OR REPLACE FUNCTION :schema.pause_projection(name text, company uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    IF current_setting('app.company_id')::uuid <> '00000000-0000-4000-8000-000000000000' THEN
        RAISE EXCEPTION 'only the platform lets read models rest' USING ERRCODE = '42501';
    END IF;
    UPDATE :schema.projection_models AS model SET paused_at = clock_timestamp()
     WHERE company IS NULL AND model.name = pause_projection.name AND model.paused_at IS NULL;
    UPDATE :schema.projection_checkpoints AS mark SET paused_at = clock_timestamp()
     WHERE mark.projection = pause_projection.name AND (company IS NULL OR mark.company_id = company)
       AND mark.paused_at IS NULL;
END $$;

-- Lets it go on, and has workers look there at once.
CREATE OR REPLACE FUNCTION :schema.resume_projection(name text, company uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    IF current_setting('app.company_id')::uuid <> '00000000-0000-4000-8000-000000000000' THEN
        RAISE EXCEPTION 'only the platform lets read models go on' USING ERRCODE = '42501';
    END IF;
    UPDATE :schema.projection_models AS model SET paused_at = NULL
     WHERE company IS NULL AND model.name = resume_projection.name AND model.paused_at IS NOT NULL;
    WITH resumed AS (
        UPDATE :schema.projection_checkpoints AS mark SET paused_at = NULL
         WHERE mark.projection = resume_projection.name AND (company IS NULL OR mark.company_id = company)
           AND mark.paused_at IS NOT NULL
        RETURNING mark.company_id
    )
    UPDATE :schema.company_activity AS activity SET active_at = greatest(activity.active_at, clock_timestamp())
      FROM resumed WHERE activity.company_id = resumed.company_id;
END $$;

-- What is parked, and before which event, over all companies, for the platform alone. An event is known by an id that
-- follows from where it is, and `owner_id` is the company.
DROP FUNCTION IF EXISTS :schema.failed_events();
CREATE FUNCTION :schema.failed_events()
RETURNS TABLE (
    id uuid, projection text, mode text, owner_id uuid, "position" bigint, type text, stream_id uuid, error text,
    parked_at timestamptz, attempts integer
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    IF current_setting('app.company_id')::uuid <> '00000000-0000-4000-8000-000000000000' THEN
        RAISE EXCEPTION 'only the platform sees what all companies wait for' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
    SELECT overlay(overlay(md5(concat_ws('/', mark.company_id, mark.projection, mark.position))
                           PLACING '8' FROM 13) PLACING '8' FROM 17)::uuid,
           mark.projection, model.mode, mark.company_id, mark.position + 1, event.type, event.stream_id, mark.error,
           mark.parked_at, CASE WHEN mark.tried_position = mark.position THEN mark.attempts ELSE 1 END
      FROM :schema.projection_checkpoints AS mark
      JOIN :schema.projection_models AS model ON model.name = mark.projection
      LEFT JOIN :schema.events AS event
        ON event.company_id = mark.company_id AND event.position = mark.position + 1
     WHERE mark.parked_at IS NOT NULL;
END $$;

-- Lets a read model try again the event before which it is parked, and has workers look there at once; for the platform
-- alone. False if it is parked there no more.
CREATE OR REPLACE FUNCTION :schema.release_failed_event(about uuid, name text, failed bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    IF current_setting('app.company_id')::uuid <> '00000000-0000-4000-8000-000000000000' THEN
        RAISE EXCEPTION 'only the platform lets read models go on' USING ERRCODE = '42501';
    END IF;
    UPDATE :schema.projection_checkpoints AS mark SET parked_at = NULL, error = NULL
     WHERE mark.company_id = about AND mark.projection = name AND mark.position = failed - 1
       AND mark.parked_at IS NOT NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE :schema.company_activity AS activity SET active_at = greatest(activity.active_at, clock_timestamp())
     WHERE activity.company_id = about;
    RETURN true;
END $$;

-- Has a read model pass over the event before which it is parked, and notes who had it do so, and why; for the platform
-- alone. False if it is parked there no more.
CREATE OR REPLACE FUNCTION :schema.skip_failed_event(
    about uuid, name text, failed bigint, why text, who uuid
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
DECLARE
    fault text;
BEGIN
    IF current_setting('app.company_id')::uuid <> '00000000-0000-4000-8000-000000000000' THEN
        RAISE EXCEPTION 'only the platform has read models pass over events' USING ERRCODE = '42501';
    END IF;
    SELECT mark.error INTO fault FROM :schema.projection_checkpoints AS mark
     WHERE mark.company_id = about AND mark.projection = name AND mark.position = failed - 1
       AND mark.parked_at IS NOT NULL
       FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO :schema.skipped_events (company_id, projection, position, error, reason, user_id, skipped_at)
    VALUES (about, name, failed, fault, why, who, clock_timestamp())
        ON CONFLICT (company_id, projection, position) DO UPDATE
       SET error = excluded.error, reason = excluded.reason, user_id = excluded.user_id,
           skipped_at = excluded.skipped_at, mended_at = NULL;
    UPDATE :schema.projection_checkpoints AS mark
       SET position = failed, whole_at = greatest(mark.whole_at, failed), updated_at = clock_timestamp(),
           parked_at = NULL, error = NULL
     WHERE mark.company_id = about AND mark.projection = name;
    UPDATE :schema.company_activity AS activity SET active_at = greatest(activity.active_at, clock_timestamp())
     WHERE activity.company_id = about;
    RETURN true;
END $$;

-- How many companies have a log, the platform not counted: a number for those who watch, nothing else.
CREATE OR REPLACE FUNCTION :schema.count_logs() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
    SELECT count(*) FROM :schema.company_head AS head
     WHERE head.company_id <> '00000000-0000-4000-8000-000000000000'
$$;

-- How many events were recorded after the last seal, of the log with most: a number for those who watch, nothing else.
CREATE OR REPLACE FUNCTION :schema.events_not_sealed() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
    SELECT coalesce(max(head.position - coalesce(latest.size, 0)), 0)
      FROM :schema.company_head AS head
      LEFT JOIN LATERAL (
            SELECT seal.size FROM :schema.audit_seals AS seal WHERE seal.company_id = head.company_id
             ORDER BY seal.epoch DESC, seal.size DESC LIMIT 1
           ) AS latest ON true
$$;

-- How many deliveries to webhooks are on their way, and how many were given up in the last 30 days, of all companies:
-- numbers for those who watch, nothing else.
DROP FUNCTION IF EXISTS :schema.count_deliveries();
CREATE FUNCTION :schema.count_deliveries() RETURNS TABLE (pending bigint, dead bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
    SELECT (SELECT count(*) FROM :schema.webhook_deliveries AS sent WHERE sent.status IN ('pending', 'failed')),
           (SELECT count(*) FROM :schema.webhook_deliveries AS sent WHERE sent.status = 'dead')
$$;

-- How many events of each type there are in all logs, and how many streams began with one: what a job has counted, and
-- what came since. For the platform alone.
DROP FUNCTION IF EXISTS :schema.events_by_type();
CREATE FUNCTION :schema.events_by_type() RETURNS TABLE (type text, events numeric, streams bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    IF current_setting('app.company_id')::uuid <> '00000000-0000-4000-8000-000000000000' THEN
        RAISE EXCEPTION 'only the platform sees what all logs come to' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
    SELECT one.type, sum(one.events), sum(one.streams)::bigint
      FROM (SELECT counted.type, counted.events, counted.streams FROM :schema.log_counts AS counted
             UNION ALL
            SELECT latest.type, latest.events, latest.streams
              FROM :schema.company_head AS head
              LEFT JOIN :schema.counted_logs AS mark ON mark.company_id = head.company_id
             CROSS JOIN LATERAL (
                    SELECT event.type, count(*) AS events, count(*) FILTER (WHERE event.stream_version = 1) AS streams
                      FROM :schema.events AS event
                     WHERE event.company_id = head.company_id AND event.position > coalesce(mark.position, 0)
                     GROUP BY event.type
                   ) AS latest
             WHERE head.position > coalesce(mark.position, 0)) AS one
     GROUP BY one.type;
END $$;

-- The longest streams of all logs, in the same way; `owner_id` is the company, and `type` what kind of thing it is.
DROP FUNCTION IF EXISTS :schema.longest_streams(integer);
CREATE FUNCTION :schema.longest_streams(many integer)
RETURNS TABLE (owner_id uuid, stream_id uuid, type text, events bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    IF current_setting('app.company_id')::uuid <> '00000000-0000-4000-8000-000000000000' THEN
        RAISE EXCEPTION 'only the platform sees what all logs come to' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
    WITH one AS (
        SELECT counted.company_id, counted.stream_id, counted.events FROM :schema.long_streams AS counted
         UNION ALL
        SELECT head.company_id, latest.stream_id, latest.events
          FROM :schema.company_head AS head
          LEFT JOIN :schema.counted_logs AS mark ON mark.company_id = head.company_id
         CROSS JOIN LATERAL (
                SELECT event.stream_id, max(event.stream_version) AS events FROM :schema.events AS event
                 WHERE event.company_id = head.company_id AND event.position > coalesce(mark.position, 0)
                 GROUP BY event.stream_id
               ) AS latest
         WHERE head.position > coalesce(mark.position, 0)
    ), longest AS (
        SELECT one.company_id, one.stream_id, max(one.events) AS events FROM one
         GROUP BY one.company_id, one.stream_id
         ORDER BY 3 DESC, 2 LIMIT many
    )
    SELECT longest.company_id, longest.stream_id, substring(event.type FROM '(.*)[.]'), longest.events
      FROM longest
      JOIN :schema.events AS event ON event.company_id = longest.company_id
       AND event.stream_id = longest.stream_id AND event.stream_version = longest.events;
END $$;

-- The logs that were written to last, for the platform alone: company, its last event's position, and when that was.
CREATE OR REPLACE FUNCTION :schema.latest_logs(many integer)
RETURNS TABLE (company_id uuid, "position" bigint, recorded_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    IF current_setting('app.company_id')::uuid <> '00000000-0000-4000-8000-000000000000' THEN
        RAISE EXCEPTION 'only the platform sees which logs there are' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
    SELECT head.company_id, head.position, head.recorded_at
      FROM (SELECT latest.company_id FROM :schema.company_activity AS latest
             ORDER BY latest.active_at DESC LIMIT many) AS active
      JOIN :schema.company_head AS head ON head.company_id = active.company_id
     ORDER BY head.recorded_at DESC;
END $$;

-- How far each asynchronous read model is behind, over all companies: numbers for those who watch, nothing else.
-- What knows less of a log than it once did is being filled, and answers nothing until it knows as much again.
-- What is parked waits for a person, not for a worker, and is counted by itself. The age is that of the oldest event
-- that is not folded yet.
DROP FUNCTION IF EXISTS :schema.projection_lag();
CREATE FUNCTION :schema.projection_lag()
RETURNS TABLE (
    projection text, companies bigint, greatest_lag bigint, lag_seconds double precision, parked bigint, filling bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
    SELECT mark.projection, count(*),
           coalesce(max(head.position - mark.position) FILTER (WHERE mark.parked_at IS NULL), 0),
           coalesce(max(extract(epoch FROM clock_timestamp() - waiting.recorded_at))
                        FILTER (WHERE mark.parked_at IS NULL), 0)::double precision,
           count(mark.parked_at), count(*) FILTER (WHERE mark.position < mark.whole_at)
      FROM :schema.projection_checkpoints AS mark
      JOIN :schema.company_head AS head ON head.company_id = mark.company_id
      LEFT JOIN :schema.events AS waiting
        ON waiting.company_id = mark.company_id AND waiting.position = mark.position + 1
       AND mark.position < head.position
     GROUP BY mark.projection ORDER BY mark.projection
$$;

-- How large the logs of all companies are together: numbers for those who watch, nothing else.
CREATE OR REPLACE FUNCTION :schema.log_size()
RETURNS TABLE (companies bigint, events bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
    SELECT count(*), coalesce(sum(head.position), 0)::bigint FROM :schema.company_head AS head
$$;

-- How read models compared with the logs, over all companies for which they were compared: numbers for those who watch,
-- nothing else. Position and lag are those of the company furthest behind its log, the time is the oldest one.
CREATE OR REPLACE FUNCTION :schema.projection_verification()
RETURNS TABLE (
    projection text, companies bigint, verified_position bigint, lag_events bigint, verified_at double precision,
    differing bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
    SELECT known.projection, count(*),
           (array_agg(known.position ORDER BY head.position - known.position DESC))[1],
           max(head.position - known.position), extract(epoch FROM min(known.verified_at))::double precision,
           sum(known.differing)::bigint
      FROM :schema.projection_verifications AS known
      JOIN :schema.company_head AS head ON head.company_id = known.company_id
     GROUP BY known.projection ORDER BY known.projection
$$;

-- How many events read models passed over that were not made anew since: numbers for those who watch, nothing else.
CREATE OR REPLACE FUNCTION :schema.projection_skips()
RETURNS TABLE (projection text, skipped bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
    SELECT passed.projection, count(*) FROM :schema.skipped_events AS passed
     WHERE passed.mended_at IS NULL
     GROUP BY passed.projection ORDER BY passed.projection
$$;

-- How each read model of the database stands, over all companies or for one, for the platform alone: positions, how far
-- behind, what is parked, when it was last compared with the log, and how many rows differed then. What decisions are
-- made on knows all of a log unless it is parked; what is parked is behind for a reason of its own.
DROP FUNCTION IF EXISTS :schema.projection_standing(uuid);
CREATE FUNCTION :schema.projection_standing(about uuid)
RETURNS TABLE (
    projection text, digest text, companies bigint, least_position bigint, greatest_position bigint,
    lag_events bigint, lag_seconds double precision, parked bigint, paused bigint, verified_at timestamptz,
    differing bigint, skipped bigint
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    IF current_setting('app.company_id')::uuid <> '00000000-0000-4000-8000-000000000000' THEN
        RAISE EXCEPTION 'only the platform sees how all companies stand' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
    WITH mark AS (
        SELECT model.name, head.company_id, head.position AS head, known.parked_at, known.paused_at,
               coalesce(known.position, CASE model.mode WHEN 'inline' THEN head.position ELSE 0 END) AS position
          FROM :schema.projection_models AS model
         CROSS JOIN :schema.company_head AS head
          LEFT JOIN :schema.projection_checkpoints AS known
            ON known.company_id = head.company_id AND known.projection = model.name
         WHERE about IS NULL OR head.company_id = about
    )
    SELECT model.name, model.digest, count(mark.company_id), min(mark.position), max(mark.position),
           coalesce(max(mark.head - mark.position) FILTER (WHERE mark.parked_at IS NULL), 0),
           coalesce(max(extract(epoch FROM clock_timestamp() - waiting.recorded_at))
                        FILTER (WHERE mark.parked_at IS NULL), 0)::double precision,
           count(mark.parked_at), count(mark.paused_at), max(check_up.verified_at), coalesce(sum(check_up.differing), 0)::bigint,
           (SELECT count(*) FROM :schema.skipped_events AS skip
             WHERE skip.projection = model.name AND skip.mended_at IS NULL
               AND (about IS NULL OR skip.company_id = about))
      FROM :schema.projection_models AS model
      LEFT JOIN mark ON mark.name = model.name
      LEFT JOIN :schema.projection_verifications AS check_up
        ON check_up.company_id = mark.company_id AND check_up.projection = mark.name
      LEFT JOIN :schema.events AS waiting
        ON waiting.company_id = mark.company_id AND waiting.position = mark.position + 1
       AND mark.position < mark.head
     GROUP BY model.name, model.digest;
END $$;

-- For how many seconds the oldest transaction keeps the server from cleaning up behind others, as far as the owner of
-- this function may see sessions: its own and those of roles it is in, all of them with pg_read_all_stats.
CREATE OR REPLACE FUNCTION :schema.oldest_snapshot_seconds() RETURNS double precision
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - activity.xact_start)), 0)::double precision
      FROM pg_catalog.pg_stat_activity AS activity
     WHERE activity.datname = pg_catalog.current_database()
       AND coalesce(activity.backend_xmin, activity.backend_xid) IS NOT NULL
$$;

-- How stock compares with the log, over all companies: numbers for those who watch, nothing else. The position up to
-- which all was clean, and by how many events and seconds that is behind, are those of the company furthest behind.
DROP FUNCTION IF EXISTS :schema.stock_verification();
CREATE FUNCTION :schema.stock_verification()
RETURNS TABLE (
    companies bigint, verified_position bigint, lag_events bigint, lag_seconds double precision, differences bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
    SELECT count(*) OVER (), coalesce(round.verified_position, 0),
           head.position - coalesce(round.verified_position, 0),
           coalesce(extract(epoch FROM clock_timestamp() - min(round.verified_at) OVER ()), 0)::double precision,
           (SELECT count(*) FROM :schema.stock_differences)
      FROM :schema.company_head AS head
      LEFT JOIN :schema.stock_verifications AS round ON round.company_id = head.company_id
     ORDER BY head.position - coalesce(round.verified_position, 0) DESC
     LIMIT 1
$$;

-- How reports compare with each other, over all companies: numbers for those who watch, nothing else. The position up to
-- which all was clean, and by how many events and seconds that is behind, are those of the company furthest behind.
DROP FUNCTION IF EXISTS :schema.report_reconciliation();
CREATE FUNCTION :schema.report_reconciliation()
RETURNS TABLE (
    companies bigint, verified_position bigint, lag_events bigint, lag_seconds double precision, differences bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
    SELECT count(*) OVER (), coalesce(round.verified_position, 0),
           head.position - coalesce(round.verified_position, 0),
           coalesce(extract(epoch FROM clock_timestamp() - min(round.verified_at) OVER ()), 0)::double precision,
           (SELECT count(*) FROM :schema.report_differences)
      FROM :schema.company_head AS head
      LEFT JOIN :schema.report_reconciliations AS round ON round.company_id = head.company_id
     ORDER BY head.position - coalesce(round.verified_position, 0) DESC
     LIMIT 1
$$;

-- How far read models are behind, each of each company, over all of them: numbers for those who watch, nothing else.
-- What is parked waits for a person, not for a worker, and is counted by itself.
DROP FUNCTION IF EXISTS :schema.projection_lag_of_all();
CREATE FUNCTION :schema.projection_lag_of_all()
RETURNS TABLE (
    max_events bigint, p99_events bigint, max_seconds double precision, p99_seconds double precision, parked bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
    WITH lag AS (
        SELECT mark.parked_at, head.position - mark.position AS events,
               coalesce(extract(epoch FROM clock_timestamp() - waiting.recorded_at), 0)::double precision AS seconds
          FROM :schema.projection_checkpoints AS mark
          JOIN :schema.company_head AS head ON head.company_id = mark.company_id
          LEFT JOIN :schema.events AS waiting
            ON waiting.company_id = mark.company_id AND waiting.position = mark.position + 1
           AND mark.position < head.position
    )
    SELECT coalesce(max(events) FILTER (WHERE parked_at IS NULL), 0),
           coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY events) FILTER (WHERE parked_at IS NULL), 0),
           coalesce(max(seconds) FILTER (WHERE parked_at IS NULL), 0),
           coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE parked_at IS NULL), 0),
           count(parked_at)
      FROM lag
$$;

-- How many events all companies have recorded, and how many of them since a moment: numbers for those who watch,
-- nothing else. Positions have no gaps, and `recorded_at` never runs backwards: halving finds the moment in the logs
-- that have news, by looks into the primary key.
DROP FUNCTION IF EXISTS :schema.recorded_events(timestamptz);
CREATE FUNCTION :schema.recorded_events(since timestamptz) RETURNS TABLE (events bigint, events_since bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
    WITH RECURSIVE bounds AS (
        SELECT head.company_id, head.position AS newest, 0::bigint AS low, head.position AS high
          FROM :schema.company_head AS head WHERE head.recorded_at > since
     UNION ALL
        SELECT bounds.company_id, bounds.newest,
               CASE WHEN middle.is_earlier THEN middle.place ELSE bounds.low END,
               CASE WHEN middle.is_earlier THEN bounds.high ELSE middle.place - 1 END
          FROM bounds
         CROSS JOIN LATERAL (
                SELECT (bounds.low + bounds.high + 1) / 2 AS place,
                       EXISTS (SELECT FROM :schema.events AS event
                                WHERE event.company_id = bounds.company_id
                                  AND event.position = (bounds.low + bounds.high + 1) / 2
                                  AND event.recorded_at <= since) AS is_earlier
               ) AS middle
         WHERE bounds.low < bounds.high
    )
    SELECT (SELECT coalesce(sum(head.position), 0)::bigint FROM :schema.company_head AS head),
           coalesce(sum(newest - low) FILTER (WHERE low = high), 0)::bigint
      FROM bounds
$$;

-- What all companies of each currency sold on each business date: sums for the platform alone, of no company by itself.
-- Not in plain SQL, which would be looked through before the tables of the read models are there.
DROP FUNCTION IF EXISTS :schema.sales_of_all_companies(date, date);
CREATE FUNCTION :schema.sales_of_all_companies(first_date date, last_date date)
RETURNS TABLE (currency text, business_date date, orders bigint, net_sales numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    IF current_setting('app.company_id')::uuid <> '00000000-0000-4000-8000-000000000000' THEN
        RAISE EXCEPTION 'only the platform sees what all companies sold' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
    SELECT company.currency, day.business_date, sum(day.orders)::bigint, sum(day.net_sales)
      FROM :schema.companies AS company
     CROSS JOIN LATERAL (
            SELECT rollup.business_date, sum(rollup.orders) AS orders,
                   sum(rollup.gross_sales - rollup.discounts - rollup.returns) AS net_sales
              FROM :schema.sales_store_day AS rollup
             WHERE rollup.company_id = company.company_id
               AND rollup.business_date BETWEEN first_date AND last_date
             GROUP BY rollup.business_date
           ) AS day
     WHERE NOT company.is_sandbox
     GROUP BY company.currency, day.business_date;
END $$;

-- Makes the partitions of lines of logs that are not there yet, from yesterday's to that of three days ahead, and says
-- how many: by whoever finds none for a line, so that nobody depends on workers. Days are those of UTC.
CREATE OR REPLACE FUNCTION :schema.prepare_log_lines() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
    made  integer := 0;
    day   date;
    name  text;
BEGIN
    -- Whoever reads a long list meanwhile is not waited for long, as all who write would wait behind.
    PERFORM set_config('lock_timeout', '1s', true);
    PERFORM pg_advisory_xact_lock(hashtextextended('mipos.log-lines', 0));
    FOREACH day IN ARRAY ARRAY[today - 1, today, today + 1, today + 2, today + 3] LOOP
        name := 'log_lines_' || to_char(day, 'YYYYMMDD');
        IF to_regclass(':schema.' || name) IS NULL THEN
            EXECUTE format('CREATE TABLE :schema.%I PARTITION OF :schema.log_lines FOR VALUES FROM (%L) TO (%L)',
                           name, day || ' 00:00:00+00', day + 1 || ' 00:00:00+00');
            -- Nobody has rights on it: they are those on the whole.
            EXECUTE format('ALTER TABLE :schema.%I ENABLE ROW LEVEL SECURITY', name);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;

-- Drops the partitions of lines of logs whose day is longer past than so many days, and says how many.
CREATE OR REPLACE FUNCTION :schema.drop_log_lines(days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
DECLARE
    first   text := 'log_lines_' || to_char((clock_timestamp() AT TIME ZONE 'UTC')::date - greatest(days, 1), 'YYYYMMDD');
    dropped integer := 0;
    part    name;
BEGIN
    PERFORM set_config('lock_timeout', '1s', true);
    PERFORM pg_advisory_xact_lock(hashtextextended('mipos.log-lines', 0));
    FOR part IN
        SELECT class.relname FROM pg_inherits AS link JOIN pg_class AS class ON class.oid = link.inhrelid
         WHERE link.inhparent = ':schema.log_lines'::regclass AND class.relname < first
    LOOP
        EXECUTE format('DROP TABLE :schema.%I', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

-- Lets the planner know what a table of the installation is like, for whoever filled it and owns nothing. It blocks
-- nobody who reads or writes, and leaves alone what somebody is looking at already.
CREATE OR REPLACE FUNCTION :schema.analyze_table(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
DECLARE
    place regclass := (
        SELECT class.oid FROM pg_class AS class
         WHERE class.relname = name AND class.relkind = 'r'
           AND class.relnamespace = (SELECT one.relnamespace FROM pg_class AS one WHERE one.oid = ':schema.events'::regclass)
    );
BEGIN
    IF place IS NOT NULL THEN
        EXECUTE format('ANALYZE (SKIP_LOCKED) %s', place);
    END IF;
END $$;
