"""Decides the sales of a range again, and keeps which orders would have come to something else."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

import psycopg

from commands.ports import Missing
from domain.what_if.asking import changes_of
from domain.what_if.changes import Changes
from domain.what_if.comparison import Comparison
from domain.what_if.figures import Compared, ComparedTax, Figures, TaxKey
from infra.analytics.order_differences import OrderDifferences
from infra.analytics.what_if import SalesReplay
from infra.decisions.positions import LogPosition
from infra.jobs.audit_jobs import AuditJob
from infra.postgres.connections import BULK, bounded
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES
from infra.runtime.settings import Settings
from projections.base import ProjectionBehind, Row
from projections.companies import find_company
from projections.log_proofs import find_head
from projections.reports.period import Period
from projections.reports.sales.sales_reports import SalesReports
from projections.what_if.references import names_of_stores, parents_of_categories
from projections.what_if.selection import Selection

#: How long it waits for reports to know what was recorded by the time it begins, in seconds.
PATIENCE = 60.0
#: How long it waits each time, in seconds.
PAUSE = 0.1
#: The figures that are told.
FIGURES = ("gross_sales", "discounts", "net_sales", "tax", "total", "rounding", "gross_profit")


def do(job: AuditJob, settings: Settings) -> Mapping[str, Any]:
    """What the sales from `from` to `to` would have come to. Raises ProjectionBehind, AmountTooLarge."""
    del settings
    asked = job.asked
    address = bounded(job.conninfo, BULK)
    with psycopg.connect(address, autocommit=True, application_name="mipos what-if") as connection:
        selection = Selection(
            period=Period(date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"])),
            store_id=UUID(asked["store_id"]) if asked["store_id"] else None,
            position=_known(connection, job),
        )
        with transaction(connection, job.company_id, reading=True) as db:
            changes = changes_of(asked["changes"], parents_of_categories(db))
            company, names = find_company(db), names_of_stores(db)
        if company is None:
            raise Missing
        replay = SalesReplay(connection, job.company_id, EVENT_TYPES, changes)
        with TemporaryFile() as file:
            differences = OrderDifferences(file, company["currency"])
            for order in replay.run(selection, job.tell):
                differences.add(order)
            differences.end()
            job.keep(file)
    return _shown(replay.comparison, company, names, selection.position)


def _known(connection: psycopg.Connection[Any], job: AuditJob) -> int:
    """Up to which position reports know the log: to where it is now, at least. Raises ProjectionBehind."""
    deadline, head = time.monotonic() + PATIENCE, None
    while time.monotonic() < deadline:
        with transaction(connection, job.company_id, reading=True) as db, suppress(ProjectionBehind):
            head = find_head(db) if head is None else head
            known = LogPosition(db, (SalesReports.name,)).known()
            if known >= head:
                return known
        job.tell(0, 0)
        time.sleep(PAUSE)
    raise ProjectionBehind


def _shown(comparison: Comparison, company: Row, names: Mapping[UUID, str], position: int) -> Row:
    """What came of it, as JSON has it."""
    stores = sorted(comparison.stores.items(), key=lambda store: (names.get(store[0], ""), store[0]))
    taxes = sorted(comparison.taxes.items(), key=lambda tax: tuple(map(str, tax[0])))
    return {
        **_compared(comparison.all),
        "currency": company["currency"],
        "position": position,
        "capped": comparison.capped,
        "by_tax_rate": [_tax(key, one, comparison.changes) for key, one in taxes],
        "by_store": [
            {"store_id": str(store_id), "store": names.get(store_id), **_compared(one)}
            for store_id, one in stores
        ],
    }


def _compared(one: Compared) -> Row:
    sides = {"as_sold": _figures(one.as_sold), "what_if": _figures(one.what_if)}
    return {"orders": one.orders, "differing": one.differing, **_with_difference(sides)}


def _figures(figures: Figures) -> dict[str, int]:
    return {name: getattr(figures, name) for name in FIGURES}


def _tax(key: TaxKey, one: ComparedTax, changes: Changes) -> Row:
    rate = None if key.tax_rate_id is None else changes.tax_rates.get(key.tax_rate_id, key.rate)
    told = {name: None if value is None else str(value) for name, value in key._asdict().items()}
    return {
        **told,
        "inclusive": key.inclusive,
        "what_if_rate": None if rate is None else str(rate),
        **_with_difference({"as_sold": asdict(one.as_sold), "what_if": asdict(one.what_if)}),
    }


def _with_difference(sides: dict[str, dict[str, int]]) -> Row:
    as_sold, what_if = sides["as_sold"], sides["what_if"]
    return {**sides, "difference": {name: what_if[name] - as_sold[name] for name in as_sold}}
