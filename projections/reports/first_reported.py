"""What days of stores were first reported as: up to where their figures went when they were closed."""

from typing import LiteralString


def _ends_at(day: LiteralString) -> LiteralString:
    """A day after the end of the business date of a row, by the clock of its `store`."""
    return f"""(({day}.business_date + 2) + coalesce(store.fields ->> 'day_cut', '00:00')::time)
                   AT TIME ZONE coalesce(store.fields ->> 'timezone', 'UTC')"""


def _closed_at(day: LiteralString) -> LiteralString:
    """The last position at which the business date of a row was closed, at its `place`; null if never."""
    return f"""(
               SELECT max(closed_position) FROM report_closings AS closing
                WHERE closing.company_id = %(company_id)s AND closing.store_id = place.id
                  AND closing.business_date = {day}.business_date
                  AND closing.closed_position <= %(position)s::bigint)"""


# A day is closed with the last shift that sold on it. Without any it is a day after it has ended, which is
# at the cut of the store's next day: as `recorded_at` never runs backwards, halving finds the position.
_DAYS: LiteralString = f"""
        SELECT kept.business_date, kept.store_no, kept.last_position,
               {_closed_at("kept")} AS closed_position,
               {_ends_at("kept")} AS ends_at
          FROM sales_store_day AS kept
          JOIN report_places AS place ON place.company_id = %(company_id)s AND place.kind = 'store'
                                     AND place.no = kept.store_no
          LEFT JOIN settings AS store ON store.company_id = %(company_id)s AND store.kind = 'stores'
                                     AND store.id = place.id
         WHERE kept.company_id = %(company_id)s AND kept.first_position <= %(position)s::bigint
           AND kept.business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND (%(stores)b::uuid[] IS NULL OR place.id = ANY(%(stores)b::uuid[]))"""


def _cuts(condition: LiteralString) -> LiteralString:
    return f"""
    WITH RECURSIVE day AS MATERIALIZED ({_DAYS}{condition}
    ), bounds AS (
        SELECT DISTINCT ends_at, 0::bigint AS low,
               (SELECT least(max(last_position), %(position)s::bigint) FROM day) AS high
          FROM day
         WHERE closed_position IS NULL
     UNION ALL
        SELECT bounds.ends_at,
               CASE WHEN middle.is_known THEN middle.place ELSE bounds.low END,
               CASE WHEN middle.is_known THEN bounds.high ELSE middle.place - 1 END
          FROM bounds
         CROSS JOIN LATERAL (
                SELECT (bounds.low + bounds.high + 1) / 2 AS place,
                       EXISTS (SELECT FROM events
                                WHERE company_id = %(company_id)s
                                  AND position = (bounds.low + bounds.high + 1) / 2
                                  AND recorded_at < bounds.ends_at) AS is_known
               ) AS middle
         WHERE bounds.low < bounds.high
    )
    SELECT day.business_date, day.store_no, day.closed_position, day.ends_at,
           coalesce(day.closed_position, ended.low) AS cut
      FROM day
      LEFT JOIN bounds AS ended ON ended.low = ended.high AND ended.ends_at = day.ends_at"""


def was_first_reported(fact: LiteralString) -> LiteralString:
    """Whether a fact of sales, by its name, is in what its day was first reported as.

    It says the same as the cuts of days do, for few facts of many days.
    """
    return f"""(
               SELECT coalesce({fact}.position <= {_closed_at(fact)},
                               {fact}.recorded_at < {_ends_at(fact)})
                 FROM report_places AS place
                 LEFT JOIN settings AS store ON store.company_id = %(company_id)s AND store.kind = 'stores'
                                            AND store.id = place.id
                WHERE place.company_id = %(company_id)s AND place.kind = 'store'
                  AND place.no = {fact}.store_no)"""


#: The days of the stores that are asked about of which something was sold, each with the last position that
#: its first report has (`cut`), the close if there was one, and its end.
DAY_CUTS: LiteralString = _cuts("")
#: The same as the first part of a statement, and whether a fact of a sale is within them there.
WITH_CUTS: LiteralString = f"""cuts AS MATERIALIZED ({DAY_CUTS}
    ), """
IN_CUTS: LiteralString = """
                   AND position <= (SELECT cut FROM cuts
                                     WHERE cuts.business_date = sales_facts.business_date
                                       AND cuts.store_no = sales_facts.store_no)"""

_CUTS_OF_BASIS: LiteralString = _cuts(" AND %(basis)s::text = 'first_reported'")
#: The same beside facts, without any for figures of now; and whether a fact counts.
JOIN_CUTS: LiteralString = f"""
          LEFT JOIN ({_CUTS_OF_BASIS}
               ) AS cuts USING (business_date, store_no)"""
IS_IN_BASIS: LiteralString = "(%(basis)s::text = 'current' OR position <= cut)"
