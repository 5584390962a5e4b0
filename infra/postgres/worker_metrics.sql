-- What workers and commands have counted, added up over all of them and for ever: they answer no requests, and end.
-- Nothing of any company.
CREATE TABLE worker_metrics (
    sample  text NOT NULL,  -- as it is exposed, with _total, _sum, _count or _bucket
    labels  text NOT NULL,  -- JSON
    family  text NOT NULL,
    kind    text NOT NULL,
    meaning text NOT NULL,
    value   double precision NOT NULL,
    PRIMARY KEY (sample, labels)
) WITH (fillfactor = 50);
