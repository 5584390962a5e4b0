"""Whether a file of a report still says what the log says, and since when the log says something else."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, LiteralString

from api.reports.asking import request_of
from api.reports.exports.parameters import load_section_query, section_of, texts_of
from api.reports.files import About, NoReport
from api.reports.files.cells import Cells, Checksum
from api.reports.files.compared import compared_columns, shown_rows
from api.reports.files.reading import WrittenFile, are_near
from commands.ports import Caller
from domain.money import exponent
from infra.decisions.application import ask_known
from infra.postgres.pipeline import RequestConnection, request_transaction
from projections.base import Row
from projections.reports.columns import Column
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


@dataclass(frozen=True, kw_only=True)
class CellDifference:
    """A cell that is another: of which row, by its keys, and column; what it was, and what it is."""

    row: str
    column: str
    before: str
    after: str


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

    `altered` are cells that are not what the log says up to the file's own position; None where that is known
    by the checksum alone. `changed` are cells that are others today, and `late_facts` the first events that
    made them so.
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
    """Ask the same again, up to the position of the file and up to now. Raises NoReport."""
    log = _Log(connection, about)
    then = log.rows_at(about.position)
    own = _with_exact_times(log, file.rows(log.columns, about, exponent(about.currency)), then)
    parted = [] if own is None else list(_differences(log, own, then))
    # What is as it was written and goes by another name today was not altered.
    is_as_written = own is not None and _checksum(log.columns, own) == about.checksum
    renamed = [one for one in parted if is_as_written and one.column in log.names]
    altered = None if own is None else [one for one in parted if one not in renamed]
    known = log.known()
    changed = list(_differences(log, then, log.rows_at(known)))
    return Verification(
        about=about,
        holds=not altered if altered is not None else _checksum(log.columns, then) == about.checksum,
        altered=altered,
        changed=[*renamed, *changed],
        late_facts=list(log.late_facts(about.position, known)) if changed else [],
        known=known,
    )


class _Log:
    """What the section of a file answers up to any position, with the columns that the file has."""

    def __init__(self, connection: RequestConnection, about: About) -> None:
        self._connection = connection
        self._about = about
        self.section: Section = section_of(about.area, about.section)
        every = compared_columns(self.section.all_columns)
        names: dict[str, Column] = {column.name: column for column in every}
        if not {*about.columns} <= names.keys():
            raise NoReport
        self.columns: list[Column] = [names[name] for name in about.columns]
        #: Of the columns those that only say what rows are called.
        self.names: set[str] = {key.name for key in self.section.keys} - {*self.section.identity}

    def rows_at(self, position: int) -> list[list[str]]:
        """The rows, as texts."""
        about = self._about
        query = load_section_query(self.section, texts_of(about.query))
        needs = frozenset(column.needs for column in self.section.all_columns if column.needs)
        caller = Caller(company_id=about.company_id, user_id=None)
        request = request_of(self.section, query, caller, needs, about.made_at)
        asked = replace(request.asked(position, about.week_start), page=1, limit=None)
        cells = Cells(self.columns, exponent(about.currency))
        with request_transaction(self._connection, about.company_id, reading=True) as db:
            return [cells.of(row) for row in shown_rows(ask_table(db, self.section, asked).read())]

    def known(self) -> int:
        """Up to which position the log is known to the section's read models."""
        names = tuple(model.name for model in self.section.sources)
        with request_transaction(self._connection, self._about.company_id, reading=True) as db:
            return ask_known(db, names)()

    def late_facts(self, position: int, known: int) -> Iterator[LateFact]:
        """The first events after a position that each made the answer another, found by halving."""
        rows, latest = self.rows_at(position), self.rows_at(known)
        for _ in range(MOST_FACTS):
            if rows == latest:
                return
            low, high = position, known
            while high - low > 1:
                middle = (low + high) // 2
                if self.rows_at(middle) == rows:
                    low = middle
                else:
                    high = middle
            position, rows = high, self.rows_at(high)
            yield self._fact(high)

    def _fact(self, position: int) -> LateFact:
        with request_transaction(self._connection, self._about.company_id, reading=True) as db:
            params = {"company_id": self._about.company_id, "position": position}
            row: Row = db.ask(_FACT, params).row() or {}
        return LateFact(**{**row, "stream_id": str(row["stream_id"])})

    def key_of(self, row: Sequence[str]) -> tuple[str, ...]:
        """What tells a row apart."""
        at = [index for index, column in enumerate(self.columns) if column.name in self.section.identity]
        return tuple(row[index] for index in at)

    def name_of(self, row: Sequence[str]) -> str:
        """A row by its keys, as people know it."""
        keys = {key.name for key in self.section.keys}
        named = zip(self.columns, row, strict=False)
        return ", ".join(cell for column, cell in named if column.name in keys and cell) or "the whole"


def _checksum(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> str:
    checksum = Checksum(columns)
    for row in rows:
        checksum.add(row)
    return checksum.hexdigest()


def _differences(
    log: _Log, before: Sequence[Sequence[str]], after: Sequence[Sequence[str]]
) -> Iterator[CellDifference]:
    """The cells in which the rows of the same key differ; a row that one of them lacks has empty cells."""
    earlier, later = _by_key(log, before), _by_key(log, after)
    nothing: Sequence[str] = [""] * len(log.columns)
    for key in dict.fromkeys([*earlier, *later]):
        old, new = earlier.get(key, nothing), later.get(key, nothing)
        for index, column in enumerate(log.columns):
            if _at(old, index) != _at(new, index):
                name = log.name_of(new if key in later else old)
                yield CellDifference(
                    row=name, column=column.name, before=_at(old, index), after=_at(new, index)
                )


def _with_exact_times(
    log: _Log, own: list[list[str]] | None, then: Sequence[Sequence[str]]
) -> list[list[str]] | None:
    """The rows of a file with times as they were before a spreadsheet counted them in days."""
    times = [index for index, column in enumerate(log.columns) if column.unit == "time"]
    exact = _by_key(log, then)
    for key, row in _by_key(log, own or []).items():
        other = exact.get(key, row)
        for index in times:
            if are_near(_at(row, index), _at(other, index)):
                row[index] = other[index]  # type: ignore[index]  # a list, of our own making
    return own


def _by_key(log: _Log, rows: Sequence[Sequence[str]]) -> dict[Any, Sequence[str]]:
    """By their keys; a key that occurs again counts as one more."""
    found: dict[Any, Sequence[str]] = {}
    for row in rows:
        key: Any = log.key_of(row)
        while key in found:
            key = (*key, "again")
        found[key] = row
    return found


def _at(row: Sequence[str], index: int) -> str:
    return row[index] if index < len(row) else ""
