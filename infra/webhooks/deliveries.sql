-- What webhooks are sent, and what became of it; kept for 30 days. No facts: these are in the log, from where the body
-- is read at each attempt.

-- `number` counts within a webhook, in the order in which it is to be sent. `status` is pending (not tried yet),
-- failed (it will be tried again), delivered or dead. A test has no position. Whoever sends one has it leased.
CREATE TABLE webhook_deliveries (
    company_id      uuid NOT NULL,
    id              uuid NOT NULL,
    webhook_id      uuid NOT NULL,
    number          bigint NOT NULL,
    message_id      text NOT NULL,
    position        bigint,
    type            text NOT NULL,
    replay_id       uuid,
    status          text NOT NULL,
    attempts        int NOT NULL,
    next_attempt_at timestamptz,
    lease           uuid,
    leased_until    timestamptz,
    response_status int,
    error           text,
    milliseconds    int,
    created_at      timestamptz NOT NULL,
    finished_at     timestamptz,
    PRIMARY KEY (company_id, id)
);
CREATE UNIQUE INDEX webhook_deliveries_in_order ON webhook_deliveries (company_id, webhook_id, number);
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (company_id, webhook_id, number)
    WHERE status IN ('pending', 'failed');
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at) WHERE status IN ('pending', 'failed');
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (company_id, created_at);

-- What is to be sent once more: events between two positions, both inclusive, of chosen types or (null) of those of
-- the webhook. `position` is up to where they are on their way. `status` is queued, running, done or failed.
CREATE TABLE webhook_replays (
    company_id    uuid NOT NULL,
    id            uuid NOT NULL,
    webhook_id    uuid NOT NULL,
    from_position bigint NOT NULL,
    to_position   bigint NOT NULL,
    types         text[],
    position      bigint NOT NULL,
    status        text NOT NULL,
    error         text,
    created_at    timestamptz NOT NULL,
    finished_at   timestamptz,
    PRIMARY KEY (company_id, id)
);
CREATE INDEX webhook_replays_open ON webhook_replays (company_id, webhook_id, created_at)
    WHERE status IN ('queued', 'running');

-- The number of the last delivery, and since when its admins are to be told that the service disabled it.
ALTER TABLE webhook_cursors ADD COLUMN last_number bigint NOT NULL DEFAULT 0;
ALTER TABLE webhook_cursors ADD COLUMN untold_since timestamptz;
