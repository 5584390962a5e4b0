-- Files that are imported by a worker, and what became of them: no facts, the facts are the products'.

-- `status` is queued, running, done or failed. A running one whose worker died is taken up again: an import is
-- one transaction, so nothing of it is there yet. `report` and `failure` are JSON and a sentence for people.
CREATE TABLE import_jobs (
    company_id     uuid NOT NULL,
    id             uuid NOT NULL,
    status         text NOT NULL,
    commits        boolean NOT NULL,
    create_missing boolean NOT NULL,
    size           bigint NOT NULL,
    total          bigint,
    done           bigint NOT NULL,
    attempts       bigint NOT NULL,
    report         text,
    failure        text,
    position       bigint,
    user_id        uuid,
    request_id     text,
    address        text,
    created_at     timestamptz NOT NULL,
    started_at     timestamptz,
    finished_at    timestamptz,
    PRIMARY KEY (company_id, id)
);
CREATE INDEX import_jobs_waiting ON import_jobs (created_at) WHERE status IN ('queued', 'running');

-- The file, until the import has ended.
CREATE TABLE import_chunks (
    company_id uuid NOT NULL,
    import_id  uuid NOT NULL,
    ordinal    bigint NOT NULL,
    bytes      bytea NOT NULL,
    PRIMARY KEY (company_id, import_id, ordinal)
);
