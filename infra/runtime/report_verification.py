"""Whether a file of a report still says what the log says, and since when the log says something else."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import LiteralString

from api.reports.asking import request_of
from api.reports.exports.parameters import load_section_query, section_of, texts_of
from api.reports.files import About, NoReport
from api.reports.files.about import BASKETS
from api.reports.files.cells import Cells
from api.reports.files.compared import compared_columns, shown_footer, shown_rows
from api.reports.files.differing import CellDifference, Layout, Line
from api.reports.files.reading import WrittenCells, WrittenFile
from commands.ports import Caller
from domain.money import exponent
from infra.decisions.positions import LogPosition
from infra.postgres.request_transactions import RequestConnection, request_transaction
from projections.base import Row
from projections.reports.columns import Column, needs_of
from projections.reports.section import Section
from projections.reports.table import ask_table

#: How many late facts are named.
MOST_FACTS = 10

_BY_HASH: LiteralString = """
    SELECT export.about
      FROM company_head AS head
      JOIN report_exports AS export ON export.company_id = head.company_id
     WHERE export.sha256 = %(sha256)s AND export.about IS NOT NULL
     LIMIT 1
"""

_FACT: LiteralString = """
    SELECT position, recorded_at, type, stream_id FROM events
     WHERE company_id = %(company_id)s AND position = %(position)s
"""


class NotAskedAgain(Exception):
    """Files of this kind are not asked again, as those of reports are."""


@dataclass(frozen=True, kw_only=True)
class LateFact:
    """An event after which the report was another."""

    position: int
    recorded_at: datetime
    type: str
    stream_id: str


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What became of a file.

    `altered` are cells that are not what the log says up to the file's own position; None where no cells can
    be compared, but only the checksum that the file says it has. `changed` are cells that are others today,
    and `late_facts` the first events that made them so.
    """

    about: About
    holds: bool
    altered: Sequence[CellDifference] | None
    changed: Sequence[CellDifference]
    late_facts: Sequence[LateFact]
    known: int


def about_of(connection: RequestConnection, file: WrittenFile) -> About:
    """What the file is of: as it says itself, else as the server knows by its hash. Raises NoReport."""
    try:
        return file.about()
    except NoReport:
        digest = hashlib.sha256(file.content).hexdigest()
        row = connection.execute(_BY_HASH, {"sha256": digest}).fetchone()
        if row is None:
            raise
        return About.of(row[0].encode())


def verify_file(connection: RequestConnection, file: WrittenFile, about: About) -> Verification:
    """Ask the same again, up to the position of the file and up to now. Raises NoReport, NotAskedAgain."""
    if about.area == BASKETS:
        raise NotAskedAgain
    log = _Log(connection, about, file.kind)
    layout, then = log.layout, log.lines_at(about.position)
    cells = file.cells(layout.columns, exponent(about.currency))
    altered, renamed = (None, []) if cells is None else _altered(log, cells, then)
    known = log.known()
    shown = slice(None) if cells is None or layout.has_totals(cells, then) else slice(-1)
    today = log.lines_at(known)
    changed = list(layout.differences(then[shown], today[shown]))
    return Verification(
        about=about,
        holds=layout.checksum(then[:-1]) == about.checksum if altered is None else not altered,
        altered=altered,
        changed=[*renamed, *changed],
        late_facts=list(log.late_facts((about.position, then), (known, today))) if changed else [],
        known=known,
    )


def _altered(
    log: "_Log", cells: WrittenCells, then: Sequence[Line]
) -> tuple[list[CellDifference], list[CellDifference]]:
    """What was altered in a file, and what is as it was written and goes by another name today."""
    layout = log.layout
    is_as_written, parted = layout.compare(cells, then)
    renamed = [one for one in parted if is_as_written and one.column in log.names]
    headings = list(layout.headings(cells))
    if layout.is_headed_as_written(cells):
        renamed, headings = [*headings, *renamed], []
    altered = [*headings, *(one for one in parted if one not in renamed), *layout.facts(cells)]
    return altered, renamed


#: A position, and the lines that were known there.
_Answer = tuple[int, Sequence[Line]]


class _Log:
    """What the section of a file answers up to any position, with the columns that the file has."""

    def __init__(self, connection: RequestConnection, about: About, kind: str) -> None:
        self._connection = connection
        self._about = about
        self.section: Section = section_of(about.area, about.section)
        if not {*about.columns} <= {one.name for one in compared_columns(self.section.all_columns)}:
            raise NoReport
        query = load_section_query(self.section, texts_of(about.query))
        told = [self.section.told_by(column, query) for column in self.section.all_columns]
        names: dict[str, Column] = {column.name: column for column in compared_columns(told)}
        columns = [names[name] for name in about.columns]
        self.layout = Layout(section=self.section, columns=columns, about=about, kind=kind)
        #: Of the columns those that only say what rows are called.
        self.names: set[str] = {key.name for key in self.section.keys} - {*self.section.identity}

    def lines_at(self, position: int) -> list[list[str]]:
        """The rows as texts, and after them the totals."""
        about = self._about
        query = load_section_query(self.section, texts_of(about.query))
        needs = needs_of(self.section.all_columns)
        caller = Caller(company_id=about.company_id, user_id=None)
        request = request_of(self.section, query, caller, needs, about.made_at)
        criteria = replace(request.criteria(position, about.week_start), page=1, limit=None)
        cells = Cells(self.layout.columns, exponent(about.currency))
        with request_transaction(self._connection, about.company_id, reading=True) as db:
            table = ask_table(db, self.section, criteria).read()
            return self.layout.lines(map(cells.of, shown_rows(table)), cells.of(shown_footer(table)))

    def known(self) -> int:
        """Up to which position the log is known to the section's read models."""
        names = tuple(model.name for model in self.section.sources)
        with request_transaction(self._connection, self._about.company_id, reading=True) as db:
            return LogPosition(db, names).known()

    def late_facts(self, then: _Answer, today: _Answer) -> Iterator[LateFact]:
        """The first events after an answer that each made it another, up to that of today, by halving."""
        (position, lines), (known, latest) = then, today
        for _ in range(MOST_FACTS):
            if lines == latest:
                return
            low, high = position, known
            while high - low > 1:
                middle = (low + high) // 2
                if self.lines_at(middle) == lines:
                    low = middle
                else:
                    high = middle
            position, lines = high, self.lines_at(high)
            yield self._fact(high)

    def _fact(self, position: int) -> LateFact:
        with request_transaction(self._connection, self._about.company_id, reading=True) as db:
            params = {"company_id": self._about.company_id, "position": position}
            row: Row = db.ask(_FACT, params).row() or {}
        return LateFact(**{**row, "stream_id": str(row["stream_id"])})
