"""The intervals of a period: days, weeks, months, quarters and years, in Python and in SQL."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import LiteralString

from domain.weeks import WeekStart, first_of_week
from projections.reports.columns import Key
from projections.reports.period import Period

#: Whether only a part of an interval is told of.
IS_PARTIAL = Key(
    name="is_partial",
    label="Partial",
    unit="flag",
    meaning="Whether it begins before the period that is asked for or ends after it, so that only a part of "
    "it is told here; null where rows are no stretches of time. Days that are not over make nothing partial: "
    "`partial` beside the rows says that of all of them.",
    example=False,
)

#: The first day of the week that a business date is in. Postgres knows weeks from Monday on alone: days are
#: put forward by as many as the company's weeks begin before it, and the Monday found goes back by these.
FIRST_OF_WEEK: LiteralString = """(date_trunc('week', (business_date + %(week_shift)s::int)::timestamp)::date
                          - %(week_shift)s::int)"""


def first_days(period: Period, interval: str, week_start: WeekStart) -> Iterator[date]:
    """The first days of the intervals; that of the first may lie before the period."""
    day = _first_of(period.from_date, interval, week_start)
    while day <= period.to_date:
        yield day
        try:
            day = next_first(day, interval, week_start)
        except OverflowError:  # our era ends with the year 9999
            return


def is_partial(first: date, period: Period, interval: str, week_start: WeekStart) -> bool:
    """Whether the interval that begins on a day has days outside of the period."""
    return first < period.from_date or last_day(first, interval, week_start) > period.to_date


def last_day(first: date, interval: str, week_start: WeekStart) -> date:
    """The last day of the interval that begins on a day, or of our era."""
    try:
        return next_first(first, interval, week_start) - timedelta(days=1)
    except OverflowError:
        return date.max


def _first_of(day: date, interval: str, week_start: WeekStart) -> date:
    match interval:
        case "week":
            return first_of_week(day, week_start)
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case "year":
            return day.replace(month=1, day=1)
        case _:
            return day


def next_first(day: date, interval: str, week_start: WeekStart) -> date:
    """The first day of the interval after the one that begins on a day."""
    match interval:
        case "week":
            # Not a week later where the first one lacks days before our era.
            return first_of_week(day + timedelta(days=7), week_start)
        case "month":
            return _first_of(day + timedelta(days=31), "month", week_start)
        case "quarter":
            return _first_of(day + timedelta(days=93), "month", week_start)
        case "year":
            return _first_of(day + timedelta(days=366), "year", week_start)
        case _:
            return day + timedelta(days=1)
