-- Which workers are there: each process says so every second, and whoever was silent for a minute is forgotten.
CREATE TABLE worker_heartbeats (
    process text PRIMARY KEY,
    place   text NOT NULL,
    beats   bigint NOT NULL,
    beat_at timestamptz NOT NULL
) WITH (fillfactor = 50);
