-- Values that two ways come to are also cells of files, which are texts.
ALTER TABLE report_differences ALTER COLUMN a TYPE text, ALTER COLUMN b TYPE text;
