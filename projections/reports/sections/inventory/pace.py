"""How fast goods sell while there are any: what was sold, and on how many days there was any."""

from datetime import date
from typing import Any, LiteralString

from projections.base import Database
from projections.reports.columns import Measure
from projections.reports.section import Criteria
from projections.reports.sections.inventory.goods import GOODS
from projections.reports.sections.inventory.places import here

#: With stock on fewer days than these, nobody knows how fast it sells.
ENOUGH_DAYS: LiteralString = "21"
#: Over how many days it is looked at, where the report is about a moment.
PACE_DAYS = 56
LATELY: LiteralString = "change.business_date BETWEEN %(pace_from)s::date AND %(to_date)s::date"
#: Figures of how fast goods sell, over these days.
SOLD_LATELY = Measure(
    name="sold_lately",
    label="Sold lately",
    unit="quantity",
    meaning="What was sold over the 56 days up to the end of the period, less what was voided.",
    example="21",
)
DAYS_IN_STOCK_LATELY = Measure(
    name="days_in_stock",
    label="Days in stock",
    unit="count",
    meaning="On how many of these 56 days there was any, or some came; of several storages added up.",
    example=42,
)

# There is stock on a day if there was any at its opening, or if any came. Days on which nothing moves are as
# the one before them ended; `level` says what was left in the end, from which the days are walked backwards.
#: Queries `moved` and `pace`: of each level, what was sold from `pace_from` on and the days with stock.
PACE: LiteralString = f"""
    moved AS (
        SELECT storage_id, variant_id, business_date, sum(quantity)::bigint AS quantity,
               -coalesce(sum(quantity) FILTER (WHERE kind = 'sold'), 0)::bigint AS sold,
               bool_or(quantity > 0 AND kind <> 'sold') AS has_come
          FROM stock_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND business_date BETWEEN %(pace_from)s::date AND %(to_date)s::date{here()}
         GROUP BY storage_id, variant_id, business_date
    ), walked_day AS (
        SELECT moved.storage_id, moved.variant_id, moved.business_date, moved.sold, moved.has_come,
               level.quantity - (sum(moved.quantity) OVER backwards)::bigint AS opening,
               level.quantity - (sum(moved.quantity) OVER backwards)::bigint + moved.quantity AS closing,
               coalesce(lag(moved.business_date) OVER backwards, %(to_date)s::date + 1) AS next_day,
               lead(moved.business_date) OVER backwards IS NULL AS is_first
          FROM moved
          JOIN level ON level.storage_id = moved.storage_id AND level.variant_id = moved.variant_id
        WINDOW backwards AS (PARTITION BY moved.storage_id, moved.variant_id
                                 ORDER BY moved.business_date DESC)
    ), pace AS (
        SELECT storage_id, variant_id, sum(sold)::bigint AS sold,
               sum(CASE WHEN opening > 0 OR has_come THEN 1 ELSE 0 END
                   + CASE WHEN closing > 0 THEN next_day - business_date - 1 ELSE 0 END
                   + CASE WHEN is_first AND opening > 0 THEN business_date - %(pace_from)s::date
                          ELSE 0 END) AS days_in_stock
          FROM walked_day
         GROUP BY storage_id, variant_id
    ), """

# A day is told by the last fact up to it; what comes before any fact, by the first of them.
_STRETCHES: LiteralString = f"""{PACE}stretch AS (
        SELECT storage_id, variant_id, business_date AS day, 1 AS days, opening > 0 OR has_come AS is_in_stock
          FROM walked_day
     UNION ALL
        SELECT storage_id, variant_id, business_date + 1, next_day - business_date - 1, closing > 0
          FROM walked_day
     UNION ALL
        SELECT storage_id, variant_id, %(pace_from)s::date, business_date - %(pace_from)s::date, opening > 0
          FROM walked_day
         WHERE is_first
     UNION ALL
        SELECT level.storage_id, level.variant_id, %(pace_from)s::date,
               %(to_date)s::date - %(pace_from)s::date + 1, true
          FROM level
         WHERE level.quantity > 0 AND (level.storage_id, level.variant_id) NOT IN (
                SELECT storage_id, variant_id FROM pace)
    )"""


def days_told(level: LiteralString, condition: LiteralString, of_row: LiteralString) -> LiteralString:
    """The facts that tell of days from `pace_from` on with stock, or without, and of how many of them.

    `level` are the levels that are asked about; the `condition` is on a `stretch` of days.
    """
    return f"""
        SELECT change.position, change.line, sum(change.days) AS amount
          FROM ({_single_stretches(level, condition)}) AS change{GOODS}{of_row}
         GROUP BY change.position, change.line"""


def _single_stretches(level: LiteralString, condition: LiteralString) -> LiteralString:
    return f"""
        WITH level AS MATERIALIZED ({level}
        ), {_STRETCHES}
        SELECT stretch.storage_id, stretch.variant_id, told.position, told.number AS line, stretch.days
          FROM stretch
          JOIN LATERAL (
                SELECT fact.position, fact.number
                  FROM stock_facts AS fact
                 WHERE fact.company_id = %(company_id)s AND fact.variant_id = stretch.variant_id
                   AND fact.storage_id = stretch.storage_id AND fact.position <= %(position)s::bigint
                   AND fact.business_date <= %(to_date)s::date
                 ORDER BY fact.business_date > stretch.day,
                          abs(fact.business_date - stretch.day),
                          CASE WHEN fact.business_date > stretch.day THEN fact.position
                               ELSE -fact.position END,
                          CASE WHEN fact.business_date > stretch.day THEN fact.number ELSE -fact.number END
                 LIMIT 1) AS told ON true
         WHERE stretch.days > 0 AND {condition}"""


#: Of a level with its `pace`: on how many days there was stock, also if nothing moved.
DAYS_IN_STOCK: LiteralString = """
       coalesce(pace.days_in_stock,
                CASE WHEN level.quantity > 0 THEN %(to_date)s::date - %(pace_from)s::date + 1 ELSE 0 END)"""
#: What is sold of it on a day with stock; null where that is not known.
DAILY_SALES: LiteralString = f"""
       CASE WHEN {DAYS_IN_STOCK} >= {ENOUGH_DAYS}
            THEN coalesce(pace.sold, 0)::numeric / {DAYS_IN_STOCK} END"""


def pace_params(_: Database, criteria: Criteria) -> dict[str, Any]:
    """From when on it is looked at how fast goods sell, where the report is about a moment."""
    return {"pace_from": first_day_of_pace(criteria.period.to_date)}


def first_day_of_pace(last: date) -> date:
    """From when on it is looked at how fast goods sell, up to a day; our era begins with the year 1."""
    return date.fromordinal(max(last.toordinal() - PACE_DAYS + 1, 1))
