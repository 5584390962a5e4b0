"""Comparing the reports of a company with each other, a business date at a time, at one moment of its log."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, LiteralString, Protocol
from uuid import UUID

import psycopg

from domain.errors import Refusal
from infra.eventstore.codec import EventTypes
from infra.postgres.definitions import HOLD_MODEL, named
from infra.postgres.transactions import Transaction, transaction
from infra.projections.faults import reason_of
from infra.projections.reading import FactReader
from infra.projections.staging import Progress
from projections.reports.period import Period
from projections.reports.reconciliation.checks import Check
from projections.reports.reconciliation.days import last_day, next_day, spans_ending
from projections.reports.reconciliation.differences import ReportDifference, find_differences
from projections.reports.reconciliation.rules import CHECKS, SOURCES
from projections.stock.sums import StockSums, positioned

EVER = Period(date.min, date.max)
#: A snapshot has balances as of the end of the log, and facts up to a position a little before it.
SNAPSHOTS: LiteralString = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ"

#: How many rows of a section are compared with its files on request: a second or two, and some ten megabytes.
ROWS_OF_FILES = 2_000

_MARKS: LiteralString = """
    SELECT head.position AS head, min(mark.position) AS position, count(mark.position) AS models,
           min(mark.position) FILTER (WHERE mark.projection = 'report_stock') AS stock,
           coalesce(bool_or(mark.parked_at IS NOT NULL OR mark.position < mark.whole_at), true) AS is_partial
      FROM company_head AS head
      LEFT JOIN projection_checkpoints AS mark
        ON mark.company_id = head.company_id AND mark.projection = ANY(%(projections)b::text[])
     WHERE head.company_id = %(company_id)s
     GROUP BY head.position
"""


class ReportsNotWhole(Refusal):
    """A read model of reports is parked or being filled; `mipos projections status` names it."""


@dataclass(frozen=True)
class Marks:
    """The end of a company's log, the position that all reports know, and that of those of stock."""

    head: int
    position: int
    stock: int


class FileCheck(Protocol):
    """What compares files with the answer that they are of; it stands where files are written."""

    def differences(
        self, db: Transaction, period: Period, position: int, rows: int
    ) -> Sequence[ReportDifference]:
        """What differs in the first so many rows of a period, up to a position."""


# Made once: what a read model reads is worked out for each one that is made, and kept as long as the process.
_SOURCES, _STOCK = tuple(source() for source in SOURCES), StockSums()


class Reconciliation:
    """Compares some days of companies by these checks, over one connection."""

    def __init__(self, types: EventTypes, checks: Iterable[Check] = CHECKS) -> None:
        self._checks = tuple(checks)
        self._reader = FactReader(types, [_STOCK])

    def marks(self, db: Transaction) -> Marks:
        """How far the reports of the company are. Raises ReportsNotWhole, ServerOutdated."""
        for source in _SOURCES:
            db.execute(HOLD_MODEL, named(source))
        names = [source.name for source in _SOURCES]
        row = db.ask(_MARKS, {"company_id": db.company_id, "projections": names}).row()
        if row is None or row["is_partial"] or row["models"] < len(names):
            raise ReportsNotWhole
        return Marks(row["head"], row["position"], row["stock"])

    def differences(
        self, db: Transaction, marks: Marks, day: date, following: date | None
    ) -> list[ReportDifference]:
        """What differs on a business date, and what in the month, the year and in all that end with it."""
        since = self._reader.read(db, marks.stock, marks.head)
        moved = {change.key for change, _ in positioned(since)}
        return find_differences(db, self._checks, spans_ending(day, following), marks.position, moved)


@dataclass
class ReportOutcome:
    """What was found in the reports of several companies, and why others could not be checked."""

    days: int = 0
    positions: dict[UUID, int] = field(default_factory=dict)
    differences: list[ReportDifference] = field(default_factory=list)
    gaps: dict[UUID, str] = field(default_factory=dict)


def reconcile_all(
    conninfo: str,
    types: EventTypes,
    companies: Iterable[UUID],
    progress: Progress,
    *,
    period: Period = EVER,
    checks: Sequence[Check] = CHECKS,
    files: Sequence[FileCheck] = (),
) -> ReportOutcome:
    """Compare the reports of these companies; one that cannot be checked holds up no other.

    Files are of all the days that were compared.
    """
    outcome, reconciliation = ReportOutcome(), Reconciliation(types, checks)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(SNAPSHOTS)
        for company_id in companies:
            try:
                compared: list[date] = []
                for day, position, found in _days(connection, reconciliation, company_id, period, progress):
                    compared.append(day)
                    outcome.days += 1
                    outcome.positions[company_id] = position
                    outcome.differences += found
                if compared:
                    whole = Period(compared[0], compared[-1])
                    outcome.differences += _files(connection, reconciliation, company_id, whole, files)
            except ReportsNotWhole as error:
                outcome.gaps[company_id] = reason_of(error)
    return outcome


def _days(
    connection: psycopg.Connection[Any],
    reconciliation: Reconciliation,
    company_id: UUID,
    period: Period,
    progress: Progress,
) -> Iterator[tuple[date, int, list[ReportDifference]]]:
    """Each day in a transaction of its own, so that the server can clean up behind the tills."""
    day = first = _first_day(connection, company_id, period)
    while day is not None and first is not None:
        with transaction(connection, company_id) as db:
            marks = reconciliation.marks(db)
            following = _within(period, next_day(db, day))
            found = reconciliation.differences(db, marks, day, following)
            last = min(last_day(db) or day, period.to_date)
        progress((day - first).days + 1, (last - first).days + 1)
        yield day, marks.position, found
        day = following


def _files(
    connection: psycopg.Connection[Any],
    reconciliation: Reconciliation,
    company_id: UUID,
    period: Period,
    checks: Sequence[FileCheck],
) -> Iterator[ReportDifference]:
    """Each section in a transaction of its own, as days are."""
    for check in checks:
        with transaction(connection, company_id) as db:
            position = reconciliation.marks(db).position
            yield from check.differences(db, period, position, ROWS_OF_FILES)


def _first_day(connection: psycopg.Connection[Any], company_id: UUID, period: Period) -> date | None:
    before = date.min if period.from_date == date.min else period.from_date - timedelta(days=1)
    with transaction(connection, company_id) as db:
        return _within(period, next_day(db, before))


def _within(period: Period, day: date | None) -> date | None:
    return None if day is None or day > period.to_date else day
