-- How far the stock of each company was compared with the sums of its log, and what differs.

-- A round goes over all balances, key by key; `begun_at` and `begun_position` are of the one at hand, or the last.
-- Without a key there is none at hand. Every balance was clean when it was last compared, at `verified_position` or
-- later.
CREATE TABLE stock_verifications (
    company_id        uuid PRIMARY KEY,
    begun_at          timestamptz NOT NULL,
    begun_position    bigint NOT NULL,
    after_storage     uuid,
    after_variant     uuid,
    verified_position bigint NOT NULL DEFAULT 0,
    verified_at       timestamptz
) WITH (fillfactor = 70);

-- Figures that are not what the events add up to. Each is logged when its row is made, and gone when the two agree
-- again. The owner is a storage and the item a variant; or, of what is on the way, a transfer and its line.
CREATE TABLE stock_differences (
    company_id uuid NOT NULL,
    owner_id   uuid NOT NULL,
    item_id    uuid NOT NULL,
    figure     text NOT NULL,
    kept       numeric NOT NULL,
    sum        numeric NOT NULL,
    position   bigint NOT NULL,
    found_at   timestamptz NOT NULL,
    PRIMARY KEY (company_id, owner_id, item_id, figure)
);
