-- Files of reports that a worker writes, and the files themselves for a week: no facts, these are in the log.

-- `status` is queued, running, done, failed or expired. A running one whose worker died is begun again, up to the
-- same `position`. `parameters` are those of an address, `options` are JSON, and `about` says what the file is of.
-- What is known of a file stays when the file is gone: by its hash it is known again years later.
CREATE TABLE report_exports (
    company_id  uuid NOT NULL,
    id          uuid NOT NULL,
    status      text NOT NULL,
    area        text NOT NULL,
    section     text NOT NULL,
    format      text NOT NULL,
    parameters  text NOT NULL,
    options     text NOT NULL,
    user_id     uuid,
    request_id  text,
    schedule_id uuid,
    attempts    bigint NOT NULL,
    position    bigint,
    rows_done   bigint NOT NULL,
    rows_total  bigint,
    bytes       bigint,
    sha256      text,
    about       text,
    needs       text[] NOT NULL DEFAULT '{}',
    failure     text,
    created_at  timestamptz NOT NULL,
    started_at  timestamptz,
    finished_at timestamptz,
    expires_at  timestamptz,
    PRIMARY KEY (company_id, id)
);
CREATE INDEX report_exports_waiting ON report_exports (created_at) WHERE status IN ('queued', 'running');
CREATE INDEX report_exports_expiring ON report_exports (expires_at) WHERE status = 'done';
CREATE INDEX report_exports_by_hash ON report_exports (company_id, sha256) WHERE sha256 IS NOT NULL;

-- Each part holds as many bytes of the file but the last, packed by itself, so that any stretch is found at once.
CREATE TABLE report_export_parts (
    company_id uuid NOT NULL,
    export_id  uuid NOT NULL,
    ordinal    bigint NOT NULL,
    bytes      bytea NOT NULL,
    PRIMARY KEY (company_id, export_id, ordinal)
);
