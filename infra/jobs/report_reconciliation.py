"""Compares every company's reports with each other, a business date at a time, round after round."""

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import structlog

from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job
from infra.jobs.report_rounds import Round, companies_due, keep_round, known_on, note, round_at_hand
from infra.postgres.analyzing import analyze_grown
from infra.postgres.transactions import Transaction, transaction
from infra.projections.report_reconciliation import (
    SNAPSHOTS,
    FileCheck,
    Marks,
    Reconciliation,
    ReportsNotWhole,
)
from projections.base import CompanyClosed, ServerOutdated
from projections.reports.period import Period
from projections.reports.reconciliation.days import next_day, spans_ending
from projections.reports.reconciliation.differences import ReportDifference

#: How often it is done, and for how long, give or take one business date: a twentieth of one processor.
EVERY, SECONDS = timedelta(seconds=5), 0.25
#: How long after the begin of a round the next one begins.
PAUSE = timedelta(minutes=5)
#: By how many events reports may be behind for that.
EVENTS = 1_000
#: How many differences of a business date are kept, and how many of these logged one by one.
KEPT, LOGGED = 1_000, 20

#: How many rows of a section are compared with its files on a business date: a tenth of a second.
ROWS_OF_FILES = 200

log = structlog.get_logger("jobs")


class ReportReconciliation:
    """Goes on with the rounds of those companies that are due, for a bounded time; nobody waits for it."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        writer: EventWriter,
        now: datetime,
        files: Sequence[FileCheck] = (),
    ) -> None:
        self._connection = connection
        self._inline = writer.models
        self._reconciliation = Reconciliation(writer.types)
        self._now = now
        self._files = files

    def go_on(self, seconds: float = SECONDS) -> None:
        """Compare until the time is up or every round that is due has come to its end."""
        self._connection.execute(SNAPSHOTS)
        end = time.monotonic() + seconds
        due = companies_due(self._connection, self._now, PAUSE)
        if due:
            # Rules join whole days: where nobody has looked at the tables, one of them took a core for long.
            analyze_grown(self._connection)
        for company_id in due:
            while time.monotonic() < end and self.compare_some(company_id):
                pass

    def compare_some(self, company_id: UUID) -> bool:
        """Compare a business date of a company. Returns whether its round goes on."""
        try:
            with transaction(self._connection, company_id, models=self._inline) as db:
                marks = self._reconciliation.marks(db)
                if marks.head - marks.position > EVENTS:
                    # The worker comes first.
                    return False
                goes_on, new, gone = self._step(db, marks)
        except (CompanyClosed, ServerOutdated, ReportsNotWhole):
            # This very moment; the schedule, or `/ready`, tells of it.
            return False
        _tell(new, gone, company_id)
        return goes_on

    def _step(self, db: Transaction, marks: Marks) -> tuple[bool, Sequence[ReportDifference], int]:
        """Compare the next business date. Returns whether that goes on, what is new, how much is gone."""
        own = round_at_hand(db) or Round(self._now, marks.position)
        day = next_day(db, own.after)
        if day is None:
            keep_round(db, own, None, self._now)
            return False, (), 0
        following = next_day(db, day)
        found = self._reconciliation.differences(db, marks, day, following)[:KEPT]
        found += self._differences_of_files(db, day, marks.position)
        days = sorted({period.to_date for _, period in spans_ending(day, following)})
        known = known_on(db, days)
        if known or found:
            note(db, days, found, self._now)
        keep_round(db, own, day if following else None, self._now)
        new = [one for one in found if one.key not in known]
        return following is not None, new, len(known - {one.key for one in found})

    def _differences_of_files(self, db: Transaction, day: date, position: int) -> Sequence[ReportDifference]:
        """Compare the files of one section: always the same on a business date, so that it is found again."""
        if not self._files:
            return ()
        check = self._files[day.toordinal() % len(self._files)]
        return check.differences(db, Period(day, day), position, ROWS_OF_FILES)


def _tell(new: Sequence[ReportDifference], gone: int, company_id: UUID) -> None:
    """Log each difference once, and how many there are no more."""
    for one in new[:LOGGED]:
        a, b = one.said()
        log.error(
            "figures of reports do not agree",
            company_id=str(company_id),
            rule=one.check.rule,
            business_date=one.business_date.isoformat(),
            store_id=one.store_id and str(one.store_id),
            subject=one.subject,
            figure=one.figure,
            a=a,
            b=b,
            position=one.position,
        )
    if len(new) > LOGGED:
        rest = len(new) - LOGGED
        log.error("more figures of reports do not agree", company_id=str(company_id), more=rest)
    if gone:
        log.info("figures of reports agree again", company_id=str(company_id), figures=gone)


def report_reconciliation_job(files: Sequence[FileCheck]) -> Job:
    """The job that compares reports, and with each business date the files of one section."""
    return Job(
        name="report-reconciliation",
        every=EVERY,
        do=lambda connection, writer, now: ReportReconciliation(connection, writer, now, files).go_on(),
        reads_models=True,
    )
