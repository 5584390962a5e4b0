"""Opens a report for a file: finds what is asked for, up to one position, page after page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from api.reports.asking import Request
from api.reports.exports.parameters import query_text
from api.reports.files import About, Report
from api.reports.files.compared import shown_columns
from projections.base import Database, Row
from projections.reports.called import ask_called
from projections.reports.section import Criteria, Section
from projections.reports.table import Table, ask_gone, ask_table

#: How many rows of a long section are asked for at a time.
PAGE = 5_000


class Pages(Protocol):
    """Asks pages; each may have a transaction of its own, for all are of the same position."""

    def table(self, criteria: Criteria) -> Table:
        """One page of the section."""

    def gone(self, criteria: Criteria) -> list[Row]:
        """What is gone of one page of the other period."""

    def names(self, criteria: Criteria, ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """What these are called, as far as whoever asks may know it."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A request for a file, of this company, made at this moment, up to this position."""

    request: Request
    texts: Mapping[str, Any]
    company: Row
    position: int
    made_at: datetime

    def open(self, pages: Pages) -> Report:
        """The report. What comes after its first page is asked for as it is read."""
        section = self.request.section
        every = self.request.criteria(self.position, self.company["week_start"])
        if section.is_ranked:
            # Whether a row is gone is known when all pages are; it is asked for by pages of the other period.
            criteria = replace(every, page=1, limit=PAGE, with_gone=False)
        else:
            criteria = replace(every, page=1, limit=None)
        first = pages.table(criteria)
        ids = [
            value
            for value in (*(criteria.stores or ()), *criteria.filters.values())
            if isinstance(value, UUID)
        ]
        names = pages.names(criteria, ids) if ids else {}
        return Report(
            about=self._about(section, first),
            first=first,
            rest=_further_pages(pages, criteria, first, with_gone=every.with_gone),
            has_gone=every.with_gone,
            names={str(one): name for one, name in names.items()},
        )

    def _about(self, section: Section, first: Table) -> About:
        return About(
            company_id=self.company["company_id"],
            company=self.company["name"],
            currency=self.company["currency"],
            area=section.area,
            section=section.path,
            title=section.title,
            query=query_text(_with_stores(self.texts, self.request.stores)),
            columns=tuple(column.name for column in shown_columns(first)),
            position=self.position,
            week_start=self.company["week_start"],
            made_at=self.made_at,
            compared_with=_days_of(first),
        )


def _further_pages(pages: Pages, criteria: Criteria, first: Table, *, with_gone: bool) -> Iterator[Table]:
    if criteria.limit is None:
        return
    for number in range(2, _last_page(first.count) + 1):
        yield pages.table(replace(criteria, page=number))
    comparison = first.comparison
    if comparison is None or not with_gone:
        return
    for number in range(1, _last_page(comparison.count) + 1):
        gone = pages.gone(replace(criteria, page=number))
        yield replace(first, rows=[], comparison=replace(comparison, rows=[], gone=gone))


def _last_page(count: int) -> int:
    return -(-count // PAGE)


def _days_of(table: Table) -> tuple[date, date] | None:
    comparison = table.comparison
    return None if comparison is None else (comparison.period.from_date, comparison.period.to_date)


def _with_stores(texts: Mapping[str, Any], stores: tuple[UUID, ...] | None) -> Mapping[str, Any]:
    """What was asked for, with the stores that somebody who named none is bound to."""
    return texts if stores is None else {**texts, "store_id": sorted(map(str, stores))}


class PagesOf(Pages):
    """Pages that are asked for over one transaction."""

    def __init__(self, db: Database, section: Section) -> None:
        self._db = db
        self._section = section

    def table(self, criteria: Criteria) -> Table:
        """One page of the section."""
        return ask_table(self._db, self._section, criteria).read()

    def gone(self, criteria: Criteria) -> list[Row]:
        """What is gone of one page of the other period."""
        return ask_gone(self._db, self._section, criteria)

    def names(self, criteria: Criteria, ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """What these are called, as far as whoever asks may know it."""
        return ask_called(self._db, criteria, ids).read()
