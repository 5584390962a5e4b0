-- How far the reports of each company were compared with each other, and what differs.

-- A round goes over all business dates, from the first to the last; `begun_at` and `begun_position` are of the one at
-- hand, or the last. Without a date there is none at hand. Everything was clean when it was last compared, at
-- `verified_position` or later.
CREATE TABLE report_reconciliations (
    company_id        uuid PRIMARY KEY,
    begun_at          timestamptz NOT NULL,
    begun_position    bigint NOT NULL,
    after_date        date,
    verified_position bigint NOT NULL DEFAULT 0,
    verified_at       timestamptz
) WITH (fillfactor = 70);

-- Figures that two ways come to differently. Each is logged when its row is made, and gone when a later look at its
-- business date (`seen_at`) does not find it.
CREATE TABLE report_differences (
    company_id    uuid NOT NULL,
    business_date date NOT NULL,
    rule          text NOT NULL,
    store_id      uuid,
    subject       text NOT NULL,
    figure        text NOT NULL,
    a             numeric NOT NULL,
    b             numeric NOT NULL,
    position      bigint NOT NULL,
    seen_at       timestamptz NOT NULL
);
CREATE INDEX report_differences_by_day ON report_differences (company_id, business_date);
