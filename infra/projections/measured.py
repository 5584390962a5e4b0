"""How read models go: what workers fold, how rebuilds end, and how long all that takes."""

from functools import cache

from prometheus_client import Counter, Histogram, Summary

PASSED = Counter(
    "mipos_projection_events_total",
    "Events of logs that workers brought read models past, those included that a read model has no use for.",
    ["projection"],
)
BATCHES = Histogram(
    "mipos_projection_batch_seconds",
    "How long workers took for a batch of a company's events, by outcome: done, or failed as a whole.",
    ["outcome"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)
PARKED = Counter("mipos_projection_parked_total", "Events at which read models were parked.", ["projection"])
REBUILDS = Counter(
    "mipos_rebuilds_total",
    "Rebuilds of a read model of a company, by outcome: done or failed.",
    ["projection", "outcome"],
)
REBUILD_SECONDS = Summary(
    "mipos_rebuild_seconds",
    "How long rebuilds of a read model of a company took that were done.",
    ["projection"],
)
ROWS_CHANGED = Counter(
    "mipos_rebuild_rows_changed_total", "Rows that rebuilds put right; none where all were.", ["projection"]
)
_passed, _batches = cache(PASSED.labels), cache(BATCHES.labels)


def count_passed(projections: tuple[str, ...], events: int) -> None:
    """Count that these read models know so many more events."""
    for name in projections:
        _passed(name).inc(events)


def count_batch(outcome: str, seconds: float) -> None:
    """Count a batch, done or failed."""
    _batches(outcome).observe(seconds)


def count_parked(projection: str) -> None:
    """Count that a read model waits for a person."""
    PARKED.labels(projection).inc()


def count_rebuild(projection: str, rows_changed: int, seconds: float) -> None:
    """Count a rebuild of a read model of a company."""
    REBUILDS.labels(projection, "done").inc()
    # Nobody sees the first failure grow from nothing, so the figure is there before.
    REBUILDS.labels(projection, "failed")
    REBUILD_SECONDS.labels(projection).observe(seconds)
    ROWS_CHANGED.labels(projection).inc(rows_changed)


def count_failed_rebuild(projection: str) -> None:
    """Count a rebuild that could not be done."""
    REBUILDS.labels(projection, "failed").inc()
