"""How far the trading days of stores have come, and the same moment of an earlier day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from projections.base import Row
from projections.reports.period import Period
from projections.reports.stores import today_in


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A store's clock: the business date that it is in, the local time, and when its days begin."""

    store_id: UUID
    today: date
    now: time
    zone: ZoneInfo
    day_cut: time

    @classmethod
    def of(cls, store: Row, now: datetime) -> "Clock":
        """The clock of a store."""
        zone = ZoneInfo(store["timezone"])
        return cls(
            store_id=store["id"],
            today=today_in(store, now),
            now=now.astimezone(zone).time(),
            zone=zone,
            day_cut=time.fromisoformat(store["day_cut"]),
        )

    @property
    def place(self) -> int:
        """How many hours of the business date come before the one that runs.

        Where days are cut within an hour, what of it lies before the cut is the end of the day.
        """
        if self.now.hour == self.day_cut.hour and self.now < self.day_cut:
            return 24
        return (self.now.hour - self.day_cut.hour) % 24

    def same_time(self, day: date) -> datetime:
        """When that business date had come as far as this one has."""
        calendar_day = day + timedelta(days=self.now < self.day_cut)
        return datetime.combine(calendar_day, self.now, self.zone).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Elapsed:
    """How much of an earlier period counts for a store: whole days before `last`, of that what had passed."""

    clock: Clock
    first: date
    last: date

    @property
    def whole_days(self) -> Period:
        """The days before the last one, if there are any."""
        return Period(self.first, self.last - timedelta(days=1))


def clocks_of(stores: Iterable[Row], now: datetime) -> tuple[Clock, ...]:
    """The clocks of stores."""
    return tuple(Clock.of(store, now) for store in stores)


def latest_day(clocks: Sequence[Clock], now: datetime) -> date:
    """The latest business date that a store is in; without any store that of UTC."""
    return max((clock.today for clock in clocks), default=now.date())


def by_today(clocks: Sequence[Clock]) -> Mapping[date, tuple[Clock, ...]]:
    """The clocks by the business date that they are in."""
    days: dict[date, list[Clock]] = defaultdict(list)
    for clock in clocks:
        days[clock.today].append(clock)
    return {day: tuple(several) for day, several in sorted(days.items())}


def is_running(period: Period, clocks: Sequence[Clock]) -> bool:
    """Whether the period has begun in one of the stores and is not over there."""
    return any(period.from_date <= clock.today <= period.to_date for clock in clocks)


def elapsed_in(clocks: Sequence[Clock], period: Period, earlier: Period) -> Iterator[Elapsed]:
    """What of the earlier period counts for each store in which the period has begun and is not over.

    A period that is over in a store counts whole: there its last day is one that nothing is missing of.
    """
    for clock in clocks:
        days = min((clock.today - period.from_date).days, earlier.days)
        if period.to_date < clock.today:
            days = earlier.days
        if days >= 0:
            yield Elapsed(clock=clock, first=earlier.from_date, last=earlier.from_date + timedelta(days=days))
