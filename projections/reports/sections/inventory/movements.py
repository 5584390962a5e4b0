"""What came and went within a period: open + in - out = close, in quantity and in value."""

from collections.abc import Iterator
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.columns import COSTS, Measure
from projections.reports.names import ReportNames
from projections.reports.section import Asked, Found, Section
from projections.reports.sections.inventory.balances import BALANCE_CHANGES
from projections.reports.sections.inventory.goods import FILTERS, GROUPS, KEYS
from projections.reports.sections.inventory.places import here
from projections.reports.sections.inventory.ranking import ask_ranked, goods_params, ranked
from projections.reports.stock import StockReports
from projections.reports.stock.kinds import REASONS

#: Each column: its name, the kind of its facts, what it is called, its sign, and what it means.
_FLOWS: tuple[tuple[LiteralString, LiteralString, str, LiteralString, str], ...] = (
    ("received", "received", "Received", "", "What suppliers delivered, less deliveries that were reversed."),
    ("returned", "returned", "Returned", "", "What customers brought back into stock."),
    ("transferred_in", "transferred_in", "Transferred in", "", "What came from another storage."),
    ("sold", "sold", "Sold", "-", "What was sold, less what was voided."),
    ("transferred_out", "transferred_out", "Transferred out", "-", "What left for another storage."),
    ("supplier_returned", "supplier_returned", "Returned to suppliers", "-", "What went back to suppliers."),
    *(
        (f"adj_{reason}", reason, f"Adjusted: {reason.replace('_', ' ')}", "", f"Adjusted as {reason}.")
        for reason in REASONS
    ),
    ("counted", "counted", "Counted", "", "What counts found more, or less (below zero)."),
)
_IS_CLOSE: LiteralString = "change.kind = 'close'"


def _both(name: LiteralString, label: str, meaning: str) -> Iterator[Measure]:
    """A figure as a quantity and as a value."""
    quantity, value = f"{name}_quantity", f"{name}_value"
    yield Measure(name=quantity, label=label, unit="quantity", meaning=meaning, example="12")
    yield Measure(
        name=value, label=f"{label}: value", unit="money", meaning=meaning, needs=COSTS, example=4_800
    )


COLUMNS: tuple[Measure, ...] = (
    *_both("open", "Opening", "What lay there when the period began."),
    *(one for name, _, label, _, meaning in _FLOWS for one in _both(name, label, meaning)),
    Measure(
        name="settlement_value",
        label="Settlements",
        unit="money",
        meaning="Corrections of what earlier goods had cost.",
        needs=COSTS,
        example=-25,
    ),
    *_both("close", "Closing", "What lay there when the period ended."),
)


def _flow(kind: LiteralString, figure: LiteralString, sign: LiteralString) -> LiteralString:
    return f"coalesce({sign}sum(change.{figure}) FILTER (WHERE change.kind = '{kind}'), 0)"


def _opening(figure: LiteralString) -> LiteralString:
    return f"sum(CASE WHEN {_IS_CLOSE} THEN change.{figure} ELSE -change.{figure} END)"


# The facts of the period are added up by their kinds first: they are many, their kinds few.
_CHANGES: LiteralString = f"""
        SELECT storage_id, variant_id, 'close' AS kind, quantity, value
          FROM ({BALANCE_CHANGES}
               ) AS lying
     UNION ALL
        SELECT storage_id, variant_id, kind, sum(quantity), sum(value)
          FROM stock_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date{here()}
         GROUP BY storage_id, variant_id, kind"""

_FIGURES: dict[LiteralString, LiteralString] = {
    "open_quantity": _opening("quantity"),
    "open_value": _opening("value"),
    **{
        f"{name}_{figure}": _flow(kind, figure, sign)
        for name, kind, _, sign, _ in _FLOWS
        for figure in ("quantity", "value")
    },
    "settlement_value": _flow("settlement", "value", ""),
    "close_quantity": _flow("close", "quantity", ""),
    "close_value": _flow("close", "value", ""),
}

# What came and went again has moved; what never did and is not there has no row.
_STATEMENT: LiteralString = ranked(
    _CHANGES,
    _FIGURES,
    COLUMNS,
    shown=f"bool_or(NOT {_IS_CLOSE}) OR sum(change.quantity) <> 0 OR sum(change.value) <> 0",
)
_ORDER = "name"


def ask_movements(db: Database, asked: Asked) -> Pending[Found]:
    """Ask what came and went."""
    return ask_ranked(db, _STATEMENT, COLUMNS, goods_params(db, asked, _ORDER))


MOVEMENTS = Section(
    area="inventory-report",
    path="movements",
    title="Movements of stock",
    meaning=(
        "What lay there, what came, what went, and what was left: open + received + returned + "
        "transferred_in + adj_* + counted + settlement - sold - transferred_out - supplier_returned = close, "
        "in quantity and in value. Goods in transit are a storage of their own."
    ),
    keys=KEYS,
    identity=("id",),
    columns=COLUMNS,
    question=ask_movements,
    sources=(StockReports, ReportNames),
    order="name",
    filters=FILTERS,
    groups=GROUPS,
    is_ranked=True,
)
