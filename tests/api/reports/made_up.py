"""Sections without a database: rows of every unit, to be written into files."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from api.reports.files import About, Report
from api.reports.files.compared import shown_columns
from domain.pending import Pending
from projections.base import Row
from projections.reports.columns import Column, Key, Measure
from projections.reports.period import CompareTo, Period
from projections.reports.section import Chart, Criteria, Result, Section
from projections.reports.sections.figures import (
    COST_OF_GOODS,
    DISCOUNTS,
    GROSS_SALES,
    ITEMS,
    NET_SALES,
    RETURNS,
    SHARE,
)
from projections.reports.table import ask_table

ID = Key(name="store_id", label="Store id", unit="id", meaning="The store.")
NAME = Key(name="store_name", label="Store", unit="text", meaning="What it is called.")
OPENED = Key(name="opened_on", label="Opened on", unit="date", meaning="The first day.")
LAST = Key(name="last_sale", label="Last sale", unit="time", meaning="When it sold last.")
COUNT = Measure(name="visits", label="Visits", unit="count", meaning="How many came.")
KEYS = (ID, NAME, OPENED, LAST)
FIGURES: tuple[Column, ...] = (
    COUNT,
    ITEMS,
    GROSS_SALES,
    DISCOUNTS,
    RETURNS,
    NET_SALES,
    COST_OF_GOODS,
    SHARE,
)
#: Amounts of more digits than decimals usually reckon with.
LONG = (10**28 + 7, -(10**29) - 7, 10**38 + 7)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def row_of(number: int, name: str | None = None, gross: int = 123_450) -> Row:
    """A row of a store; the first one has no last sale."""
    return {
        "store_id": UUID(int=number),
        "store_name": f"Store {number}" if name is None else name,
        "opened_on": date(2025, 12, 31),
        "last_sale": datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC) if number else None,
        "visits": number + 1,
        "items": Decimal("2.50000"),
        "gross_sales": gross,
        "discounts": 450,
        "returns": 200_000 if number == 0 else 0,
        "cost_of_goods": 60_005,
    }


def section_of(
    rows: Sequence[Row],
    keys: tuple[Key, ...] = KEYS,
    columns: tuple[Column, ...] = FIGURES,
    chart: Chart | None = None,
) -> Section:
    """A section that finds these rows."""
    return Section(
        area="sales-summary",
        path="by-store",
        title="Sales by store",
        meaning="The measures of each store.",
        keys=keys,
        identity=tuple(key.name for key in keys[:1]),
        columns=columns,
        question=lambda _db, _asked: Pending(lambda: Result(rows=[dict(row) for row in rows])),
        sources=(),
        order="store_id" if keys else "net_sales",
        chart=chart,
    )


def report_of(
    section: Section,
    currency: str = "EUR",
    permissions: frozenset[str] = frozenset({"costs.view"}),
    compare_to: CompareTo = "none",
) -> Report:
    """All of a section as it goes into a file."""
    criteria = Criteria(period=MARCH, position=42, permissions=permissions, limit=None, compare_to=compare_to)
    table = ask_table(None, section, criteria).read()  # type: ignore[arg-type]  # nothing is asked there
    about = About(
        company_id=UUID(int=7),
        company="Harbour Coffee",
        currency=currency,
        area=section.area,
        section=section.path,
        title=section.title,
        query="from=2026-03-01&to=2026-03-31",
        columns=tuple(column.name for column in shown_columns(table)),
        position=42,
        made_at=datetime(2026, 4, 1, 6, 0, tzinfo=UTC),
    )
    return Report(about=about, first=table)
