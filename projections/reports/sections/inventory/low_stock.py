"""What is at or below its reorder level, how long it still lasts, and how much to order."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import LiteralString

from domain.money import shortest
from domain.pending import Pending
from domain.stock.reorder_suggestions import Demand
from projections.base import Database, Row
from projections.catalog.variant_names import variant_name
from projections.reports.explaining import explained
from projections.reports.names import ReportNames, name_of
from projections.reports.section import Criteria, Result, Section
from projections.reports.sections.inventory.balances import LEVELS
from projections.reports.sections.inventory.explaining import (
    UNTIL,
    both,
    incoming,
    moved,
    promised,
    quantities,
)
from projections.reports.sections.inventory.goods import FILTERS, GOODS, KEYS
from projections.reports.sections.inventory.low_stock_figures import COLUMNS, PLACES
from projections.reports.sections.inventory.pace import (
    DAILY_SALES,
    DAYS_IN_STOCK,
    LATELY,
    PACE,
    days_told,
    pace_params,
)
from projections.reports.sections.inventory.places import here
from projections.reports.sections.inventory.ranking import goods_params
from projections.reports.stock import StockReports

#: For how many days what is ordered should last once it has come.
COVER_DAYS = 14
_NONE, _TENTHS = Decimal(0), Decimal("0.0001")

# Few levels have a reorder level, and an index has those alone.
_IS_REORDERED: LiteralString = """(storage_id, variant_id) IN (
                SELECT storage_id, variant_id FROM stock_listing
                 WHERE company_id = %(company_id)s AND reorder_level IS NOT NULL)"""
_FACTS_OF_PACE: LiteralString = "BETWEEN %(pace_from)s::date AND %(to_date)s::date"
_IS_LOW: LiteralString = f"""listed.reorder_level IS NOT NULL
           AND coalesce(level.quantity - level.reserved, 0) <= listed.reorder_level * 100000
           {here("listed.storage_id")}"""
_STATEMENT: LiteralString = f"""
    WITH level AS MATERIALIZED (
        SELECT * FROM ({LEVELS}
               ) AS every
         WHERE {_IS_REORDERED}
    ), {PACE.replace(_FACTS_OF_PACE, f"{_FACTS_OF_PACE} AND {_IS_REORDERED}")}change AS (
        SELECT listed.storage_id, listed.variant_id,
               coalesce(level.quantity - level.reserved, 0) AS available,
               coalesce(level.ordered + level.in_transit, 0) AS incoming, listed.reorder_level,
               coalesce(pace.sold, 0) AS sold_lately, {DAYS_IN_STOCK} AS days_in_stock,
               {DAILY_SALES} AS daily_sales,
               %(to_date)s::date - %(pace_from)s::date + 1 - {DAYS_IN_STOCK} AS days_out
          FROM stock_listing AS listed
          LEFT JOIN level ON level.storage_id = listed.storage_id AND level.variant_id = listed.variant_id
          LEFT JOIN pace ON pace.storage_id = listed.storage_id AND pace.variant_id = listed.variant_id
         WHERE listed.company_id = %(company_id)s AND {_IS_LOW}
    )
    SELECT change.storage_id, {name_of("change.storage_id")} AS storage_name, change.variant_id AS id,
           p.name, v.sku, {variant_name("v")} AS variant_name, v.product_id,
           trim_scale(change.available * 0.00001) AS available,
           trim_scale(change.incoming * 0.00001) AS incoming, change.reorder_level,
           trim_scale(change.sold_lately * 0.00001) AS sold_lately,
           change.days_in_stock::int AS days_in_stock,
           change.daily_sales * 0.00001 AS daily_sales, change.days_out::int AS days_out,
           coalesce(point.reorder_quantity, v.reorder_quantity) AS reorder_quantity, point.max_level,
           coalesce((source.fields ->> 'lead_time_days')::bigint, company.default_lead_time_days) AS lead_days
      FROM (SELECT filtered.* FROM (SELECT change.* FROM change{GOODS}) AS filtered) AS change
      JOIN companies AS company ON company.company_id = %(company_id)s
      JOIN variants AS v ON v.company_id = %(company_id)s AND v.id = change.variant_id
      JOIN products AS p ON p.company_id = %(company_id)s AND p.id = v.product_id
      LEFT JOIN settings AS source ON source.company_id = %(company_id)s AND source.id = p.supplier_id
      LEFT JOIN reorder_points AS point ON point.company_id = %(company_id)s
            AND point.storage_id = change.storage_id AND point.variant_id = change.variant_id
     ORDER BY change.storage_id, change.variant_id
"""


def ask_low_stock(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask what was low at the end of the period."""
    params = {**goods_params(db, criteria, _ORDER), **pace_params(db, criteria)}
    answer = db.ask(_STATEMENT, params)

    def found() -> Result:
        rows = answer.rows()
        for row in rows:
            _measure(row, criteria)
        return Result(rows=rows)

    return Pending(found)


def _measure(row: Row, criteria: Criteria) -> None:
    """What follows from a level and its sales."""
    pace: Decimal | None = row["daily_sales"]
    available, incoming = row["available"], row["incoming"]
    left = max(available, _NONE) / pace if pace and pace > 0 else None
    row["shortfall"] = max(shortest(row["reorder_level"] - available - incoming), _NONE)
    row["days_left"] = None if left is None else left.quantize(_TENTHS, ROUND_HALF_UP)
    row["stock_out_on"] = None if left is None else _day_after(criteria.period.to_date, left)
    row["missed_sales"] = shortest(_rounded(max(pace or _NONE, _NONE) * row["days_out"]))
    row["suggested"] = _demand(row).suggested
    row["daily_sales"] = None if pace is None else pace.quantize(_TENTHS, ROUND_HALF_UP)


def _day_after(day: date, days: Decimal) -> date | None:
    """The day that comes so many days later; None beyond our era, which ends with the year 9999."""
    ordinal = day.toordinal() + int(days)
    return date.fromordinal(ordinal) if ordinal <= date.max.toordinal() else None


def _rounded(quantity: Decimal) -> Decimal:
    return quantity.quantize(Decimal("0.00001"), ROUND_HALF_UP)


def _demand(row: Row) -> Demand:
    pace = max(row["daily_sales"] or _NONE, _NONE)
    return Demand(
        rate=pace.quantize(Decimal("0.01"), ROUND_HALF_UP),
        lead_days=row["lead_days"],
        cover_days=COVER_DAYS,
        safety=row["reorder_level"],
        available=row["available"],
        incoming=row["incoming"],
        reorder_quantity=row["reorder_quantity"],
        max_level=row["max_level"],
    )


# Only what is low has a row, so only its facts explain the whole.
_OF_ROW: LiteralString = f"""
           AND (NOT %(is_row)s::bool OR (change.storage_id = %(key_storage_id)s::uuid
                                         AND change.variant_id = %(key_id)s::uuid))
           AND (change.storage_id, change.variant_id) IN (
                SELECT listed.storage_id, listed.variant_id
                  FROM stock_listing AS listed
                  LEFT JOIN ({LEVELS}
                       ) AS level
                    ON level.storage_id = listed.storage_id AND level.variant_id = listed.variant_id
                 WHERE listed.company_id = %(company_id)s AND {_IS_LOW})"""
_EXPLANATIONS: dict[LiteralString, LiteralString] = {
    "available": explained(
        both(
            moved(quantities("change.quantity"), UNTIL, of_row=_OF_ROW),
            promised(quantities("-change.reserved"), of_row=_OF_ROW),
        )
    ),
    "incoming": explained(incoming(of_row=_OF_ROW)),
    "sold_lately": explained(
        moved(f"-{quantities('change.quantity')}", LATELY, "change.kind = 'sold'", of_row=_OF_ROW)
    ),
    "days_in_stock": explained(days_told(LEVELS, "stretch.is_in_stock", _OF_ROW)),
}
_ORDER = "-shortfall"
LOW_STOCK = Section(
    area="inventory-report",
    path="low-stock",
    title="Low stock",
    meaning="What was at or below its reorder level at the end of the period, and how long it would last.",
    keys=(*PLACES, *KEYS),
    identity=("storage_id", "id"),
    columns=COLUMNS,
    question=ask_low_stock,
    sources=(StockReports, ReportNames),
    explanations=_EXPLANATIONS,
    params=pace_params,
    order=_ORDER,
    filters=FILTERS,
)
