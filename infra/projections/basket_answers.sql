-- Pairs of things that are bought together, as they were counted, for as long as no basket that they are about has
-- changed (`projections/market_basket/kept_answers.py`). No more than a way to be faster: a crash of the server
-- empties it, and nobody misses a row.

-- `question` is a digest of which baskets were asked for, by what they are told, and how many must have a pair; `state`
-- says which facts the answer follows from. The arrays are numbers in four bytes, the least significant first.
CREATE UNLOGGED TABLE basket_answers (
    company_id uuid NOT NULL,
    question   bytea NOT NULL,
    state      text NOT NULL,
    baskets    int NOT NULL,
    own        bytea NOT NULL,
    first      bytea NOT NULL,
    second     bytea NOT NULL,
    together   bytea NOT NULL,
    kept_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (company_id, question)
);

-- They are kept as they are: to pack five megabytes takes longer than to count some of them.
ALTER TABLE basket_answers
    ALTER COLUMN own SET STORAGE EXTERNAL,
    ALTER COLUMN first SET STORAGE EXTERNAL,
    ALTER COLUMN second SET STORAGE EXTERNAL,
    ALTER COLUMN together SET STORAGE EXTERNAL;
