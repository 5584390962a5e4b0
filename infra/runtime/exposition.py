"""`GET /metrics`: what all processes have counted and how the service is, as Prometheus takes it."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.metadata import version
from typing import LiteralString

import psycopg
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from commands.unavailable import Unavailable
from infra.decisions.transactions import Transactions
from infra.postgres.worker_metrics import KNOWN, metrics_of
from infra.process.shared_metrics import collect_shared
from infra.runtime.questions import Answers, Looker, Questions, ask_each
from infra.runtime.service_state import ServiceState, StateMetrics
from projections.base import ServerOutdated

#: For how long a look at the database answers whoever asks, and how long they wait for it, in seconds:
#: Prometheus gives up after ten.
FRESH, PATIENCE = 2.0, 4.0

_LOG: LiteralString = "SELECT companies, events FROM log_size()"

_VERIFIED: LiteralString = """
    SELECT projection, companies, verified_position, lag_events, verified_at, differing
      FROM projection_verification()
"""

_SKIPS: LiteralString = "SELECT projection, skipped FROM projection_skips()"

# The names of sessions are everybody's to see.
_REBUILDS: LiteralString = """
    SELECT count(*) AS running FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'mipos rebuild'
"""

_BACKUPS: LiteralString = """
    SELECT extract(epoch FROM max(finished_at))::float8 AS finished_at,
           extract(epoch FROM max(tested_at))::float8 AS tested_at
      FROM backups
"""

_QUESTIONS: Questions = {
    "worker_metrics": KNOWN,
    "log": _LOG,
    "verifications": _VERIFIED,
    "skips": _SKIPS,
    "rebuilds": _REBUILDS,
    "backups": _BACKUPS,
}

#: Gauges of one figure each: the question, its column, the name and the meaning.
GAUGES = (
    ("log", "events", "mipos_log_events", "Events in the logs of all companies."),
    ("log", "companies", "mipos_companies", "Companies that have a log, the platform included."),
    ("rebuilds", "running", "mipos_rebuilds_running", "Rebuilds of read models that run at the moment."),
    (
        "backups",
        "finished_at",
        "mipos_backup_last_success_timestamp_seconds",
        "When the last backup was finished, in Unix time; absent before the first.",
    ),
    (
        "backups",
        "tested_at",
        "mipos_backup_last_restore_timestamp_seconds",
        "When a backup was last restored on trial, in Unix time; absent before the first.",
    ),
)
#: Gauges of one figure for each read model that was ever compared with a log, in the same way.
GAUGES_OF_READ_MODELS = (
    (
        "verifications",
        "verified_at",
        "mipos_projection_verified_timestamp_seconds",
        "When a read model was last compared with the log, of the company for which that is longest ago.",
    ),
    (
        "verifications",
        "verified_position",
        "mipos_projection_verified_position",
        "Position up to which a read model was compared, of the company furthest behind its log.",
    ),
    (
        "verifications",
        "lag_events",
        "mipos_projection_verified_lag_events",
        "Events after that position.",
    ),
    (
        "verifications",
        "companies",
        "mipos_projection_verified_companies",
        "Companies for which a read model was ever compared.",
    ),
    (
        "verifications",
        "differing",
        "mipos_projection_rows_differing",
        "Rows that were not what the log says, and were not made anew since.",
    ),
    (
        "skips",
        "skipped",
        "mipos_projection_events_skipped",
        "Events that a read model passed over, and was not made anew since.",
    ),
)


class Exposition:
    """Puts together what there is. What cannot be had is left out, and said so in numbers."""

    def __init__(self, transactions: Transactions, look: Callable[[float], ServiceState]) -> None:
        self._looker = Looker(lambda: ask_each(transactions, _QUESTIONS), FRESH)
        self._look = look

    def text(self) -> bytes:
        """All of it in the format of Prometheus."""
        families: dict[str, Metric] = {}
        for metric in self._collect():
            # Two kinds of processes may count the same; a family must stand in one place.
            families.setdefault(metric.name, _empty(metric)).samples.extend(
                sample for sample in metric.samples if not sample.name.endswith("_created")
            )
        registry = CollectorRegistry()
        registry.register(_Ready(families.values()))
        return generate_latest(registry)

    def _collect(self) -> Iterator[Metric]:
        yield from collect_shared()
        yield InfoMetricFamily("mipos_build", "This version.", value={"version": version("mipos")})
        answers: Answers = dict.fromkeys(_QUESTIONS)
        state, deadline = None, time.monotonic() + PATIENCE
        # Without a database there are counters all the same.
        with suppress(ServerOutdated, Unavailable, psycopg.Error, TimeoutError):
            answers = self._looker.see(PATIENCE)
        with suppress(ServerOutdated, Unavailable, psycopg.Error, TimeoutError):
            state = self._look(max(0.0, deadline - time.monotonic()))
            yield from StateMetrics(state).collect()
        yield from metrics_of(answers["worker_metrics"] or ())
        yield from _gauges(answers)
        unknown = {name for name, rows in answers.items() if rows is None}
        yield _failures({**dict.fromkeys(_QUESTIONS, False), **dict.fromkeys(unknown, True)}, state)


def _gauges(answers: Answers) -> Iterator[Metric]:
    for question, column, name, meaning in GAUGES:
        for row in answers[question] or ():
            if row[column] is not None:
                yield GaugeMetricFamily(name, meaning, value=row[column])
    for question, column, name, meaning in GAUGES_OF_READ_MODELS:
        gauge = GaugeMetricFamily(name, meaning, labels=["projection"])
        for row in answers[question] or ():
            gauge.add_metric([row["projection"]], row[column])
        yield gauge


def _failures(asked: Mapping[str, bool], state: ServiceState | None) -> Metric:
    meaning = "1 for each part of this page that could not be had from the database, else 0."
    metric = GaugeMetricFamily("mipos_scrape_failed", meaning, labels=["part"])
    failed = {**asked, **(state.failed if state else {"state": True})}
    for part, has_failed in failed.items():
        metric.add_metric([part], float(has_failed))
    return metric


def _empty(metric: Metric) -> Metric:
    return Metric(metric.name, metric.documentation, metric.type)


class _Ready(Collector):
    """What was collected already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """All of it."""
        return self._metrics
