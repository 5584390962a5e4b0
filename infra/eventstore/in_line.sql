-- What an event says stays in its row, compressed, as long as a page holds it. A sale of five lines is two thousand
-- bytes by then, just more than PostgreSQL keeps in a row by itself; what it puts elsewhere instead has to be looked up
-- for each event that is read. What was recorded before stays where it is.
DO $$ BEGIN
    ALTER TABLE events
        ALTER COLUMN state SET STORAGE MAIN,
        ALTER COLUMN metadata SET STORAGE MAIN,
        ALTER COLUMN type SET STORAGE MAIN,
        ALTER COLUMN hash SET STORAGE MAIN;
EXCEPTION WHEN feature_not_supported THEN
    NULL; -- A table that is spread over the nodes of a cluster already stays as it is.
END $$;
