-- What the application may do with checkpoints beyond reading them; see eventstore/functions.sql.

-- Begins a company's log and lets every asynchronous read model follow it from its first event.
CREATE OR REPLACE FUNCTION :schema.found_company(company uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
BEGIN
    PERFORM :schema.open_company(company);  -- Refuses a company that the transaction has not entered.
    INSERT INTO :schema.projection_checkpoints (company_id, projection, position)
    SELECT company, model.name, 0 FROM :schema.projection_models AS model WHERE model.mode = 'async'
        ON CONFLICT DO NOTHING;
END $$;

-- How far each asynchronous read model is behind, over all companies: numbers for those who watch, nothing else.
CREATE OR REPLACE FUNCTION :schema.projection_lag()
RETURNS TABLE (projection text, companies bigint, greatest_lag bigint, parked bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, :schema, pg_temp AS $$
    SELECT mark.projection, count(*), max(head.position - mark.position), count(mark.parked_at)
      FROM :schema.projection_checkpoints AS mark
      JOIN :schema.company_head AS head ON head.company_id = mark.company_id
     GROUP BY mark.projection ORDER BY mark.projection
$$;
