"""What rows of profit and of revenue are told apart by: steps of time, or stores."""

from collections.abc import Iterable, Mapping, Sequence
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.columns import Column
from projections.reports.grouped import nothing_of
from projections.reports.intervals import FIRST_OF_WEEK, first_days, is_partial
from projections.reports.section import Criteria, Question, Result

#: The first day of the step that a business date is in.
STEPS: Mapping[LiteralString, LiteralString] = {
    "day": "business_date",
    "week": FIRST_OF_WEEK,
    "month": "date_trunc('month', business_date::timestamp)::date",
    "quarter": "date_trunc('quarter', business_date::timestamp)::date",
    "year": "date_trunc('year', business_date::timestamp)::date",
}
#: The steps that whole months come to.
OF_MONTHS = frozenset({"month", "quarter", "year"})
#: By the step, whether a fact is in that of a row.
IN_STEP: Mapping[LiteralString, LiteralString] = {
    step: f"{first} = %(key_period)s::date" for step, first in STEPS.items()
}


def filled(question: Question, group: str, columns: Sequence[Column]) -> Question:
    """The same with a row for each step of the period, or one for all of it, though there is no fact."""

    def ask(db: Database, criteria: Criteria) -> Pending[Result]:
        found, keys = question(db, criteria), _keys(criteria, group)
        return Pending(lambda: Result(rows=_with_empty(found.read().rows, keys, columns)))

    return ask


def _keys(criteria: Criteria, group: str) -> Sequence[Row]:
    """The steps that the period has days of; none where it is told of as a whole."""
    if group not in STEPS:
        return [{"period": None, "is_partial": None}]
    period, week_start = criteria.period, criteria.week_start
    return [
        {"period": day, "is_partial": is_partial(day, period, group, week_start)}
        for day in first_days(period, group, week_start)
    ]


def _with_empty(rows: Iterable[Row], keys: Sequence[Row], columns: Sequence[Column]) -> list[Row]:
    nothing: Row = {column.name: nothing_of(column) for column in columns}
    known = {row["period"]: row for row in rows}
    return [{**known.get(key["period"], nothing), **key} for key in keys]
