-- What tills without a connection deliver, as far as it is no fact.

-- Which numbers of a device's own count of operations have arrived, and when it was last heard of.
CREATE TABLE device_deliveries (
    company_id   uuid NOT NULL,
    device_id    uuid NOT NULL,
    received     int8multirange NOT NULL,
    last_seq     bigint NOT NULL,
    last_seen_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, device_id)
) WITH (fillfactor = 70);

-- Operations that name something which has not arrived (`awaits`). `operation` is JSON, as it was sent.
CREATE TABLE waiting_operations (
    company_id  uuid NOT NULL,
    id          uuid NOT NULL,
    device_id   uuid NOT NULL,
    seq         bigint NOT NULL,
    awaits      uuid NOT NULL,
    operation   text NOT NULL,
    received_at timestamptz NOT NULL,
    received_by uuid,
    PRIMARY KEY (company_id, id)
);
CREATE INDEX waiting_operations_by_device ON waiting_operations (company_id, device_id, seq);
CREATE INDEX waiting_operations_by_age ON waiting_operations (received_at);
