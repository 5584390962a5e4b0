-- Runs of schedules of reports: which were due, what became of them, and who was told. No facts, these are in the
-- log, as the schedules are.

-- `status` is due, writing, sent, skipped (nothing in it, or no condition newly met) or failed. `period` is the day on
-- which it was due, once for each schedule; a try has its own row. `is_met` is whether its condition was.
CREATE TABLE report_runs (
    company_id  uuid NOT NULL,
    id          uuid NOT NULL,
    schedule_id uuid NOT NULL,
    period      date NOT NULL,
    is_try      boolean NOT NULL,
    user_id     uuid,
    status      text NOT NULL,
    export_id   uuid,
    is_met      boolean,
    text        text,
    failure     text,
    created_at  timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (company_id, id)
);
CREATE UNIQUE INDEX report_runs_once ON report_runs (company_id, schedule_id, period) WHERE NOT is_try;
CREATE INDEX report_runs_open ON report_runs (created_at) WHERE status IN ('due', 'writing');

-- Who was told of a run. The address is looked up when it is sent, and kept nowhere.
CREATE TABLE report_deliveries (
    company_id uuid NOT NULL,
    run_id     uuid NOT NULL,
    user_id    uuid NOT NULL,
    sent_at    timestamptz NOT NULL,
    PRIMARY KEY (company_id, run_id, user_id)
);
