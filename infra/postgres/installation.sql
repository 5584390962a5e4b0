-- Which version of the read models this database has, and for which companies those that decisions are made on do
-- not know all of the log. Every transaction that decides or answers asks for it first, so that no server works on
-- read models that are not its own, or not whole.
CREATE TABLE installation (
    is_only       boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    inline_models text NOT NULL,
    closed        uuid[] NOT NULL DEFAULT '{}'
);
INSERT INTO installation (inline_models) VALUES ('');

-- Ends the transaction of a server whose read models are others than the database's.
CREATE FUNCTION refuse_outdated() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the read models are those of another version' USING ERRCODE = 'MP426';
END $$;

-- Ends a transaction of a company for which the read models are not whole.
CREATE FUNCTION refuse_closed() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the company is closed' USING ERRCODE = 'MP423';
END $$;

-- Which tables are whose, so that those of a read model that a later version has not are dropped with it.
ALTER TABLE projection_models ADD COLUMN tables text[] NOT NULL DEFAULT '{}';

-- The furthest that a read model ever knew a company's log. One that knows less now is being filled, and answers
-- nothing until it knows as much again.
ALTER TABLE projection_checkpoints ADD COLUMN whole_at bigint NOT NULL DEFAULT 0;
UPDATE projection_checkpoints SET whole_at = position;
