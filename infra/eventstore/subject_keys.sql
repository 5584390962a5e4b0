-- The keys with which is sealed what events tell about persons. Whoever is forgotten loses theirs: what was
-- sealed with it can never be read again, by nobody. Keys are kept under the data key, which no database knows.
CREATE TABLE subject_keys (
    company_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    kind       text NOT NULL,
    -- Under which data key it is kept, so that `mipos keys rewrap` finds those kept under a former one.
    kek_id     bytea NOT NULL,
    wrapped    bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (company_id, subject_id)
);
CREATE INDEX subject_keys_by_data_key ON subject_keys (kek_id);

-- Who was forgotten, and the position of the event that says so. A dump from before has the keys still: whoever
-- restores one destroys these again before anybody is served.
CREATE TABLE erased_subjects (
    company_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    position   bigint NOT NULL,
    at         timestamptz NOT NULL,
    -- Since when no file of the database holds anything of them any more; see `mipos scrub`.
    scrubbed_at timestamptz,
    PRIMARY KEY (company_id, subject_id)
);
CREATE INDEX erased_subjects_to_scrub ON erased_subjects (at) WHERE scrubbed_at IS NULL;
