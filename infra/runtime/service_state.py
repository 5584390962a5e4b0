"""How the service is: what lags, what is parked, which workers are there, and what that makes of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

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

    def faults(self, limits: Limits) -> list[dict[str, str]]:
        """What an operator should look at; selling goes on without it."""
        return [{"code": code, "message": message} for code, message in self._faults(limits)]

    def _faults(self, limits: Limits) -> Iterator[tuple[str, str]]:
        if self.closed_companies:
            yield "company_closed", f"Companies that are closed: {self.closed_companies:,}."
        if not self.workers["alive"]:
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
    models, workers, snapshot = db.ask(_LAG, {}), db.ask(_WORKERS, {}), db.ask(_OLDEST_SNAPSHOT, {})
    compared, reconciled = db.ask(_STOCK, {}), db.ask(_REPORTS, {})
    closed = db.ask(_CLOSED, {}).row()
    counts, oldest = workers.row(), snapshot.row()
    return ServiceState(
        projections=models.rows(),
        workers=counts or {"alive": 0, "silent": 0},
        oldest_snapshot_seconds=oldest["seconds"] if oldest else 0.0,
        closed_companies=closed["companies"] if closed else 0,
        stock=compared.row() or dict(_NOTHING_COMPARED),
        reports=reconciled.row() or dict(_NOTHING_COMPARED),
    )


class StateMetrics(Collector):
    """The same as gauges for Prometheus."""

    def __init__(self, state: ServiceState) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        """One gauge for each number, by read model or by state of the worker."""
        models = self._state.projections
        yield self._by_model(
            "mipos_projection_lag_events",
            "Events not folded yet, of the company with most.",
            models,
            "greatest_lag",
        )
        yield self._by_model(
            "mipos_projection_lag_seconds",
            "Age of the oldest event that is not folded yet.",
            models,
            "lag_seconds",
        )
        yield self._by_model(
            "mipos_projections_parked", "Companies for which a read model is parked.", models, "parked"
        )
        yield self._by_model(
            "mipos_projections_filling",
            "Companies for which a read model is being filled and answers nothing.",
            models,
            "filling",
        )
        yield GaugeMetricFamily(
            "mipos_companies_closed",
            "Companies that are answered nothing: a read model that decisions are made on is parked.",
            value=self._state.closed_companies,
        )
        yield from self._compared(
            "stock",
            self._state.stock,
            "Position at which all stock was last what the log says, of the company furthest behind its log.",
            "Figures of stock balances that are not what the log says, in all companies.",
        )
        yield from self._compared(
            "reports",
            self._state.reports,
            "Position at which all reports last agreed, of the company furthest behind its log.",
            "Figures of reports that do not agree with each other, in all companies.",
        )
        workers = GaugeMetricFamily("mipos_workers", "Worker processes that are heard of.", labels=["state"])
        for state, number in self._state.workers.items():
            workers.add_metric([state], number)
        yield workers
        snapshot = (
            "Age of the oldest transaction that keeps the server from cleaning up; sales get slower by it."
        )
        yield GaugeMetricFamily(
            "mipos_oldest_snapshot_seconds", snapshot, value=self._state.oldest_snapshot_seconds
        )

    def _compared(self, what: str, state: Row, position: str, differences: str) -> Iterator[Metric]:
        """What was compared up to where, and what differs."""
        yield GaugeMetricFamily(f"mipos_{what}_verified_position", position, value=state["verified_position"])
        yield GaugeMetricFamily(
            f"mipos_{what}_verified_lag_events", "Events after that position.", value=state["lag_events"]
        )
        yield GaugeMetricFamily(f"mipos_{what}_differences", differences, value=state["differences"])

    def _by_model(self, name: str, meaning: str, models: Sequence[Row], column: str) -> Metric:
        gauge = GaugeMetricFamily(name, meaning, labels=["projection"])
        for model in models:
            gauge.add_metric([model["projection"]], model[column])
        return gauge


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
