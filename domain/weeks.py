"""Weeks of a company's calendar: they begin on the day that it says."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

WeekStart = Literal["monday", "sunday", "saturday"]
#: On which day weeks begin at first.
WEEK_START: WeekStart = "monday"
#: How many days before the Monday of ISO 8601 weeks begin.
SHIFTS: Mapping[WeekStart, int] = MappingProxyType({"monday": 0, "sunday": 1, "saturday": 2})


def first_of_week(day: date, week_start: WeekStart) -> date:
    """The first day of the week that a day is in, or of our era."""
    since = (day.weekday() + SHIFTS[week_start]) % 7
    return day - timedelta(days=min(since, (day - date.min).days))


def weekdays(week_start: WeekStart) -> tuple[int, ...]:
    """The days of a week in their order; 1 is Monday, 7 is Sunday."""
    return tuple((number - SHIFTS[week_start]) % 7 + 1 for number in range(7))
