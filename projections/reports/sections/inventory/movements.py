"""What came and went within a period: open + in - out = close, in quantity and in value."""

from collections.abc import Iterator
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.pages import PAGE
from projections.reports.columns import COSTS, Measure
from projections.reports.explaining import explained
from projections.reports.names import ReportNames
from projections.reports.ranked import in_keys
from projections.reports.section import Criteria, Result, Section
from projections.reports.sections.inventory.balances import BALANCE_CHANGES
from projections.reports.sections.inventory.explaining import BEFORE, UNTIL, WITHIN, moved, quantities
from projections.reports.sections.inventory.goods import (
    FILTERS,
    GOODS,
    GROUP_OF_ROW,
    GROUPS,
    KEYS,
    NAMED,
    NAMED_BY_KEYS,
    NOTHING,
    OWN_NAMES,
)
from projections.reports.sections.inventory.places import here
from projections.reports.sections.inventory.ranking import ask_ranked, goods_params, order_of, shown
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
    return f"coalesce({sign}sum(part.{figure}) FILTER (WHERE part.kind = '{kind}'), 0)"


def _opening(figure: LiteralString) -> LiteralString:
    return f"sum(CASE WHEN part.kind = 'close' THEN part.{figure} ELSE -part.{figure} END)"


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
_ROW: LiteralString = ", ".join(f"{sql} AS {name}" for name, sql in _FIGURES.items())
_SORTED_BY: LiteralString = " ".join(f"WHEN '{name}' THEN {sql}" for name, sql in _FIGURES.items())
_SHOWN: LiteralString = ", ".join(map(shown, COLUMNS))

# What lies there and what moved is added up by its kinds first. Of each row only the figure that it is sorted
# by is computed: the others are those of a page. What came and went again has moved; what never did and is
# not there has no row.
_STATEMENT: LiteralString = f"""
    WITH change AS (
        SELECT storage_id, variant_id, 'close' AS kind, quantity, value
          FROM ({BALANCE_CHANGES}
               ) AS lying
     UNION ALL
        SELECT storage_id, variant_id, kind, quantity, value
          FROM stock_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date{here()}
    ), part AS MATERIALIZED (
        SELECT coalesce({GROUP_OF_ROW}, {NOTHING}) AS id,
               change.kind, sum(change.quantity) AS quantity, sum(change.value) AS value
          FROM change{GOODS}
         GROUP BY 1, 2
    ), section AS MATERIALIZED (
        SELECT nullif(part.id, {NOTHING}) AS id, CASE %(sort)s::text {_SORTED_BY} END AS figure
          FROM part
         GROUP BY part.id
        HAVING bool_or(part.kind <> 'close') OR sum(part.quantity) <> 0 OR sum(part.value) <> 0
    ), page AS (
        SELECT section.id, row_number() OVER (ORDER BY {order_of({}, "section.figure")}) AS number
          FROM section{NAMED}
         WHERE {in_keys("section.id")}
         ORDER BY number
         {PAGE}
    ), shown AS (
        SELECT 0 AS number, (SELECT count(*) FROM section) AS row_count, NULL::uuid AS id, {_ROW}
          FROM (SELECT kind, sum(quantity) AS quantity, sum(value) AS value FROM part GROUP BY kind) AS part
     UNION ALL
        SELECT page.number, NULL, page.id, {_ROW}
          FROM page
          JOIN part ON part.id = coalesce(page.id, {NOTHING})
         GROUP BY page.number, page.id
    )
    SELECT section.id, {OWN_NAMES}, section.row_count, {_SHOWN}
      FROM shown AS section{NAMED_BY_KEYS}
     ORDER BY section.number
"""
_ORDER = "name"


def _explanations() -> Iterator[tuple[LiteralString, LiteralString]]:
    spans = (("open", BEFORE), ("close", UNTIL))
    for figure in ("quantity", "value"):
        amount: LiteralString = quantities("change.quantity") if figure == "quantity" else "change.value"
        for name, span in spans:
            yield f"{name}_{figure}", explained(moved(amount, span))
        for name, kind, _, sign, _ in _FLOWS:
            facts = moved(f"{sign}{amount}", WITHIN, f"change.kind = '{kind}'")
            yield f"{name}_{figure}", explained(facts)
    yield "settlement_value", explained(moved("change.value", WITHIN, "change.kind = 'settlement'"))


_EXPLANATIONS: dict[LiteralString, LiteralString] = dict(_explanations())


def ask_movements(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask what came and went."""
    return ask_ranked(db, _STATEMENT, COLUMNS, goods_params(db, criteria, _ORDER))


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
    optional=("id",),
    columns=COLUMNS,
    question=ask_movements,
    sources=(StockReports, ReportNames),
    explanations=_EXPLANATIONS,
    order="name",
    filters=FILTERS,
    groups=GROUPS,
    is_ranked=True,
)
