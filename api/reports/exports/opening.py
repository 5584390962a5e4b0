"""Opens a report for a file: finds what is asked for, up to one position, page after page."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from api.reports.asking import Request
from api.reports.exports.parameters import query_text
from api.reports.files import About, Report
from projections.base import Database, Row
from projections.reports.section import Asked, Section
from projections.reports.table import Table, ask_table

#: How many rows of a long section are asked for at a time.
PAGE = 5_000

#: Asks one page; each may have a transaction of its own, for all are of the same position.
Ask = Callable[[Asked], Table]


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A request for a file, of this company, made at this moment, up to this position."""

    request: Request
    texts: Mapping[str, Any]
    company: Row
    position: int
    made_at: datetime

    def open(self, ask: Ask) -> Report:
        """The report. What comes after its first page is asked for as it is read."""
        section = self.request.section
        asked = replace(
            self.request.asked(self.position, self.company["week_start"]),
            page=1,
            limit=PAGE if section.is_ranked else None,
        )
        first = ask(asked)
        return Report(about=self._about(section, first), first=first, rest=_further_pages(ask, asked, first))

    def _about(self, section: Section, first: Table) -> About:
        return About(
            company_id=self.company["company_id"],
            company=self.company["name"],
            currency=self.company["currency"],
            area=section.area,
            section=section.path,
            title=section.title,
            query=query_text(_with_stores(self.texts, self.request.stores)),
            columns=tuple(column.name for column in first.columns),
            position=self.position,
            week_start=self.company["week_start"],
            made_at=self.made_at,
        )


def _further_pages(ask: Ask, asked: Asked, first: Table) -> Iterator[Table]:
    if asked.limit is None:
        return
    for number in range(2, -(-first.count // asked.limit) + 1):
        yield ask(replace(asked, page=number))


def _with_stores(texts: Mapping[str, Any], stores: tuple[UUID, ...] | None) -> Mapping[str, Any]:
    """What was asked for, with the stores that somebody who named none is bound to."""
    return texts if stores is None else {**texts, "store_id": sorted(map(str, stores))}


def asking(db: Database, section: Section) -> Ask:
    """Asks pages over one transaction."""
    return lambda asked: ask_table(db, section, asked).read()
