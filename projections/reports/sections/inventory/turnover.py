"""How often stock turns over: what was sold of it, beside what lay there on average over the days."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.columns import COSTS, Column, Derived, Measure, ratio
from projections.reports.explaining import explained
from projections.reports.names import ReportNames
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Asked, Found, Section
from projections.reports.sections.figures import quotient
from projections.reports.sections.inventory.balances import BALANCES
from projections.reports.sections.inventory.explaining import BEFORE, OF_ROW, UNTIL, WITHIN, moved, quantities
from projections.reports.sections.inventory.goods import FILTERS, GOODS, GROUPS, KEYS
from projections.reports.sections.inventory.pace import DAYS_IN_STOCK, PACE, days_told
from projections.reports.sections.inventory.places import ON_SHELVES, here
from projections.reports.sections.inventory.ranking import ask_ranked, goods_params, of_section, ranked
from projections.reports.sections.inventory.sold_goods import GROSS_PROFIT, sales_by, sales_params, sold_lines
from projections.reports.stock import StockReports


def _days(row: Row, overall: Row) -> int | None:
    """The days of the period: those of a row, of which a footer says nothing, are those of the whole."""
    days: int | None = row["days"] or overall["days"]
    return days


def _over_average(name: str) -> Callable[[Row, Row], Decimal | None]:
    """A figure by the average value of the stock, not by that rounded."""

    def of(row: Row, overall: Row) -> Decimal | None:
        # A footer adds up to nothing what is known of none of its rows.
        known = row if row["days"] else overall
        if row[name] is None or known[name] is None or known["days"] is None:
            return None
        return ratio(row[name] * known["days"], row["value_days"])

    return of


COLUMNS: tuple[Column, ...] = (
    Measure(
        name="cost_of_goods",
        label="Cost of goods",
        unit="money",
        meaning="What the goods that left stock with sales were worth, less those that came back.",
        needs=COSTS,
        example=62_000,
    ),
    Measure(
        name="value_days",
        label="Value days",
        unit="money",
        meaning="The value of the stock at the end of each day of the period, added up.",
        needs=COSTS,
        example=3_720_000,
    ),
    Column(name="days", label="Days", unit="count", meaning="How many days the period has.", example=31),
    Derived(
        name="average_value",
        label="Average value",
        unit="money",
        meaning="What the stock was worth on average over the days: not half of opening and closing.",
        needs=COSTS,
        of=lambda row, overall: quotient(row["value_days"], _days(row, overall)),
        inputs=("value_days", "days"),
        text="value_days / days",
        example=120_000,
    ),
    Derived(
        name="turnover",
        label="Turnover",
        unit="ratio",
        meaning="How often the stock turned over in the period.",
        needs=COSTS,
        of=_over_average("cost_of_goods"),
        inputs=("cost_of_goods", "value_days", "days"),
        text="cost_of_goods / average_value",
        example="0.5167",
    ),
    Derived(
        name="days_of_stock",
        label="Days of stock",
        unit="ratio",
        meaning="For how many days the average stock lasts.",
        needs=COSTS,
        of=lambda row, _: ratio(row["value_days"], row["cost_of_goods"]),
        inputs=("value_days", "cost_of_goods"),
        text="average_value * days / cost_of_goods",
        example="60.0000",
    ),
    Measure(
        name="sold_quantity",
        label="Sold",
        unit="quantity",
        meaning="How much was sold, less what was voided.",
        example="310",
    ),
    Measure(
        name="supply",
        label="Supply",
        unit="quantity",
        meaning="What lay there at the opening, and what suppliers delivered.",
        example="620",
    ),
    Derived(
        name="sell_through",
        label="Sell-through",
        unit="ratio",
        meaning="What was sold of what there was to sell.",
        of=lambda row, _: ratio(row["sold_quantity"], row["supply"]),
        inputs=("sold_quantity", "supply"),
        text="sold / (open + received)",
        example="0.5000",
        is_percent=True,
    ),
    Measure(
        name="gross_profit",
        label="Gross profit",
        unit="money",
        meaning="What sales of it earned; null of single storages, as sales are made in stores.",
        needs=COSTS,
        example=59_400,
    ),
    Derived(
        name="gmroi",
        label="GMROI",
        unit="ratio",
        meaning="What is earned on what lies in stock on average.",
        needs=COSTS,
        of=_over_average("gross_profit"),
        inputs=("gross_profit", "value_days", "days"),
        text="gross_profit / average_value",
        example="0.4950",
    ),
    Measure(
        name="days_out_of_stock",
        label="Days out of stock",
        unit="count",
        meaning="On how many days there was none and none came, in each storage that has it, added up.",
        example=3,
    ),
    Column(
        name="abc",
        label="Class",
        unit="text",
        meaning="`A`, `B` or `C`: whether it and all that cost more come to 80, 95 or 100 percent of the "
        "cost of goods.",
        needs=COSTS,
        inputs=("cost_of_goods",),
        of_whole=("cost_of_goods",),
        text="the costs of goods down to its own / overall.cost_of_goods",
        example="A",
    ),
)

_DAYS: LiteralString = "(%(to_date)s::date - %(from_date)s::date + 1)"
_ABC: LiteralString = """CASE WHEN sum(section.cost_of_goods) OVER () <= 0 THEN NULL
                    WHEN 100 * sum(section.cost_of_goods) OVER best
                         <= 80 * sum(section.cost_of_goods) OVER () THEN 'A'
                    WHEN 100 * sum(section.cost_of_goods) OVER best
                         <= 95 * sum(section.cost_of_goods) OVER () THEN 'B'
                    ELSE 'C' END"""
# A value that lies there at the end counts for every day; what came on a day did not on those before it.
_CHANGES: LiteralString = f"""
        SELECT level.storage_id, level.variant_id, level.value * {_DAYS} AS value_days, 0 AS cost, 0 AS sold,
               level.quantity AS supply, 0 AS profit,
               CASE WHEN level.storage_id <> '00000000-0000-0000-0000-000000000000'::uuid
                         AND (pace.variant_id IS NOT NULL OR level.quantity > 0)
                    THEN {_DAYS} - {DAYS_IN_STOCK} ELSE 0 END AS days_out, true AS is_stock
          FROM level
          LEFT JOIN pace ON pace.storage_id = level.storage_id AND pace.variant_id = level.variant_id
     UNION ALL
        SELECT storage_id, variant_id, -value * (business_date - %(from_date)s::date),
               CASE WHEN kind IN ('sold', 'returned') THEN -value ELSE 0 END,
               CASE WHEN kind = 'sold' THEN -quantity ELSE 0 END,
               CASE WHEN kind = 'received' THEN 0 ELSE -quantity END, 0, 0, true
          FROM stock_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date{here()}
     UNION ALL
        SELECT NULL, sale.id, 0, 0, 0, 0, sale.net_sales - sale.cost_of_goods, 0, false
          FROM sale
         WHERE %(group)s::text <> 'storage' AND sale.id IN (SELECT variant_id FROM level)"""
_FIGURES: Mapping[LiteralString, LiteralString] = {
    "cost_of_goods": "sum(change.cost)",
    "days": _DAYS,
    "value_days": "sum(change.value_days)",
    "sold_quantity": "sum(change.sold)",
    "supply": "sum(change.supply)",
    "gross_profit": "sum(change.profit)",
    "days_out_of_stock": "sum(change.days_out)",
}
_HAVING: LiteralString = (
    "bool_or(change.is_stock) AND (bool_or(change.cost <> 0 OR change.sold <> 0) "
    "OR sum(change.value_days) <> 0 OR sum(change.supply) <> 0)"
)
_BEFORE: LiteralString = f"""
    level AS MATERIALIZED ({BALANCES}
    ), {PACE}{sales_by("item.variant_id")}"""
_STATEMENT: LiteralString = ranked(
    _CHANGES,
    _FIGURES,
    COLUMNS,
    having=_HAVING,
    derived={
        "average_value": "section.value_days",
        "turnover": "section.cost_of_goods / nullif(section.value_days, 0)",
        "days_of_stock": "section.value_days / nullif(section.cost_of_goods, 0)",
        "sell_through": "section.sold_quantity / nullif(section.supply, 0)",
        "gmroi": "section.gross_profit / nullif(section.value_days, 0)",
        "abc": "-section.cost_of_goods",
    },
    compared={"abc": _ABC},
    windows="WINDOW best AS (ORDER BY section.cost_of_goods DESC, section.id ROWS UNBOUNDED PRECEDING)",
    before=_BEFORE,
)
_OF_SHOWN: LiteralString = of_section(_CHANGES, _FIGURES, having=_HAVING, before=_BEFORE)
# Sales are those of goods that have stock in the storages that are asked about.
_PROFIT: LiteralString = f"""
        SELECT change.position, change.line, change.amount
          FROM (SELECT item.position, item.line, item.amount, item.variant_id, NULL::uuid AS storage_id
                  FROM ({sold_lines(GROSS_PROFIT)}) AS item
                 WHERE item.variant_id IN (SELECT variant_id FROM stock_totals
                                            WHERE company_id = %(company_id)s{here()})
               ) AS change{GOODS}{OF_ROW}{_OF_SHOWN}"""
_EXPLANATIONS: dict[LiteralString, LiteralString] = {
    "cost_of_goods": explained(moved("-change.value", WITHIN, "change.kind IN ('sold', 'returned')")),
    "value_days": explained(
        moved(
            "change.value * (%(to_date)s::date + 1 - greatest(change.business_date, %(from_date)s::date))",
            UNTIL,
        )
    ),
    "sold_quantity": explained(moved(f"-{quantities('change.quantity')}", WITHIN, "change.kind = 'sold'")),
    "supply": explained(
        moved(quantities("change.quantity"), UNTIL, f"({BEFORE} OR change.kind = 'received')")
    ),
    "days_out_of_stock": explained(
        days_told(BALANCES, f"NOT stretch.is_in_stock AND stretch.{ON_SHELVES}", OF_ROW + _OF_SHOWN)
    ),
}
_ORDER = "-sold_quantity"


def ask_turnover(db: Database, asked: Asked) -> Pending[Found]:
    """Ask how often the stock turned over in the period."""
    has_sales = asked.group != "storage" and asked.filters.get("storage") is None
    page = ask_ranked(db, _STATEMENT, COLUMNS, {**goods_params(db, asked, _ORDER), **_params(db, asked)})

    def found() -> Found:
        known = page.read()
        more = {"days": asked.period.days} | ({} if has_sales else {"gross_profit": None})
        rows = [{**row, **more} for row in known.rows]
        return Found(rows=rows, overall={**(known.overall or {}), **more}, count=known.count)

    return Pending(found)


def _params(db: Database, asked: Asked) -> dict[str, Any]:
    """What is sold, and how fast over the days of the period itself."""
    sales = sales_params(db, asked)
    return {**dict.fromkeys(FILTERS), **sales, "pace_from": asked.period.from_date}


TURNOVER = Section(
    area="inventory-report",
    path="turnover",
    title="Turnover of stock",
    meaning="How often the stock turned over in the period, and what it earned; with goods in transit.",
    keys=KEYS,
    identity=("id",),
    optional=("id",),
    columns=COLUMNS,
    question=ask_turnover,
    sources=(StockReports, SalesReports, ReportNames),
    explanations=_EXPLANATIONS,
    origins={"gross_profit": explained(_PROFIT)},
    params=_params,
    order=_ORDER,
    filters=FILTERS,
    groups=GROUPS,
    is_ranked=True,
)
