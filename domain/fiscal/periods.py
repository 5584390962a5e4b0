"""The periods that are closed: a store's business days, and the months and years that these are in."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

ClosingKind = Literal["day", "month", "year"]
#: Shorter ones are closed before longer ones that end with them.
_ORDER: tuple[ClosingKind, ...] = ("day", "month", "year")


@dataclass(frozen=True, slots=True)
class FiscalPeriod:
    """A day, a month or a year, from its first to its last business day."""

    kind: ClosingKind
    first_day: date
    last_day: date

    @classmethod
    def day(cls, day: date) -> "FiscalPeriod":
        """One business day."""
        return cls("day", day, day)

    @classmethod
    def month_of(cls, day: date) -> "FiscalPeriod":
        """The month that a day is in."""
        last = monthrange(day.year, day.month)[1]
        return cls("month", day.replace(day=1), day.replace(day=last))

    @classmethod
    def year_of(cls, day: date) -> "FiscalPeriod":
        """The year that a day is in."""
        return cls("year", date(day.year, 1, 1), date(day.year, 12, 31))

    @property
    def order(self) -> tuple[date, int]:
        """By what the closings of a store follow each other."""
        return self.last_day, _ORDER.index(self.kind)

    def next(self) -> "FiscalPeriod":
        """The month or the year that follows."""
        of = FiscalPeriod.month_of if self.kind == "month" else FiscalPeriod.year_of
        return of(self.last_day + timedelta(days=1))


def ended(following: FiscalPeriod, until: date) -> Iterator[FiscalPeriod]:
    """This month or year and those after it, as far as they have ended with that day."""
    while following.last_day <= until:
        yield following
        following = following.next()
