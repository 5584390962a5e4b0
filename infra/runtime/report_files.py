"""Compares files of reports with the answers that they are of, cell by cell: rule R9."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from api.reports.asking import MOST_DAYS, request_of
from api.reports.exports.opening import Opening, PagesOf
from api.reports.exports.parameters import load_section_query
from api.reports.files import Report
from api.reports.files.agreement import disagreements
from commands.ports import Caller
from infra.postgres.transactions import Transaction
from projections.base import plan_for_values
from projections.companies import find_company
from projections.reports.columns import needs_of
from projections.reports.period import Period
from projections.reports.reconciliation.differences import ReportDifference
from projections.reports.reconciliation.files import FILES
from projections.reports.section import Criteria, Section
from projections.reports.sections import SECTIONS
from projections.reports.table import Table, ask_table

#: How many rows a page of an answer has, as clients ask for it.
_PAGE = 1_000


@dataclass(frozen=True)
class SectionFiles:
    """The files of one section against its answer."""

    section: Section

    def differences(
        self, db: Transaction, period: Period, position: int, rows: int
    ) -> list[ReportDifference]:
        """The cells of the first so many rows that a CSV or a spreadsheet says otherwise.

        All is asked in the transaction at hand, which is of one snapshot. A company that nobody has
        registered has no reports.
        """
        plan_for_values(db)
        report = self._report(db, _bounded(period), position, rows)
        if report is None:
            return []
        pages, place = list(_pages(db, report, rows)), f"{self.section.area}/{self.section.path}"
        return [
            ReportDifference(
                company_id=db.company_id,
                check=FILES,
                business_date=period.to_date,
                store_id=None,
                subject=f"{one.kind} of {place}, row {one.row or 'the whole'}",
                figure=one.column,
                a=one.answered,
                b=one.written,
                position=position,
            )
            for one in disagreements(pages, report)
        ]

    def _report(self, db: Transaction, period: Period, position: int, rows: int) -> Report | None:
        """The report as files are written from it, with no more than so many rows."""
        company = find_company(db)
        if company is None:
            return None
        now = datetime.now(UTC)
        texts = {"from": period.from_date.isoformat(), "to": period.to_date.isoformat()}
        needs = needs_of(self.section.all_columns)
        caller = Caller(company_id=db.company_id, user_id=None)
        request = request_of(self.section, load_section_query(self.section, texts), caller, needs, now)
        opening = Opening(request=request, texts=texts, company=company, position=position, made_at=now)
        return replace(opening.open(_FirstRows(db, self.section, rows)), rest=())


class _FirstRows(PagesOf):
    """Pages of no more than so many rows, of which the first is asked for."""

    def __init__(self, db: Transaction, section: Section, rows: int) -> None:
        super().__init__(db, section)
        self._rows = rows

    def table(self, criteria: Criteria) -> Table:
        """The first rows."""
        return super().table(replace(criteria, limit=self._rows))


def _pages(db: Transaction, report: Report, rows: int) -> Iterator[Table]:
    """The same rows, page by page."""
    criteria, limit = report.first.criteria, min(_PAGE, rows)
    for number in range(1, max(1, -(-min(report.first.count, rows) // limit)) + 1):
        yield ask_table(db, report.section, replace(criteria, page=number, limit=limit)).read()


def _bounded(period: Period) -> Period:
    """The end of a period, as much of it as can be asked for at once."""
    earliest = period.to_date - timedelta(days=MOST_DAYS - 1)
    return Period(max(period.from_date, earliest), period.to_date)


FILE_CHECKS = tuple(SectionFiles(section) for section in SECTIONS)
