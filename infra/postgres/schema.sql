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
