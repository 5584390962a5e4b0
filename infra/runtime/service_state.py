"""How the service is: what lags, what is parked, which workers are there, and what that makes of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from infra.runtime.questions import Answers, Questions, ask_together
from projections.base import Database, Row

_LAG: LiteralString = """
    SELECT projection, companies, greatest_lag, lag_seconds, parked, filling FROM projection_lag()
"""

_NOTHING_COMPARED = {
    "companies": 0,
    "verified_position": 0,
    "lag_events": 0,
    "lag_seconds": 0.0,
    "differences": 0,
}

# A heart beats every second; who is silent for longer than others need to take over is missing.
_WORKERS: LiteralString = """
    SELECT count(*) FILTER (WHERE beat_at > clock_timestamp() - interval '10 seconds') AS alive,
           count(*) FILTER (WHERE beat_at <= clock_timestamp() - interval '10 seconds') AS silent
      FROM worker_heartbeats
     WHERE beat_at > clock_timestamp() - interval '1 minute'
"""

_CLOSED: LiteralString = "SELECT cardinality(closed) AS companies FROM installation"

_STOCK: LiteralString = """
    SELECT companies, verified_position, lag_events, lag_seconds, differences FROM stock_verification()
"""

_REPORTS: LiteralString = """
    SELECT companies, verified_position, lag_events, lag_seconds, differences FROM report_reconciliation()
"""

_OLDEST_SNAPSHOT: LiteralString = "SELECT oldest_snapshot_seconds() AS seconds"

#: What is asked, by the parts in which it is told.
QUESTIONS: Questions = {
    "projections": _LAG,
    "workers": _WORKERS,
    "snapshot": _OLDEST_SNAPSHOT,
    "stock": _STOCK,
    "reports": _REPORTS,
    "closed": _CLOSED,
}


#: Gauges by read model: the name, the column, and the meaning.
_OF_READ_MODELS = (
    ("mipos_projection_lag_events", "greatest_lag", "Events not folded yet, of the company with most."),
    ("mipos_projection_lag_seconds", "lag_seconds", "Age of the oldest event that is not folded yet."),
    ("mipos_projections_parked", "parked", "Companies for which a read model is parked."),
    (
        "mipos_projections_filling",
        "filling",
        "Companies for which a read model is being filled and answers nothing.",
    ),
)


@dataclass(frozen=True)
class Limits:
    """From when on a lag is told as a fault, in events and in seconds."""

    lag_events: int
    lag_seconds: int


@dataclass(frozen=True)
class ServiceState:
    """What one look at the database found; numbers only, of no company."""

    projections: Sequence[Row] = ()
    workers: Row = field(default_factory=lambda: {"alive": 0, "silent": 0})
    oldest_snapshot_seconds: float = 0.0
    #: How many companies are answered nothing, because a read model that decisions are made on is not whole.
    closed_companies: int = 0
    #: How stock compares with the log; see the function of that name in `infra/postgres/functions.sql`.
    stock: Row = field(default_factory=lambda: dict(_NOTHING_COMPARED))
    #: How reports compare with each other; see there too.
    reports: Row = field(default_factory=lambda: dict(_NOTHING_COMPARED))
    #: Each part that was asked, and whether it could not be had: of those, nothing is known.
    failed: Mapping[str, bool] = field(default_factory=dict)

    def faults(self, limits: Limits) -> list[dict[str, str]]:
        """What an operator should look at; selling goes on without it."""
        faults = [*self._unknown(), *self._faults(limits)]
        return [{"code": code, "message": message} for code, message in faults]

    def _unknown(self) -> Iterator[tuple[str, str]]:
        for part, has_failed in self.failed.items():
            if has_failed:
                yield "state_unknown", f"This could not be asked of the database: {part}."

    def _faults(self, limits: Limits) -> Iterator[tuple[str, str]]:
        if self.closed_companies:
            yield "company_closed", f"Companies that are closed: {self.closed_companies:,}."
        if not self.workers["alive"] and not self.failed.get("workers"):
            yield "no_worker", "No worker keeps the read models up to date."
        if self.workers["silent"]:
            yield "worker_silent", f"Workers not heard of for ten seconds: {self.workers['silent']:,}."
        if self.stock["differences"]:
            number = self.stock["differences"]
            yield "stock_differs", f"Figures of stock balances that are not what the log says: {number:,}."
        if self.reports["differences"]:
            number = self.reports["differences"]
            yield "reports_differ", f"Figures of reports that do not agree with each other: {number:,}."
        for model in self.projections:
            name, events, seconds = model["projection"], model["greatest_lag"], model["lag_seconds"]
            if events > limits.lag_events or seconds > limits.lag_seconds:
                yield "projection_behind", f"{name} is behind; events: {events:,}, seconds: {seconds:,.0f}."
            if model["parked"]:
                yield "projection_parked", f"{name} is parked; companies: {model['parked']:,}."
            if model["filling"]:
                yield (
                    "projection_filling",
                    f"{name} is being filled for {model['filling']:,} companies and answers them nothing.",
                )


def look(db: Database) -> ServiceState:
    """Look once, in one round trip."""
    return state_of(ask_together(db, QUESTIONS))


def state_of(answers: Answers) -> ServiceState:
    """What these answers say; of a part that has none, nothing is known."""

    def first(part: str) -> Row | None:
        return next(iter(answers[part] or ()), None)

    oldest, closed = first("snapshot"), first("closed")
    return ServiceState(
        projections=answers["projections"] or (),
        workers=first("workers") or {"alive": 0, "silent": 0},
        oldest_snapshot_seconds=oldest["seconds"] if oldest else 0.0,
        closed_companies=closed["companies"] if closed else 0,
        stock=first("stock") or dict(_NOTHING_COMPARED),
        reports=first("reports") or dict(_NOTHING_COMPARED),
        failed={part: rows is None for part, rows in answers.items()},
    )


class StateMetrics(Collector):
    """The same as gauges for Prometheus."""

    def __init__(self, state: ServiceState) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        """One gauge for each number, by read model or by state of the worker; none of what is not known."""
        parts = {
            "projections": self._projections,
            "closed": self._closed,
            "stock": self._stock,
            "reports": self._reports,
            "workers": self._workers,
            "snapshot": self._snapshot,
        }
        for part, metrics in parts.items():
            if not self._state.failed.get(part):
                yield from metrics()

    def _projections(self) -> Iterator[Metric]:
        for name, column, meaning in _OF_READ_MODELS:
            gauge = GaugeMetricFamily(name, meaning, labels=["projection"])
            for model in self._state.projections:
                gauge.add_metric([model["projection"]], model[column])
            yield gauge

    def _closed(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "mipos_companies_closed",
            "Companies that are answered nothing: a read model that decisions are made on is parked.",
            value=self._state.closed_companies,
        )

    def _stock(self) -> Iterator[Metric]:
        return self._compared(
            "stock",
            self._state.stock,
            "Position at which all stock was last what the log says, of the company furthest behind its log.",
            "Figures of stock balances that are not what the log says, in all companies.",
        )

    def _reports(self) -> Iterator[Metric]:
        return self._compared(
            "reports",
            self._state.reports,
            "Position at which all reports last agreed, of the company furthest behind its log.",
            "Figures of reports that do not agree with each other, in all companies.",
        )

    def _workers(self) -> Iterator[Metric]:
        workers = GaugeMetricFamily("mipos_workers", "Worker processes that are heard of.", labels=["state"])
        for state, number in self._state.workers.items():
            workers.add_metric([state], number)
        yield workers

    def _snapshot(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "mipos_oldest_snapshot_seconds",
            "Age of the oldest transaction that keeps the server from cleaning up; sales get slower by it.",
            value=self._state.oldest_snapshot_seconds,
        )

    def _compared(self, what: str, state: Row, position: str, differences: str) -> Iterator[Metric]:
        """What was compared up to where, and what differs."""
        yield GaugeMetricFamily(f"mipos_{what}_verified_position", position, value=state["verified_position"])
        yield GaugeMetricFamily(
            f"mipos_{what}_verified_lag_events", "Events after that position.", value=state["lag_events"]
        )
        yield GaugeMetricFamily(f"mipos_{what}_differences", differences, value=state["differences"])


def report(state: ServiceState, limits: Limits) -> dict[str, Any]:
    """What whoever watches over the service is told."""
    faults = state.faults(limits)
    return {
        "status": "degraded" if faults else "ok",
        "degraded": faults,
        "workers": state.workers,
        "projections": state.projections,
        "stock": state.stock,
        "reports": state.reports,
        "oldest_snapshot_seconds": round(state.oldest_snapshot_seconds, 3),
    }
