-- Logs that are being filled with what was recorded elsewhere: a company that is moved here, or a copy of one. Such a
-- log has events and no end yet (`company_head`), so that nobody follows it, and its company is closed. What was
-- broken off is found by its row, and removed by the next one who fills a log.
CREATE TABLE incoming_logs (
    company_id uuid PRIMARY KEY,
    began_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
