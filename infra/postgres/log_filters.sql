-- Nearly every line is a request that went well: what has them in its indexes is looked for by time as quickly, and two
-- entries of each line were a fifth of its bytes.
DROP INDEX log_lines_by_level;
DROP INDEX log_lines_by_logger;
CREATE INDEX log_lines_by_level ON log_lines (level, at, id) WHERE level <> 'info';
CREATE INDEX log_lines_by_logger ON log_lines (logger, at, id) WHERE logger <> 'request';
