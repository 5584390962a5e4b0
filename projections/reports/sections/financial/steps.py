"""What rows of profit and of revenue are told apart by: steps of time, or stores."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.columns import Column
from projections.reports.grouped import nothing_of
from projections.reports.intervals import FIRST_OF_WEEK, first_days
from projections.reports.section import Asked, Found, Question

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

    def ask(db: Database, asked: Asked) -> Pending[Found]:
        found = question(db, asked)
        days = _first_days(asked, group)
        return Pending(lambda: Found(rows=_with_empty(found.read().rows, days, columns)))

    return ask


def _first_days(asked: Asked, group: str) -> tuple[date | None, ...]:
    return tuple(first_days(asked.period, group, asked.week_start)) if group in STEPS else (None,)


def _with_empty(rows: Iterable[Row], days: Iterable[date | None], columns: Sequence[Column]) -> list[Row]:
    nothing: Row = {column.name: nothing_of(column) for column in columns}
    known = {row["period"]: row for row in rows}
    return [known.get(day, {**nothing, "period": day}) for day in days]
