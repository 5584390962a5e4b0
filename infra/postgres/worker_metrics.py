"""What workers and commands count reaches the database, where every web server that is asked finds it.

Nobody can ask a worker, and a command ends before anybody would. So both add what they have counted to one
table: counters and histograms are sums over all of them and all time, and of moments the latest is kept. What
else a process would show of itself, such as connections that it holds, is its own affair.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, LiteralString

import msgspec
import psycopg
import structlog
from prometheus_client import REGISTRY, Metric

from infra.postgres.connections import REQUESTS, bounded
from infra.process.troubles import described

#: How often what was counted is handed over, in seconds: Prometheus asks every 15 or so.
EVERY = 5.0
#: Gauges that tell of a moment.
MOMENT = "_timestamp_seconds"
_SUMS = frozenset({"counter", "histogram", "summary"})

log = structlog.get_logger("metrics")

# In one order, so that two workers wait for each other in one direction only. Of no company.
_ADD: LiteralString = """
    INSERT INTO worker_metrics AS known (sample, labels, family, kind, meaning, value)
    SELECT unnest(%(samples)s::text[]) AS sample, unnest(%(labels)s::text[]) AS labels,
           unnest(%(families)s::text[]), unnest(%(kinds)s::text[]), unnest(%(meanings)s::text[]),
           unnest(%(values)s::float8[])
     ORDER BY sample, labels
        ON CONFLICT (sample, labels) DO UPDATE
       SET meaning = excluded.meaning,
           value = CASE excluded.kind WHEN 'gauge' THEN greatest(known.value, excluded.value)
                                      ELSE known.value + excluded.value END
"""

KNOWN: LiteralString = """
    SELECT sample, labels, family, kind, meaning, value FROM worker_metrics ORDER BY family, sample, labels
"""


@dataclass(frozen=True)
class Counted:
    """One figure: what it is of, and how large it is."""

    sample: str
    labels: str
    family: str
    kind: str
    meaning: str
    value: float = field(compare=False)


class WorkerMetrics:
    """Hands over what this process has counted since it did so last."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = bounded(conninfo, REQUESTS)
        self._handed_over: dict[Counted, float] = {}
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="metrics", daemon=True)

    def start(self) -> None:
        """Begin to hand over, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Hand over what is left, and end."""
        self._stopped.set()
        self._thread.join()

    def hand_over(self) -> None:
        """Add what was counted to what is known. Raises psycopg.Error, and it is added the next time."""
        counted = list(_counted(REGISTRY.collect()))
        known = self._handed_over
        news = [(one, one.value - known.get(one, 0.0)) for one in counted if known.get(one) != one.value]
        if not news:
            return
        params = {
            "samples": [one.sample for one, _ in news],
            "labels": [one.labels for one, _ in news],
            "families": [one.family for one, _ in news],
            "kinds": [one.kind for one, _ in news],
            "meanings": [one.meaning for one, _ in news],
            "values": [one.value if one.kind == "gauge" else more for one, more in news],
        }
        with psycopg.connect(self._conninfo, autocommit=True, application_name="mipos metrics") as connection:
            connection.execute(_ADD, params)
        self._handed_over |= {one: one.value for one in counted}

    def _run(self) -> None:
        is_last = False
        while not is_last:
            is_last = self._stopped.wait(EVERY)
            try:
                self.hand_over()
            except psycopg.Error as error:
                log.warning("what was counted waits", error=described(error))


def hand_over_once(conninfo: str) -> None:
    """Add what a command has counted before it ends; it has done its work also where that fails."""
    with suppress(psycopg.Error):
        WorkerMetrics(conninfo).hand_over()


def _counted(metrics: Iterable[Metric]) -> Iterator[Counted]:
    """What of these is of interest to others; of a process's start and of its memory nobody can make sums."""
    for metric in metrics:
        if not metric.name.startswith("mipos_") or not _is_shared(metric):
            continue
        for sample in metric.samples:
            if not sample.name.endswith("_created"):
                labels = msgspec.json.encode(sample.labels, order="sorted").decode()
                yield Counted(
                    sample.name, labels, metric.name, metric.type, metric.documentation, sample.value
                )


def _is_shared(metric: Metric) -> bool:
    return metric.type in _SUMS or metric.name.endswith(MOMENT)


def metrics_of(rows: Iterable[Mapping[str, Any]]) -> Iterator[Metric]:
    """What is known, as Prometheus is told of it."""
    families: dict[str, Metric] = {}
    for row in rows:
        metric = families.setdefault(row["family"], Metric(row["family"], row["meaning"], row["kind"]))
        metric.add_sample(row["sample"], msgspec.json.decode(row["labels"]), row["value"])
    yield from families.values()
