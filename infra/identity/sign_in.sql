-- What signing in knows beyond a password: where a session is used, failed attempts, and forgotten passwords.

-- The token before the last rotation is good once more for a moment: for the till that lost the answer.
ALTER TABLE sessions
    ADD COLUMN address       text,
    ADD COLUMN user_agent    text,
    ADD COLUMN last_used_at  timestamptz,
    ADD COLUMN previous_hash bytea,
    ADD COLUMN rotated_at    timestamptz;
CREATE INDEX sessions_by_user ON sessions (company_id, user_id);

-- The one token with which a user who forgot the password can set another; only its hash is kept.
CREATE TABLE password_resets (
    company_id uuid NOT NULL,
    user_id    uuid NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, user_id)
);

-- How often an account or an address was tried. Whoever tries is of no company yet; the key is a keyed hash,
-- so that a password typed where the name belongs is not kept.
CREATE TABLE sign_in_failures (
    key      bytea PRIMARY KEY,
    failures bigint NOT NULL,
    until    timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (until);
