"""The intervals of a period: days, weeks from Monday on, months, quarters and years."""

from collections.abc import Iterator
from datetime import date, timedelta

from projections.reports.period import Period


def first_days(period: Period, interval: str) -> Iterator[date]:
    """The first days of the intervals; that of the first may lie before the period."""
    day = _first_of(period.from_date, interval)
    while day <= period.to_date:
        yield day
        try:
            day = next_first(day, interval)
        except OverflowError:  # our era ends with the year 9999
            return


def _first_of(day: date, interval: str) -> date:
    match interval:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case "year":
            return day.replace(month=1, day=1)
        case _:
            return day


def next_first(day: date, interval: str) -> date:
    """The first day of the interval after the one that begins on a day."""
    match interval:
        case "week":
            return day + timedelta(days=7)
        case "month":
            return _first_of(day + timedelta(days=31), "month")
        case "quarter":
            return _first_of(day + timedelta(days=93), "month")
        case "year":
            return _first_of(day + timedelta(days=366), "year")
        case _:
            return day + timedelta(days=1)
