-- Lines of logs, by day: a copy of what the processes write to standard output, for whoever runs the platform. They
-- are the platform's, whichever company a line names. Whole days are dropped, so that nothing has to be cleaned up.
-- `fields` is JSON, kept as the text that is searched. Each filter has an index in the order of time.
CREATE TABLE log_lines (
    at           timestamptz NOT NULL,
    id           uuid NOT NULL,
    level        text NOT NULL,
    logger       text NOT NULL,
    event        text NOT NULL,
    request_id   text,
    company_id   uuid,
    user_id      uuid,
    route        text,
    status       integer,
    milliseconds double precision,
    fields       text NOT NULL,
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX log_lines_by_level ON log_lines (level, at, id);
CREATE INDEX log_lines_by_logger ON log_lines (logger, at, id);
CREATE INDEX log_lines_by_request ON log_lines (request_id, at, id) WHERE request_id IS NOT NULL;
CREATE INDEX log_lines_by_company ON log_lines (company_id, at, id) WHERE company_id IS NOT NULL;
