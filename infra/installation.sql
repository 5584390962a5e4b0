-- Which version of the read models this database has. Every transaction that decides or answers asks for it
-- first, so that no server works on read models that are not its own.
CREATE TABLE installation (
    is_only       boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    inline_models text NOT NULL
);
INSERT INTO installation (inline_models) VALUES ('');

-- Ends the transaction of a server whose read models are others than the database's.
CREATE FUNCTION refuse_outdated() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the read models are those of another version' USING ERRCODE = 'MP426';
END $$;
