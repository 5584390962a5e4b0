-- Whom what is kept beside the log tells about, so that it can be forgotten with them.

-- An answer may tell about several persons; NULL: about nobody. Few have any, so the index is small.
ALTER TABLE idempotency_keys ADD COLUMN subject_ids uuid[];
CREATE INDEX idempotency_keys_by_subject ON idempotency_keys USING gin (subject_ids)
    WHERE subject_ids IS NOT NULL;

-- The customer whom an operation names; NULL: nobody, or whoever bought what it is about, which is not there yet.
ALTER TABLE waiting_operations ADD COLUMN customer_id uuid;
CREATE INDEX waiting_operations_by_customer ON waiting_operations (company_id, customer_id)
    WHERE customer_id IS NOT NULL;
