-- Long work of the audit that a worker does for whoever asks: what is asked for (`kind`, `asked`), how far it is, and
-- what came of it. No facts: these are in the log. `status` is queued, running, done or failed; a running one whose
-- worker died is begun again. `done` and `total` are events.
CREATE TABLE audit_jobs (
    company_id  uuid NOT NULL,
    id          uuid NOT NULL,
    kind        text NOT NULL,
    asked       jsonb NOT NULL,
    status      text NOT NULL,
    attempts    bigint NOT NULL DEFAULT 0,
    done        bigint NOT NULL DEFAULT 0,
    total       bigint,
    error       text,
    result      jsonb,
    -- Of its file, if it has one.
    bytes       bigint,
    sha256      text,
    created_by  uuid,
    request_id  text,
    created_at  timestamptz NOT NULL,
    started_at  timestamptz,
    finished_at timestamptz,
    expires_at  timestamptz,
    PRIMARY KEY (company_id, id)
);
CREATE INDEX audit_jobs_waiting ON audit_jobs (created_at) WHERE status IN ('queued', 'running');
CREATE INDEX audit_jobs_expiring ON audit_jobs (expires_at) WHERE expires_at IS NOT NULL;

-- Each part holds as many bytes of the file but the last, packed by itself.
CREATE TABLE audit_job_parts (
    company_id uuid NOT NULL,
    job_id     uuid NOT NULL,
    ordinal    bigint NOT NULL,
    bytes      bytea NOT NULL,
    PRIMARY KEY (company_id, job_id, ordinal)
);
