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

GRANT SELECT, INSERT, UPDATE, DELETE ON image_contents TO mipos_app, mipos_worker;

ALTER TABLE image_contents ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON image_contents
    USING (company_id = current_setting('app.company_id')::uuid)
    WITH CHECK (company_id = current_setting('app.company_id')::uuid);
