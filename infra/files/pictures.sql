-- The bytes of pictures: no facts, but named by facts, and kept once by what they are.

-- `unused_since` is when it was noticed first that no picture shows them any more.
CREATE TABLE image_contents (
    company_id   uuid NOT NULL,
    hash         text NOT NULL,
    size         text NOT NULL,
    media_type   text NOT NULL,
    bytes        bytea NOT NULL,
    unused_since timestamptz,
    PRIMARY KEY (company_id, hash, size)
);
-- They are compressed already.
ALTER TABLE image_contents ALTER COLUMN bytes SET STORAGE EXTERNAL;
