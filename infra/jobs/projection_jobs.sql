-- Rebuilds and checks of read models that a worker does, in the platform's name (`company_id`): what was asked for, how
-- far it is, and what became of it. `kind` is rebuild or verify; `about` is the one company that is meant, null for all.
-- `status` is queued, running, done or failed; a running one whose worker died is begun again. `done` and `total` are
-- positions of logs, and `rows` are those that were put right, or that differ.
CREATE TABLE projection_jobs (
    company_id  uuid NOT NULL,
    id          uuid NOT NULL,
    kind        text NOT NULL,
    projection  text NOT NULL,
    about       uuid,
    status      text NOT NULL,
    attempts    bigint NOT NULL DEFAULT 0,
    done        bigint NOT NULL DEFAULT 0,
    total       bigint,
    rows        bigint,
    error       text,
    user_id     uuid,
    request_id  text,
    created_at  timestamptz NOT NULL,
    started_at  timestamptz,
    finished_at timestamptz,
    PRIMARY KEY (company_id, id)
);
-- Of each kind one at a time.
CREATE UNIQUE INDEX projection_jobs_waiting ON projection_jobs (company_id, kind, projection)
 WHERE status IN ('queued', 'running');
CREATE INDEX projection_jobs_latest ON projection_jobs (company_id, kind, projection, created_at);
