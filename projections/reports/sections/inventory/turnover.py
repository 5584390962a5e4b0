"""How often stock turns over: what was sold of it, beside what lay there on average over the days."""

from collections.abc import Mapping
from typing import Any, LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.explaining import explained
from projections.reports.names import ReportNames
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Criteria, Result, Section
from projections.reports.sections.inventory.balances import BALANCES
from projections.reports.sections.inventory.explaining import BEFORE, OF_ROW, UNTIL, WITHIN, moved, quantities
from projections.reports.sections.inventory.goods import FILTERS, GOODS, GROUPS, KEYS
from projections.reports.sections.inventory.pace import DAYS_IN_STOCK, PACE, days_told
from projections.reports.sections.inventory.places import ON_SHELVES, here
from projections.reports.sections.inventory.ranking import ask_ranked, goods_params, of_section, ranked
from projections.reports.sections.inventory.sold_goods import GROSS_PROFIT, sales_by, sales_params, sold_lines
from projections.reports.sections.inventory.turnover_figures import COLUMNS
from projections.reports.stock import StockReports

_DAYS: LiteralString = "(%(to_date)s::date - %(from_date)s::date + 1)"
_ABC: LiteralString = """CASE WHEN sum(section.cost_of_goods) OVER () <= 0 THEN NULL
                    WHEN 100 * sum(section.cost_of_goods) OVER best
                         <= 80 * sum(section.cost_of_goods) OVER () THEN 'A'
                    WHEN 100 * sum(section.cost_of_goods) OVER best
                         <= 95 * sum(section.cost_of_goods) OVER () THEN 'B'
                    ELSE 'C' END"""


def _changes() -> LiteralString:
    """What is added up of each balance, in the words of what is known before."""
    # A value that lies there at the end counts for every day; what came on a day did not on those before it.
    return f"""
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
    _changes(),
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
_OF_SHOWN: LiteralString = of_section(_changes(), _FIGURES, having=_HAVING, before=_BEFORE)
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


def ask_turnover(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask how often the stock turned over in the period."""
    has_sales = criteria.group != "storage" and criteria.filters.get("storage") is None
    page = ask_ranked(
        db, _STATEMENT, COLUMNS, {**goods_params(db, criteria, _ORDER), **_params(db, criteria)}
    )

    def found() -> Result:
        known = page.read()
        more = {"days": criteria.period.days} | ({} if has_sales else {"gross_profit": None})
        rows = [{**row, **more} for row in known.rows]
        return Result(rows=rows, overall={**(known.overall or {}), **more}, count=known.count)

    return Pending(found)


def _params(db: Database, criteria: Criteria) -> dict[str, Any]:
    """What is sold, and how fast over the days of the period itself."""
    sales = sales_params(db, criteria)
    return {**dict.fromkeys(FILTERS), **sales, "pace_from": criteria.period.from_date}


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
