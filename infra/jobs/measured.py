"""How jobs go: how often each was done or failed, how long that took, and when it was done last."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Summary

from infra.process.tracing import span

RUNS = Counter("mipos_job_runs_total", "Jobs that were run, by outcome: done or failed.", ["name", "outcome"])
SECONDS = Summary("mipos_job_seconds", "How long jobs took, done or failed.", ["name"])
DONE_AT = Gauge(
    "mipos_job_last_success_timestamp_seconds", "When a job was last done, in Unix time.", ["name"]
)


@contextmanager
def measured(job: str) -> Iterator[None]:
    """Count a run of a job: it is done when this is left, and has failed when that is by an exception."""
    began, outcome = time.monotonic(), "failed"
    # Nobody sees the first failure grow from nothing, so the figure is there before.
    RUNS.labels(job, outcome)
    try:
        with span(f"job {job}"):
            yield
        outcome = "done"
        DONE_AT.labels(job).set_to_current_time()
    finally:
        RUNS.labels(job, outcome).inc()
        SECONDS.labels(job).observe(time.monotonic() - began)
