"""What lies in storages at the end of the period, what of it is promised, and what is to come."""

from collections.abc import Mapping
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.columns import Column, Derived, Measure
from projections.reports.explaining import explained, of_last_day
from projections.reports.names import ReportNames
from projections.reports.section import Criteria, Result, Section
from projections.reports.sections.inventory.balances import LEVELS, last_day
from projections.reports.sections.inventory.explaining import (
    OF_ROW,
    UNTIL,
    in_transit,
    incoming,
    moved,
    promised,
    quantities,
)
from projections.reports.sections.inventory.goods import FILTERS, GROUPS, KEYS
from projections.reports.sections.inventory.pace import (
    DAILY_SALES,
    DAYS_IN_STOCK,
    DAYS_IN_STOCK_LATELY,
    LATELY,
    PACE,
    SOLD_LATELY,
    days_told,
    pace_params,
)
from projections.reports.sections.inventory.places import ON_SHELVES, here
from projections.reports.sections.inventory.ranking import ask_ranked, goods_params, of_section, ranked
from projections.reports.sections.inventory.valuation import ON_HAND
from projections.reports.stock import StockReports


def _day(name: LiteralString, label: str, meaning: str) -> Column:
    return Column(name=name, label=label, unit="date", meaning=meaning, example="2026-03-28")


RESERVED = Measure(
    name="reserved",
    label="Reserved",
    unit="quantity",
    meaning="What is promised; promises are of the UTC date on which they were made.",
    example="2",
)
AVAILABLE = Derived(
    name="available",
    label="Available",
    unit="quantity",
    meaning="What may be sold or promised; below zero where more is promised than there is.",
    of=lambda row, _: row["on_hand"] - row["reserved"],
    inputs=("on_hand", "reserved"),
    signs=("+", "-"),
    text="on_hand - reserved",
    example="40",
)
INCOMING = Measure(
    name="incoming",
    label="Incoming",
    unit="quantity",
    meaning="What is on order from suppliers and in transit from other storages.",
    example="24",
)
REORDER_LEVEL = Measure(
    name="reorder_level",
    label="Reorder level",
    unit="quantity",
    meaning="At how much, or less, it is ordered again, as that is set now.",
    example="10",
)
COLUMNS: tuple[Column, ...] = (
    ON_HAND,
    RESERVED,
    AVAILABLE,
    INCOMING,
    Measure(
        name="in_transit",
        label="In transit",
        unit="quantity",
        meaning="What of it is on the way from another storage.",
        example="4",
    ),
    REORDER_LEVEL,
    _day("last_received", "Last received", "When a supplier delivered any last."),
    _day("last_sold", "Last sold", "When any was sold last."),
    _day("last_counted", "Last counted", "When it was counted last."),
    SOLD_LATELY,
    DAYS_IN_STOCK_LATELY,
    Column(
        name="daily_sales",
        label="Daily sales",
        unit="ratio",
        meaning="What is sold on a day with stock, over the 56 days up to the end of the period, in each "
        "storage with stock on 21 of them at least, added up; null where there is none.",
        inputs=("sold_lately", "days_in_stock"),
        text="sold_lately / days_in_stock, of each storage",
        example="0.5000",
    ),
    Column(
        name="stock_days",
        label="Stock days",
        unit="ratio",
        meaning="For how many days it lasts at what is sold on a day with stock, over the 56 days up to the "
        "end of the period; null where there was stock on fewer than 21 of them, or nothing sells.",
        inputs=("on_hand", "daily_sales"),
        text="on_hand / daily_sales",
        example="12.5000",
    ),
)


def _changes() -> LiteralString:
    """What is added up of each balance, in the words of what is known before."""
    return f"""
        SELECT level.storage_id, level.variant_id, level.quantity, level.reserved,
               level.ordered + level.in_transit AS incoming, level.in_transit,
               0 AS reorder_level,
               {last_day("received", " AND fact.quantity > 0")} AS last_received,
               {last_day("sold", " AND fact.quantity < 0")} AS last_sold,
               {last_day("counted", "")} AS last_counted,
               {DAILY_SALES} AS daily_sales, coalesce(pace.sold, 0) AS sold_lately,
               {DAYS_IN_STOCK} AS days_in_stock
          FROM level
          LEFT JOIN pace ON pace.storage_id = level.storage_id AND pace.variant_id = level.variant_id
         WHERE level.{ON_SHELVES}
     UNION ALL
        SELECT storage_id, variant_id, 0, 0, 0, 0, reorder_level * 100000, NULL, NULL, NULL, NULL,
               0, 0
          FROM stock_listing
         WHERE company_id = %(company_id)s AND reorder_level IS NOT NULL{here()}"""


_FIGURES: Mapping[LiteralString, LiteralString] = {
    "on_hand": "sum(change.quantity)",
    "reserved": "sum(change.reserved)",
    "incoming": "sum(change.incoming)",
    "in_transit": "sum(change.in_transit)",
    "reorder_level": "sum(change.reorder_level)",
    "last_received": "max(change.last_received)",
    "last_sold": "max(change.last_sold)",
    "last_counted": "max(change.last_counted)",
    "sold_lately": "sum(change.sold_lately)",
    "days_in_stock": "sum(change.days_in_stock)",
    "daily_sales": "round(sum(change.daily_sales) * 0.00001, 4)",
    "stock_days": "round(sum(change.quantity) / nullif(sum(change.daily_sales), 0), 4)",
}
_HAVING: LiteralString = (
    "bool_or(change.quantity <> 0 OR change.reserved <> 0 OR change.incoming <> 0 "
    "OR change.reorder_level <> 0 OR change.last_received IS NOT NULL)"
)
_BEFORE: LiteralString = f"""
    level AS MATERIALIZED ({LEVELS}
    ), {PACE}"""
_STATEMENT: LiteralString = ranked(
    _changes(),
    _FIGURES,
    COLUMNS,
    having=_HAVING,
    derived={"available": "section.on_hand - section.reserved"},
    before=_BEFORE,
)
_OF_SHOWN: LiteralString = of_section(_changes(), _FIGURES, having=_HAVING, before=_BEFORE)


def _on_last_day(kind: LiteralString, amount: LiteralString, condition: LiteralString) -> LiteralString:
    facts = moved(
        quantities(amount),
        UNTIL,
        f"change.kind = '{kind}' AND {condition} AND change.{ON_SHELVES}",
        counts="true",
    )
    return explained(of_last_day(facts))


_ORIGINS: dict[LiteralString, LiteralString] = {
    "last_received": _on_last_day("received", "change.quantity", "change.quantity > 0"),
    "last_sold": _on_last_day("sold", "-change.quantity", "change.quantity < 0"),
    "last_counted": _on_last_day("counted", "change.quantity", "true"),
}
EXPLANATIONS: dict[LiteralString, LiteralString] = {
    "on_hand": explained(moved(quantities("change.quantity"), UNTIL, f"change.{ON_SHELVES}")),
    "reserved": explained(promised(quantities("change.reserved"))),
    "incoming": explained(incoming()),
    "in_transit": explained(in_transit()),
    "sold_lately": explained(
        moved(
            f"-{quantities('change.quantity')}",
            LATELY,
            f"change.kind = 'sold' AND change.{ON_SHELVES}",
            of_row=OF_ROW + _OF_SHOWN,
        )
    ),
    "days_in_stock": explained(
        days_told(LEVELS, f"stretch.is_in_stock AND stretch.{ON_SHELVES}", OF_ROW + _OF_SHOWN)
    ),
}
_ORDER = "name"


def ask_stock_on_hand(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask what lay there at the end of the period."""
    return ask_ranked(
        db, _STATEMENT, COLUMNS, {**goods_params(db, criteria, _ORDER), **pace_params(db, criteria)}
    )


STOCK_ON_HAND = Section(
    area="inventory-report",
    path="stock-on-hand",
    title="Stock on hand",
    meaning="What lay in storages at the end of the period, what of it was promised, and what was to come.",
    keys=KEYS,
    identity=("id",),
    optional=("id",),
    columns=COLUMNS,
    question=ask_stock_on_hand,
    sources=(StockReports, ReportNames),
    explanations=EXPLANATIONS,
    origins=_ORIGINS,
    params=pace_params,
    order=_ORDER,
    filters=FILTERS,
    groups=GROUPS,
    is_ranked=True,
)
