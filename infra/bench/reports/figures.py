"""Reports over a year of sales, on a database of their own: made anew, their size, and what answers take."""

import time
from collections.abc import Sequence
from typing import Any, LiteralString

from infra.bench.reports.answering import measure_answers
from infra.bench.reports.baskets import measure_baskets
from infra.bench.reports.history import History, made_year, real_year
from infra.bench.reports.scaling import multiply
from infra.bench.site import MeasurementFailed, Site
from infra.projections.rebuild_all import rebuild_all
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.showcase.complete_journey.source import HistoryNotInstalled
from projections.base import Projection

_BYTES: LiteralString = "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name"
_MB = 1_000_000


def measure(site: Site) -> dict[str, Any]:
    """The figures of reports. Their tables are measured, so nobody else's rows may lie in them."""
    with site.beside() as own:
        history = _history(own)
        reports = [model for model in PROJECTIONS if _is_of_reports(model)]
        own.say(f"Making all read models of reports of {history.sales:,} sales anew")
        seconds = _rebuild(own, history, reports)
        # What dashboards ask beside them; an import fills what is inline itself.
        asked_for = ("async",) if own.real_year else ("async", "orders")
        others = [model for model in PROJECTIONS if {model.mode, model.name} & {*asked_for}]
        _rebuild(own, history, [model for model in others if model not in reports])
        own.own("VACUUM ANALYZE")
        tables = [table for model in reports for table in model.tables]
        size = int(own.own(_BYTES, tables)[0][0])
        # Chunks of baskets are not copied to more stores.
        baskets = measure_baskets(own, history)
        multiply(own, history.company_id, own.stores)
        own.own("VACUUM ANALYZE")
        return {
            "report_sales": history.sales,
            "report_scale": own.stores,
            "rebuild_reports_sales_per_s": history.sales / seconds,
            "report_tables_mb": size / _MB,
            "report_bytes_per_sale": size / history.sales,
            **baskets,
            **measure_answers(own, history),
        }


def _history(site: Site) -> History:
    try:
        return real_year(site) if site.real_year else made_year(site)
    except HistoryNotInstalled as error:
        raise MeasurementFailed(HistoryNotInstalled.__doc__ or "") from error


def _is_of_reports(model: Projection) -> bool:
    return type(model).__module__.startswith("projections.reports.")


def _rebuild(site: Site, history: History, models: Sequence[Projection]) -> float:
    """The seconds that one process takes, with the proof of the log."""
    began = time.monotonic()
    outcome = rebuild_all(site.addresses.worker, EVENT_TYPES, models, [history.company_id], processes=1)
    if outcome.failures:
        raise MeasurementFailed(f"{outcome.failures[0].projection}: {outcome.failures[0].reason}")
    return time.monotonic() - began
