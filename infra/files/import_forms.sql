-- The form of a file that is imported, what is passed over of it, and where the stock that it brings belongs.

ALTER TABLE import_jobs
    ADD COLUMN format         text,
    ADD COLUMN ignore_unknown boolean NOT NULL DEFAULT false,
    ADD COLUMN storage_id     uuid,
    ADD COLUMN location       text;
