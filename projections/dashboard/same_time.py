"""What an earlier period had come to when it was as old as a running one is now."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.dashboard.clocks import Elapsed
from projections.reports.columns import Column, sums_of
from projections.reports.grouped import Grouping, grouped, total, whole
from projections.reports.period import Period
from projections.reports.section import Criteria, Result
from projections.reports.sections.figures import SALES, measures_of
from projections.reports.sections.sales_summary.figures import REFUND_COUNT
from projections.reports.sections.sales_summary.sources import STORE_DAYS
from projections.reports.tiles import View

COLUMNS: tuple[Column, ...] = (*SALES, REFUND_COUNT)
_MEASURES = measures_of(COLUMNS)
_NAMES: tuple[LiteralString, ...] = tuple(measure.name for measure in _MEASURES)
_WHOLE_DAYS = grouped(Grouping(source=STORE_DAYS, keys={}, measures=_MEASURES, columns=_NAMES))

_OF_HOURS: LiteralString = ", ".join(f"hours.{name}" for name in _NAMES)
_OF_FACTS: LiteralString = ", ".join(f"fact.{name}" for name in _NAMES)
_SUMS: LiteralString = ", ".join(map(total, _MEASURES))
# The sums of the hours that had passed, and of the one that ran the facts until then: a sale, or what took it
# back (1, 3), by when it was sold, all others by when they were recorded. An hour in which days are cut is
# the first and the last of one, so its facts tell as well.
_LAST_DAY: LiteralString = f"""
    WITH clock AS MATERIALIZED (
        SELECT store.no AS store_no, asked.*
          FROM (SELECT unnest(%(clocks)b::uuid[]) AS store_id, unnest(%(days)b::date[]) AS day,
                       unnest(%(cuts)b::int[]) AS cut, unnest(%(are_split)b::bool[]) AS is_split,
                       unnest(%(places)b::int[]) AS place,
                       unnest(%(moments)b::timestamptz[]) AS moment) AS asked
          JOIN report_places AS store
            ON store.company_id = %(company_id)s AND store.kind = 'store' AND store.id = asked.store_id
    ), hours AS (
        SELECT sums.*, clock.moment,
               (sums.hour - clock.cut + 24) %% 24 < clock.place AND sums.last_position <= %(position)s::bigint
               AND NOT (clock.is_split AND sums.hour = clock.cut) AS is_answer
          FROM clock
          JOIN sales_store_hour AS sums ON sums.company_id = %(company_id)s
           AND sums.business_date = clock.day AND sums.store_no = clock.store_no
         WHERE (sums.hour - clock.cut + 24) %% 24 <= clock.place
    ), known AS (
        SELECT {_OF_HOURS} FROM hours WHERE is_answer
     UNION ALL
        SELECT {_OF_FACTS}
          FROM hours
          JOIN sales_facts AS fact ON fact.company_id = %(company_id)s
           AND fact.business_date = hours.business_date AND fact.store_no = hours.store_no
           AND fact.hour = hours.hour
          LEFT JOIN orders AS sold
            ON sold.company_id = %(company_id)s AND sold.id = fact.order_id AND fact.kind IN (1, 3)
         WHERE NOT hours.is_answer AND fact.position <= %(position)s::bigint
           AND coalesce(sold.occurred_at, fact.recorded_at) <= hours.moment
    )
    SELECT {_SUMS} FROM known
"""


def ask_same_time(db: Database, view: View, elapsed: Sequence[Elapsed], earlier: Period) -> Pending[Row]:
    """Ask for the sums of what had elapsed in each store."""
    answers = [*_ask_whole_days(db, view, elapsed), _ask_last_days(db, view, elapsed, earlier)]
    return Pending(lambda: sums_of([row for one in answers for row in one.read()], COLUMNS))


def _ask_whole_days(db: Database, view: View, elapsed: Sequence[Elapsed]) -> Iterator[Pending[list[Row]]]:
    """Ask for the days before the last one, of all stores at once that have the same."""
    days = sorted((one for one in elapsed if one.first < one.last), key=lambda one: one.last)
    for period, several in groupby(days, key=lambda one: one.whole_days):
        stores = tuple(one.clock.store_id for one in several)
        criteria = Criteria(
            period=period, position=view.position, permissions=view.permissions, stores=stores, limit=None
        )
        yield _rows(_WHOLE_DAYS(db, criteria))


def _rows(found: Pending[Result]) -> Pending[list[Row]]:
    return Pending(lambda: found.read().rows)


def _ask_last_days(
    db: Database, view: View, elapsed: Sequence[Elapsed], earlier: Period
) -> Pending[list[Row]]:
    """Ask for what had passed of the last days."""
    running = [one for one in elapsed if one.last <= earlier.to_date]
    params: dict[str, Any] = {
        "company_id": db.company_id,
        "position": view.position,
        "clocks": [one.clock.store_id for one in running],
        "days": [one.last for one in running],
        "cuts": [one.clock.day_cut.hour for one in running],
        "are_split": [one.clock.day_cut.minute > 0 for one in running],
        "places": [one.clock.place for one in running],
        "moments": [one.clock.same_time(one.last) for one in running],
    }
    answer = db.ask(_LAST_DAY, params)
    return Pending(lambda: [whole(row, _MEASURES) for row in answer.rows()])
