"""Schedules of reports: which file is made when, of which days, and who gets it."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.errors import Detail, Invalid
from domain.settings import Setting
from domain.weeks import WeekStart, first_of_week

#: The days that a run is about, seen from the day on which it is due.
Range = Literal["yesterday", "last_week", "last_month", "mtd"]
RANGES: tuple[Range, ...] = ("yesterday", "last_week", "last_month", "mtd")
#: How many get a file, users and addresses outside together.
MOST_RECIPIENTS = 50
#: Addresses outside of the company are somebody's; none is left once they are forgotten.
_ADDRESSES: Mapping[str, Any] = MappingProxyType({"addresses": ()})
#: After a pause so many of the runs that were missed are made up for, the latest.
MOST_MISSED = 3

_DAY = timedelta(days=1)
#: How far back a monthly run can lie that is made up for.
_FARTHEST = 31 * (MOST_MISSED + 1)
_CONDITION = re.compile(r"([a-z][a-z0-9_]*)\s*(<=|>=|<|>|=)\s*(-?[0-9]{1,15}(?:\.[0-9]{1,5})?)(\s*days?)?\Z")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, "=": operator.eq, ">=": operator.ge, ">": operator.gt}
)


class ConditionNotValid(Invalid):
    """A condition is a column of figures or dates, a comparison and a number, as `stock_out_on <= 3 days`."""

    code = "condition_not_valid"
    remedy = "Write it as `stock_out_on <= 3 days`, with a column of the section."


@dataclass(frozen=True, slots=True)
class Condition:
    """What of a row makes a report worth sending; amounts are in minor currency units.

    A date is compared by how many days it comes after the day of the run, below zero before it; `says_days`
    is whether the condition says so itself.
    """

    column: str
    comparison: str
    value: Decimal
    says_days: bool = False

    @classmethod
    def of(cls, text: str) -> "Condition":
        """What a text such as `margin < 0.1` says. Raises ConditionNotValid."""
        match = _CONDITION.match(text.strip())
        if match is None:
            raise ConditionNotValid
        return cls(match[1], match[2], Decimal(match[3]), match[4] is not None)

    def holds(self, value: Any, day: date) -> bool:
        """Whether it is true of a figure, or of a date as seen from a day; of anything else it is not."""
        if isinstance(value, date) and not isinstance(value, datetime):
            value = (value - day).days
        if not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
            return False
        return _COMPARISONS[self.comparison](value, self.value)


class ReportSchedule(Setting):
    """A file of a section that is made again and again, in the name of whoever changed it last.

    To which addresses outside of the company it goes is sealed with a key of its own.
    """

    type_name = "report_schedules.ReportSchedule"
    kind = "report-schedules"
    noun = "report schedule"

    class Registered(Setting.Registered):
        """From now on the file is made; `filters` are those of the section, as in its address.

        It is due at a time of day of a time zone: every day, on a `weekday` (Monday is 1), or on a `day` of
        the month, where the last one is meant if there is no such day.
        """

        name: str
        area: str
        section: str
        format: str
        filters: str
        range: str
        at: str
        timezone: str
        user_id: UUID
        weekday: int | None = None
        day: int | None = None
        recipients: tuple[UUID, ...] = ()
        enabled: bool = True
        skip_if_empty: bool = False
        condition: str | None = None
        addresses: tuple[str, ...] = ()

        subject_kind = "report_schedule"
        private: ClassVar[Mapping[str, Any]] = _ADDRESSES

    class Renamed(Setting.Revised):
        """The schedule goes by another name."""

        name: str

    class ReportChosen(Setting.Revised):
        """The file is of another section, of other days, or made under another condition."""

        area: str
        section: str
        filters: str
        range: str
        condition: str | None

    class FormatChosen(Setting.Revised):
        """The file is of another kind, or made of an empty report too, or not any more."""

        format: str
        skip_if_empty: bool

    class Rescheduled(Setting.Revised):
        """The file is made at another time."""

        at: str
        timezone: str
        weekday: int | None
        day: int | None

    class RecipientsNamed(Setting.Revised):
        """Others get the file."""

        recipients: tuple[UUID, ...]

    class AddressesNamed(Setting.Revised):
        """The file goes to other addresses outside of the company."""

        addresses: tuple[str, ...]

        subject_kind = "report_schedule"
        private: ClassVar[Mapping[str, Any]] = _ADDRESSES

    class Enabled(Setting.Revised):
        """The file is made again, or not for the time being."""

        enabled: bool

    class TakenOver(Setting.Revised):
        """The file is made in the name of somebody else, who changed the schedule."""

        user_id: UUID

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> None:
        """Raise Invalid for a weekday with a day of the month, for nobody who gets it or too many.

        Raises ConditionNotValid.
        """
        if values["weekday"] is not None and values["day"] is not None:
            message = "A schedule is for a weekday or for a day of the month."
            raise Invalid(details=[Detail("day", "invalid", message)])
        if not values["recipients"] and not values["addresses"]:
            raise Invalid(details=[Detail("recipients", "required", "Name somebody who gets the file.")])
        if len(values["recipients"]) + len(values["addresses"]) > MOST_RECIPIENTS:
            message = f"A file goes to {MOST_RECIPIENTS} at most, users and addresses together."
            raise Invalid(details=[Detail("addresses", "invalid", message)])
        if values["condition"] is not None:
            Condition.of(values["condition"])


@dataclass(frozen=True, kw_only=True)
class Timing:
    """When a schedule is due."""

    at: time
    timezone: ZoneInfo
    weekday: int | None = None
    day: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Timing":
        """That of a schedule with these fields."""
        return cls(
            at=time.fromisoformat(values["at"]),
            timezone=ZoneInfo(values["timezone"]),
            weekday=values["weekday"],
            day=values["day"],
        )

    def due_between(self, after: datetime, now: datetime) -> list[date]:
        """The days on which a run was due after one moment and until the other: the latest, oldest first."""
        today = now.astimezone(self.timezone).date()
        days = (today - number * _DAY for number in range(_FARTHEST))
        due = [day for day in days if self._is_for(day) and after < self.moment_on(day) <= now]
        return sorted(due[:MOST_MISSED])

    def moment_on(self, day: date) -> datetime:
        """When a run of this day is due."""
        return datetime.combine(day, self.at, self.timezone)

    def _is_for(self, day: date) -> bool:
        if self.weekday is not None:
            return day.isoweekday() == self.weekday
        if self.day is None:
            return True
        is_last = (day + _DAY).day == 1
        return day.day == self.day or (is_last and day.day < self.day)


def days_of(period: Range, day: date, week_start: WeekStart) -> tuple[date, date]:
    """The first and the last of the days that a run of this day is about, both inclusive.

    Weeks begin on `week_start`; `mtd` is the month up to yesterday, on its first day all of the month before.
    """
    yesterday = day - _DAY
    if period == "yesterday":
        return yesterday, yesterday
    if period == "last_week":
        first = first_of_week(day, week_start)
        return first - 7 * _DAY, first - _DAY
    if period == "mtd":
        return yesterday.replace(day=1), yesterday
    last = day.replace(day=1) - _DAY
    return last.replace(day=1), last
