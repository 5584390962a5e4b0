-- What is neither fact nor read model: secrets, sessions, stored answers, and how far read models have come.

-- Passwords are no facts: they never reach the log, which can never forget.
CREATE TABLE credentials (
    company_id    uuid NOT NULL,
    id            uuid NOT NULL,
    password_hash text NOT NULL,
    last_login    timestamptz,
    PRIMARY KEY (company_id, id)
);

-- One row for each sign-in; the refresh token is kept as a hash.
CREATE TABLE sessions (
    company_id   uuid NOT NULL,
    id           uuid NOT NULL,
    user_id      uuid NOT NULL,
    refresh_hash bytea NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    PRIMARY KEY (company_id, id)
);
CREATE INDEX sessions_by_expiry ON sessions (company_id, expires_at);

-- The first outcome of a request, stored with its events and given again to every repetition.
CREATE TABLE idempotency_keys (
    company_id  uuid NOT NULL,
    key         text NOT NULL,
    fingerprint bytea NOT NULL,
    status      int NOT NULL,
    etag        text,
    body        bytea NOT NULL,
    position    bigint NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (company_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (company_id, created_at);

-- What each read model's tables were made from: its version and its definitions. Another digest is a rebuild.
CREATE TABLE projection_models (
    name   text PRIMARY KEY,
    mode   text NOT NULL,
    digest text NOT NULL
);

-- How far a read model has folded a company's log. A parked one waits for a person.
CREATE TABLE projection_checkpoints (
    company_id uuid NOT NULL,
    projection text NOT NULL,
    position   bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT 'epoch',
    parked_at  timestamptz,
    error      text,
    PRIMARY KEY (company_id, projection)
) WITH (fillfactor = 50);

-- Begins a company's log and lets every asynchronous read model follow it from its first event.
CREATE FUNCTION found_company(company uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM open_company(company);
    INSERT INTO projection_checkpoints (company_id, projection, position)
    SELECT company, model.name, 0 FROM projection_models AS model WHERE model.mode = 'async'
        ON CONFLICT DO NOTHING;
END $$;

-- How far each asynchronous read model is behind, over all companies: numbers for those who watch, nothing else.
CREATE FUNCTION projection_lag() RETURNS TABLE (projection text, companies bigint, greatest_lag bigint, parked bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT mark.projection, count(*), max(head.position - mark.position), count(mark.parked_at)
      FROM projection_checkpoints AS mark JOIN company_head AS head ON head.company_id = mark.company_id
     GROUP BY mark.projection ORDER BY mark.projection
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON credentials, sessions, idempotency_keys TO mipos_app, mipos_worker;
GRANT SELECT ON projection_models, projection_checkpoints TO mipos_app;
GRANT INSERT ON projection_checkpoints TO mipos_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON projection_models, projection_checkpoints TO mipos_worker;

ALTER TABLE credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE projection_checkpoints ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON credentials
    USING (company_id = current_setting('app.company_id')::uuid)
    WITH CHECK (company_id = current_setting('app.company_id')::uuid);
CREATE POLICY own_company ON sessions
    USING (company_id = current_setting('app.company_id')::uuid)
    WITH CHECK (company_id = current_setting('app.company_id')::uuid);
CREATE POLICY own_company ON idempotency_keys
    USING (company_id = current_setting('app.company_id')::uuid)
    WITH CHECK (company_id = current_setting('app.company_id')::uuid);
CREATE POLICY own_company ON projection_checkpoints
    USING (company_id = current_setting('app.company_id')::uuid)
    WITH CHECK (company_id = current_setting('app.company_id')::uuid);
