"""The figures of a period beside those of the one before it, each store in its own business date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.pending import Pending
from projections.base import Database, Row
from projections.dashboard.clocks import Clock, by_today, elapsed_in, is_running
from projections.dashboard.same_time import COLUMNS, ask_same_time
from projections.dashboard.tiles import SUMMARY
from projections.reports.columns import Column, derive, sums_of
from projections.reports.period import Period
from projections.reports.sections.sales_summary.figures import ITEMS_PER_ORDER
from projections.reports.tiles import View

_OF_SAME_TIME: tuple[Column, ...] = (*COLUMNS, ITEMS_PER_ORDER)


@dataclass(frozen=True, kw_only=True)
class Span:
    """A period with its figures."""

    period: Period
    measures: Row


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The figures of a period, and of the one before it: whole, and until the same time if it still runs."""

    current: Span
    previous: Span
    same_time: Span | None


@dataclass(frozen=True, kw_only=True)
class Part:
    """A period with the stores that are asked about it (None: all), and their clocks."""

    period: Period
    stores: tuple[UUID, ...] | None
    clocks: tuple[Clock, ...]

    @property
    def earlier(self) -> Period:
        """The period before it. Raises PeriodNotValid."""
        return self.period.previous()


def parts_of_today(view: View, clocks: Sequence[Clock]) -> list[Part]:
    """Today, which need not be one date in all stores: a part for each."""
    days = by_today(clocks)
    return [
        Part(
            period=Period(day, day),
            stores=view.stores if len(days) == 1 else tuple(clock.store_id for clock in several),
            clocks=several,
        )
        for day, several in days.items()
    ]


def ask_summary(db: Database, view: View, parts: Sequence[Part]) -> Pending[Summary]:
    """Ask for the figures of all parts together. Raises PeriodNotValid."""
    current = [_ask(db, view, part.stores, part.period) for part in parts]
    previous = [_ask(db, view, part.stores, part.earlier) for part in parts]
    same_time = [
        ask_same_time(db, view, [*elapsed_in(part.clocks, part.period, part.earlier)], part.earlier)
        for part in parts
        if is_running(part.period, part.clocks)
    ]
    period, earlier = _around(part.period for part in parts), _around(part.earlier for part in parts)
    return Pending(
        lambda: Summary(
            current=Span(period=period, measures=_sum(current, SUMMARY.section.columns)),
            previous=Span(period=earlier, measures=_sum(previous, SUMMARY.section.columns)),
            same_time=Span(period=earlier, measures=_sum(same_time, _OF_SAME_TIME)) if same_time else None,
        )
    )


def _ask(db: Database, view: View, stores: tuple[UUID, ...] | None, period: Period) -> Pending[Row]:
    """Ask for the figures of one period."""
    table = SUMMARY.ask(db, replace(view, stores=stores), period)
    return Pending(lambda: table.read().overall)


def _around(periods: Iterable[Period]) -> Period:
    """From the first to the last day of several periods."""
    several = [*periods]
    return Period(min(one.from_date for one in several), max(one.to_date for one in several))


def _sum(answers: Sequence[Pending[Row]], columns: Sequence[Column]) -> Row:
    """What the figures add up to; of several the number of different customers is not known."""
    rows = [answer.read() for answer in answers]
    row = {**rows[0]} if len(rows) == 1 else sums_of(rows, columns)
    return derive(row, row, columns)
