"""The period that a report is about, and the one that it is compared with."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from domain.errors import Invalid

Interval = Literal["hour", "day", "week", "month", "quarter", "hour_of_day", "day_of_week", "hour_of_week"]
CompareTo = Literal["previous_period", "previous_year", "none"]
Align = Literal["date", "weekday"]


class PeriodNotValid(Invalid):
    """A period ends on or after the day it begins, and what it is compared with lies in our era."""

    code = "period_not_valid"
    remedy = "Send `from` and `to` as dates, `to` not before `from`."


class RangeTooLong(Invalid):
    """A report is about ten years at most, and about 31 days by the hour."""

    code = "range_too_long"
    remedy = "Ask for a shorter period, or for a longer `interval`."


@dataclass(frozen=True, slots=True)
class Period:
    """Business dates, both inclusive. Raises PeriodNotValid."""

    from_date: date
    to_date: date

    def __post_init__(self) -> None:
        if self.to_date < self.from_date:
            raise PeriodNotValid.in_fields("to")

    @property
    def days(self) -> int:
        """How many business dates these are."""
        return (self.to_date - self.from_date).days + 1

    def check_length(self, most: int) -> None:
        """Raise RangeTooLong unless it has so many days at most."""
        if self.days > most:
            raise RangeTooLong.in_fields("from", "to")

    def compared(self, compare_to: CompareTo, align: Align | None = None) -> "Period | None":
        """The period to compare with: as many days right before, or the same dates a year earlier.

        Whole months are compared with as many months before: February with January. A year before
        29 February is 28 February; aligned by `weekday` it is 52 weeks before. Raises PeriodNotValid.
        """
        if compare_to == "none":
            return None
        try:
            if compare_to == "previous_year" and align == "weekday":
                return Period(self.from_date - _WEEKS, self.to_date - _WEEKS)
            if compare_to == "previous_year":
                return Period(_year_before(self.from_date), _year_before(self.to_date))
            return self.previous()
        except (OverflowError, ValueError):
            raise PeriodNotValid.in_fields("from") from None

    def previous(self) -> "Period":
        """As many days, or whole months, right before. Raises PeriodNotValid."""
        try:
            end = self.from_date - timedelta(days=1)
            if months := self._months():
                return Period(_months_before(self.from_date, months), end)
            return Period(end - (self.to_date - self.from_date), end)
        except (OverflowError, ValueError):
            raise PeriodNotValid.in_fields("from") from None

    def _months(self) -> int:
        """How many whole months of the calendar it is; 0 for what is none."""
        first, last = self.from_date, self.to_date
        if first.day != 1 or last.day != monthrange(last.year, last.month)[1]:
            return 0
        return (last.year - first.year) * 12 + last.month - first.month + 1


#: As many weeks as a year has.
_WEEKS = timedelta(weeks=52)


def _months_before(first: date, months: int) -> date:
    """The first day of the month that is so many before."""
    year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
