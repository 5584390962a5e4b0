"""Which closings of a store are due, in which order, and what each of them says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from domain.fiscal.closing import Closing, closing_id
from domain.fiscal.figures import (
    ClosedFigures,
    LateFigures,
    StorePerpetual,
    sum_of_figures,
    sum_of_late,
)
from domain.fiscal.periods import ClosingKind, FiscalPeriod, ended

_LONGER: tuple[tuple[ClosingKind, Callable[[date], FiscalPeriod]], ...] = (
    ("month", FiscalPeriod.month_of),
    ("year", FiscalPeriod.year_of),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastClosing:
    """The last closing of a kind that a store has."""

    number: int
    period: FiscalPeriod


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPart:
    """A closing as the one of a longer period adds it up."""

    last_day: date
    figures: ClosedFigures
    late: LateFigures | None


@dataclass(frozen=True, kw_only=True)
class StoreToClose:
    """A store with what it has to close.

    `days` are the business days that have ended and were not closed, with their figures; `late` is what
    became known of closed ones. `until` is the last day that has ended. `parts` are closings of days and
    months that longer closings, which are due, will add up. A store that was given up (`is_archived`) has
    no months after its last day.
    """

    store_id: UUID
    currency: str
    until: date
    is_archived: bool
    last: Mapping[ClosingKind, LastClosing]
    perpetual: StorePerpetual
    days: Mapping[date, ClosedFigures]
    late: LateFigures | None
    head_position: int
    head_hash: str
    parts: Mapping[ClosingKind, Sequence[ClosedPart]] = field(default_factory=dict)
    #: The first day that was ever closed; None if none was.
    first_day: date | None = None


def closings_due(store: StoreToClose) -> Iterator[Closing]:
    """The closings of a store that are due, oldest first: days with trade, and every month and year."""
    course = _Course(store)
    for period in sorted(_periods(store), key=lambda period: period.order):
        yield course.close(period)


def longer_periods_due(
    last: Mapping[ClosingKind, LastClosing], days: tuple[date, date], until: date, *, is_archived: bool
) -> Iterator[FiscalPeriod]:
    """The months, then the years, that have ended by a day and were not closed.

    `days` are the first and the last one that were closed. A store that was given up has no further months.
    """
    for kind, period_of in _LONGER:
        following = last[kind].period.next() if kind in last else period_of(days[0])
        yield from ended(following, min(until, period_of(days[1]).last_day) if is_archived else until)


def _periods(store: StoreToClose) -> Iterator[FiscalPeriod]:
    days = _days(store)
    yield from map(FiscalPeriod.day, days)
    first = store.first_day or (days[0] if days else None)
    if first is not None:
        last_day = days[-1] if days else store.last["day"].period.last_day
        yield from longer_periods_due(
            store.last, (first, last_day), store.until, is_archived=store.is_archived
        )


def _days(store: StoreToClose) -> list[date]:
    """The days to be closed. What was late is in the first of them, if need be in one without trade."""
    days = sorted(store.days)
    return days or ([store.until] if store.late else [])


class _Course:
    """The closings of a store one after another: each is numbered, and goes on from the one before."""

    def __init__(self, store: StoreToClose) -> None:
        self._store = store
        self._numbers = {kind: last.number for kind, last in store.last.items()}
        self._previous = {kind: closing_id(store.store_id, last.period) for kind, last in store.last.items()}
        self._perpetual = store.perpetual
        self._late = store.late
        self._parts = {kind: list(parts) for kind, parts in store.parts.items()}

    def close(self, period: FiscalPeriod) -> Closing:
        """The closing of a period, which comes after all that were closed before."""
        figures, late = self._figures(period)
        if period.kind == "day":
            self._perpetual = self._perpetual.grown_by(figures, late)
        number = self._numbers[period.kind] = self._numbers.get(period.kind, 0) + 1
        closing = Closing.make(
            self._store.store_id,
            period,
            number=number,
            previous_id=self._previous.get(period.kind),
            currency=self._store.currency,
            figures=figures,
            late=late,
            perpetual=self._perpetual,
            head_position=self._store.head_position,
            head_hash=self._store.head_hash,
        )
        self._previous[period.kind] = closing.id
        part = ClosedPart(last_day=period.last_day, figures=figures, late=late)
        self._parts.setdefault(period.kind, []).append(part)
        return closing

    def _figures(self, period: FiscalPeriod) -> tuple[ClosedFigures, LateFigures | None]:
        if period.kind == "day":
            late, self._late = self._late, None
            return self._store.days.get(period.first_day, ClosedFigures()), late
        parts = [
            part
            for part in self._parts.get("day" if period.kind == "month" else "month", ())
            if period.first_day <= part.last_day <= period.last_day
        ]
        return sum_of_figures(part.figures for part in parts), sum_of_late(part.late for part in parts)
