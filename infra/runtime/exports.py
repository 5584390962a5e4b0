"""Writes files of reports that a worker is asked for, as the API writes those that are asked for at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import IO
from uuid import UUID

import msgspec

from api.answers.record import VIEW_EXPECTED
from api.reports.asking import request_of
from api.reports.exports.opening import Opening, Pages, PagesOf
from api.reports.exports.parameters import OUTSIDE, load_section_query, options_of, section_of, texts_of
from api.reports.files import FILES, Report
from api.reports.permissions import PERMISSIONS
from commands.ports import Caller, Missing
from infra.decisions.positions import LogPosition
from infra.files.exports import Export, Written
from infra.files.standing import as_of_now
from projections.base import Row, plan_for_values
from projections.companies import find_company
from projections.reports.columns import needs_of
from projections.reports.section import Criteria, Section
from projections.reports.table import Table


def write_export(export: Export, file: IO[bytes]) -> Written:
    """Write what was asked for, with the rights that whoever asked has now.

    Raises the refusals of the section, MayNoMore, TokenRevoked, ProjectionBehind.
    """
    row = export.row
    values = msgspec.json.decode(row["options"])
    opening = _opened(export, is_outside=values.get(OUTSIDE, False))
    report = opening.open(_PagesApart(export, opening.request.section))
    counted = replace(report, first=report.first, rest=_counted(export, report))
    options = options_of(values, opening.company["currency"])
    about = FILES[row["format"]].write(counted, file, options)
    return Written(rows=about.rows, about=about.token, needs=needs_of(report.columns))


def _opened(export: Export, *, is_outside: bool) -> Opening:
    """What is asked for, up to which position, in whose name; of what is for outside, with no right."""
    row = export.row
    section, texts = section_of(row["area"], row["section"]), texts_of(row["parameters"])
    parameters = load_section_query(section, texts)
    with export.reading() as db:
        asked = LogPosition(db, tuple(model.name for model in section.sources))
        caller = Caller(company_id=db.company_id, user_id=row["user_id"], request_id=row["request_id"])
        caller = as_of_now(db, caller, PERMISSIONS[section.area], writing=False)
        company = find_company(db)
        if company is None:
            raise Missing
        permissions = frozenset[str]() if is_outside else permissions_in(company, caller)
        request = request_of(section, parameters, caller, permissions, row["created_at"])
        position = min(request.ask_position(db).read(), asked.known())
    return Opening(
        request=request,
        texts=texts,
        company=company,
        position=export.pin(position),
        made_at=row["created_at"],
    )


def permissions_in(company: Row, caller: Caller) -> frozenset[str]:
    """What the caller holds. Where counts are not blind, everybody may see what drawers should hold."""
    return caller.permissions if company["blind_close"] else caller.permissions | {VIEW_EXPECTED}


class _PagesApart(Pages):
    """Pages that have a transaction each, so that none is open for as long as all take."""

    def __init__(self, export: Export, section: Section) -> None:
        self._export = export
        self._section = section

    def table(self, criteria: Criteria) -> Table:
        """One page of the section."""
        with self._pages() as pages:
            return pages.table(criteria)

    def gone(self, criteria: Criteria) -> list[Row]:
        """What is gone of one page of the other period."""
        with self._pages() as pages:
            return pages.gone(criteria)

    def names(self, criteria: Criteria, ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """What these are called, as far as whoever asks may know it."""
        with self._pages() as pages:
            return pages.names(criteria, ids)

    @contextmanager
    def _pages(self) -> Iterator[Pages]:
        with self._export.reading() as db:
            plan_for_values(db)
            yield PagesOf(db, self._section)


def _counted(export: Export, report: Report) -> Iterator[Table]:
    """The further pages; before each of them it is told how many rows are written."""
    done, total = len(report.first.rows), report.first.count
    export.tell(done, total)
    for table in report.rest:
        yield table
        done += len(table.rows)
        export.tell(done, total)
