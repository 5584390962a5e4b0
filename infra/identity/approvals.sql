-- Pins: good for approving at an enrolled device, never for signing in.
ALTER TABLE credentials ADD COLUMN pin_hash text;

-- What an approver allows a caller to do once. Only a hash of the token is kept.
CREATE TABLE approvals (
    company_id      uuid NOT NULL,
    token_hash      bytea NOT NULL,
    caller_id       uuid NOT NULL,
    key             text NOT NULL,
    approver_id     uuid NOT NULL,
    approver_role   text NOT NULL,
    approver_rights bigint NOT NULL,
    store_ids       uuid[] NOT NULL,
    order_id        uuid,
    amount          bigint,
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz,
    PRIMARY KEY (company_id, token_hash)
);
CREATE INDEX approvals_by_expiry ON approvals (company_id, expires_at);
