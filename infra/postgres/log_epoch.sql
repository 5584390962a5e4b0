-- How often the logs began anew from a backup, counted from 1: a position of an earlier epoch may name another event.
ALTER TABLE installation ADD COLUMN log_epoch integer NOT NULL DEFAULT 1;
