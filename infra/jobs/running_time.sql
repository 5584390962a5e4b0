-- A clock that only runs while workers do, in whole hours. Stored answers grow old by it: a clock on the wall that
-- jumps ahead for a moment would drop them all, and a repeated sale would be made twice.

CREATE TABLE running_time (
    hours      bigint NOT NULL,
    counted_at timestamptz NOT NULL
);
INSERT INTO running_time (hours, counted_at) VALUES (0, now());

ALTER TABLE idempotency_keys ADD COLUMN running_hours bigint NOT NULL DEFAULT 0;
DROP INDEX idempotency_keys_by_age;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (company_id, running_hours);
