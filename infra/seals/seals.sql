-- What logs were at moments, signed. They lie beside the log and are no facts of the shop: the key that signs is
-- never in the database, so whoever can write all of it still cannot seal another past.
CREATE TABLE audit_seals (
    company_id uuid NOT NULL,
    -- Which life of the log it was; the log is called by it in the checkpoint.
    epoch      integer NOT NULL,
    -- How many events, from the first one.
    size       bigint NOT NULL,
    root       bytea NOT NULL,
    -- The chain hash of the last of them.
    head_hash  bytea NOT NULL,
    -- The hashes of the complete subtrees, from left to right: the tree grows on from them.
    frontier   bytea NOT NULL,
    vkey       text NOT NULL,
    checkpoint text NOT NULL,
    sealed_at  timestamptz NOT NULL,
    PRIMARY KEY (company_id, epoch, size)
);
-- Hashes of complete subtrees of 256 ** level leaves, 256 of them in a row when it is full; the leaves follow
-- from the log. A proof is answered from one row a level.
CREATE TABLE audit_tiles (
    company_id uuid NOT NULL,
    level      integer NOT NULL,
    number     bigint NOT NULL,
    hashes     bytea COMPRESSION pglz NOT NULL,
    PRIMARY KEY (company_id, level, number)
);
