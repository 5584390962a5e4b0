"""What is at or below its reorder level, how long it still lasts, and how much to order."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import LiteralString

from domain.money import shortest
from domain.pending import Pending
from domain.stock.reorder_suggestions import Demand
from projections.base import Database, Row
from projections.reports.columns import Column, Key, Measure
from projections.reports.explaining import explained
from projections.reports.names import ReportNames, name_of
from projections.reports.section import Asked, Found, Section
from projections.reports.sections.inventory.balances import LEVELS
from projections.reports.sections.inventory.explaining import UNTIL, both, moved, promised, quantities
from projections.reports.sections.inventory.goods import FILTERS, GOODS, KEYS
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
from projections.reports.sections.inventory.places import here
from projections.reports.sections.inventory.ranking import goods_params
from projections.reports.sections.inventory.stock_on_hand import INCOMING
from projections.reports.stock import StockReports

#: For how many days what is ordered should last once it has come.
COVER_DAYS = 14
_NONE, _TENTHS = Decimal(0), Decimal("0.0001")

COLUMNS: tuple[Column, ...] = (
    Measure(
        name="available",
        label="Available",
        unit="quantity",
        meaning="What may be sold or promised; below zero where more is promised than there is.",
        example="4",
    ),
    INCOMING,
    Measure(
        name="reorder_level",
        label="Reorder level",
        unit="quantity",
        meaning="At how much, or less, it is ordered again, as that is set now.",
        example="10",
    ),
    Measure(
        name="shortfall",
        label="Shortfall",
        unit="quantity",
        meaning="What is missing to the reorder level once all has come that is on the way or on order.",
        inputs=("reorder_level", "available", "incoming"),
        text="reorder_level - available - incoming, 0 at least",
        example="6",
    ),
    SOLD_LATELY,
    DAYS_IN_STOCK_LATELY,
    Column(
        name="daily_sales",
        label="Daily sales",
        unit="ratio",
        meaning="What is sold on a day with stock, over the 56 days up to the end of the period; null where "
        "there was stock on fewer than 21 of them.",
        inputs=("sold_lately", "days_in_stock"),
        text="sold_lately / days_in_stock",
        example="0.5000",
    ),
    Column(
        name="days_left",
        label="Days left",
        unit="ratio",
        meaning="For how many days what is available lasts at that; null where nothing sells.",
        inputs=("available", "sold_lately", "days_in_stock"),
        text="available * days_in_stock / sold_lately",
        example="8.0000",
    ),
    Column(
        name="stock_out_on",
        label="Stock out on",
        unit="date",
        meaning="The day on which nothing will be left; null where none can be told.",
        inputs=("days_left",),
        text="the end of the period + days_left",
        example="2026-04-08",
    ),
    Column(
        name="lead_days",
        label="Lead days",
        unit="count",
        meaning="How many days it takes to come once it is ordered, as that is set now of its supplier, or "
        "of the company.",
        example=7,
    ),
    Column(
        name="reorder_quantity",
        label="Reorder quantity",
        unit="quantity",
        meaning="The least that is ordered of it, as that is set now; null where there is none.",
        example="12",
    ),
    Column(
        name="max_level",
        label="Most",
        unit="quantity",
        meaning="The most that there should be, as that is set now; null where there is none.",
        example="60",
    ),
    Measure(
        name="suggested",
        label="Suggested order",
        unit="quantity",
        meaning="What to order so that it lasts for 14 days once it has come, before it is raised to packs.",
        inputs=(
            "daily_sales",
            "lead_days",
            "reorder_level",
            "available",
            "incoming",
            "reorder_quantity",
            "max_level",
        ),
        text="daily_sales * (lead_days + 14) + reorder_level - available - incoming, reorder_quantity at "
        "least, and so that it is max_level at most",
        example="12",
    ),
    Measure(
        name="missed_sales",
        label="Missed sales",
        unit="quantity",
        meaning="What would have been sold on those of the 56 days on which there was none.",
        inputs=("sold_lately", "days_in_stock"),
        text="sold_lately / days_in_stock * (56 - days_in_stock)",
        example="3",
    ),
)
_PLACES = (
    Key(name="storage_id", label="Storage id", unit="id", meaning="Where it is low."),
    Key(name="storage_name", label="Storage", unit="text", meaning="What that is called.", example="Cellar"),
)

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
           p.name, v.sku, v.name AS variant_name, v.product_id,
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


def ask_low_stock(db: Database, asked: Asked) -> Pending[Found]:
    """Ask what was low at the end of the period."""
    params = {**goods_params(db, asked, _ORDER), **pace_params(db, asked)}
    answer = db.ask(_STATEMENT, params)

    def found() -> Found:
        rows = answer.rows()
        for row in rows:
            _measure(row, asked)
        return Found(rows=rows)

    return Pending(found)


def _measure(row: Row, asked: Asked) -> None:
    """What follows from a level and its sales."""
    pace: Decimal | None = row["daily_sales"]
    available, incoming = row["available"], row["incoming"]
    left = max(available, _NONE) / pace if pace and pace > 0 else None
    row["shortfall"] = max(shortest(row["reorder_level"] - available - incoming), _NONE)
    row["days_left"] = None if left is None else left.quantize(_TENTHS, ROUND_HALF_UP)
    row["stock_out_on"] = None if left is None else _day_after(asked.period.to_date, left)
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
_IN_TRANSIT: LiteralString = moved(
    quantities("change.quantity"),
    UNTIL,
    "change.for_storage_id IS NOT NULL",
    place="fact.for_storage_id",
    of_row=_OF_ROW,
)
_EXPLANATIONS: dict[LiteralString, LiteralString] = {
    "available": explained(
        both(
            moved(quantities("change.quantity"), UNTIL, of_row=_OF_ROW),
            promised(quantities("-change.reserved"), of_row=_OF_ROW),
        )
    ),
    "incoming": explained(both(promised(quantities("change.ordered"), of_row=_OF_ROW), _IN_TRANSIT)),
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
    keys=(*_PLACES, *KEYS),
    identity=("storage_id", "id"),
    columns=COLUMNS,
    question=ask_low_stock,
    sources=(StockReports, ReportNames),
    explanations=_EXPLANATIONS,
    params=pace_params,
    order=_ORDER,
    filters=FILTERS,
)
