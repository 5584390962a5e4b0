-- The lives of each company's log: one begins with the log, and one with every backup that is brought back. A
-- position means an event within one life only; after a restore the same number may come to mean another one.
-- `number` counts as the installation does. `epoch` names the life: it is random, so that a follower who is led to
-- another installation, or to another restore of the same backup, finds another name there.
CREATE TABLE log_epochs (
    company_id    uuid NOT NULL,
    number        integer NOT NULL,
    epoch         text NOT NULL DEFAULT left(gen_random_uuid()::text, 8),
    began_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Up to here events are those of the life before.
    from_position bigint NOT NULL,
    PRIMARY KEY (company_id, number)
);
INSERT INTO log_epochs (company_id, number, from_position)
SELECT head.company_id, installation.log_epoch, 0 FROM company_head AS head CROSS JOIN installation;
