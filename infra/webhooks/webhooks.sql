-- What webhooks have that is no fact. The keys that they sign with lie where keys of persons do (subject_keys), under
-- the id of their row here.

-- Of the secrets of a webhook the newest is good without end, the one of before for a day.
CREATE TABLE webhook_secrets (
    company_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    id         uuid NOT NULL,
    public_key text,
    made_at    timestamptz NOT NULL,
    good_until timestamptz,
    PRIMARY KEY (company_id, webhook_id, id)
);

-- Up to where each has read the log of its company, and since when it takes nothing. A worker takes the row while it
-- reads on; it is no read model's, so that no rebuild sends anything again.
CREATE TABLE webhook_cursors (
    company_id    uuid NOT NULL,
    webhook_id    uuid NOT NULL,
    position      bigint NOT NULL,
    failing_since timestamptz,
    PRIMARY KEY (company_id, webhook_id)
) WITH (fillfactor = 50);
