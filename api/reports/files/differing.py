"""Where a file of a report differs from an answer: rows match by their keys, and totals by their label."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.reports.files.about import About
from api.reports.files.cells import NUMBERS, TOTAL, Checksum, heading, headings_checksum
from api.reports.files.facts import facts_of
from api.reports.files.reading import WrittenCells, are_near, number_text
from api.reports.files.report import CURRENCY
from api.reports.files.xlsx import ABOUT
from domain.money import exponent
from projections.reports.columns import Column, Key
from projections.reports.section import Section

#: What stands for the row in differences of headings.
_HEADER = "Header"

Line = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class CellDifference:
    """A cell that is another: of which row, by its keys, and column; what it was, and what it is."""

    row: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What lines of files of a section say: cells of these columns, and in a CSV the currency after them."""

    section: Section
    columns: Sequence[Column]
    about: About
    kind: str

    def lines(self, rows: Iterable[Line], totals: Line) -> list[list[str]]:
        """The lines that a file of these rows and totals has."""
        beyond = [self.about.currency] if self.kind == "csv" else []
        return [[*line, *beyond] for line in (*rows, [totals[0] or TOTAL, *totals[1:]])]

    def checksum(self, rows: Iterable[Line]) -> str:
        """That of the rows among lines."""
        checksum = Checksum(self.columns)
        for row in rows:
            checksum.add(row[: len(self.columns)])
        return checksum.hexdigest()

    def compare(self, cells: WrittenCells, expected: Sequence[Line]) -> tuple[bool, list[CellDifference]]:
        """Whether the rows of a file are as they were written, and what it says otherwise than these lines.

        The last of the lines are the totals, which a file has that says so, or has a line more than rows.
        """
        own = self._as_expected(cells.lines, expected)
        if not self.has_totals(cells, expected):
            return self.checksum(own) == self.about.checksum, list(self.differences(own, expected[:-1]))
        totals = [*self._by_key(expected)][-1]
        rows = [line for key, line in self._by_key(own).items() if key != totals]
        return self.checksum(rows) == self.about.checksum, list(self.differences(own, expected))

    def has_totals(self, cells: WrittenCells, expected: Sequence[Line]) -> bool:
        """Whether a file is one with totals, as all are but CSVs of which nobody wanted any."""
        return cells.has_totals or self._count_totals(cells.lines) >= self._count_totals(expected)

    def headings(self, cells: WrittenCells) -> Iterator[CellDifference]:
        """The headings of a file that are not what columns are called today."""
        names = self._headings
        for header in cells.headers:
            for index in range(max(len(header), len(names))):
                before, after = _at(header, index), _at(names, index)
                if before != after:
                    column = self._column(index)
                    yield CellDifference(row=_HEADER, column=column, before=before, after=after)

    def is_headed_as_written(self, cells: WrittenCells) -> bool:
        """Whether the headings are those that it was written with, whatever columns are called today.

        A file of before says so only in its second sheet.
        """
        if self.kind == "csv":
            return False
        if self.about.headings:
            return all(headings_checksum(_trimmed(one)) == self.about.headings for one in cells.headers)
        labelled = [(column, cells.labels.get(column.name)) for column in self.columns]
        names = [heading(column, self.about.currency, label) for column, label in labelled]
        return all(_trimmed(header) == names for header in cells.headers)

    def facts(self, cells: WrittenCells) -> Iterator[CellDifference]:
        """What a spreadsheet says that it is of, where its token says otherwise."""
        if cells.facts is None:
            return
        own, sealed = _by_label(cells.facts), _by_label(facts_of(self.about))
        for label in dict.fromkeys([*own, *sealed]):
            before, after = own.get(label, ""), sealed.get(label, "")
            if before != after:
                yield CellDifference(row=ABOUT, column=label, before=before, after=after)

    def differences(self, before: Sequence[Line], after: Sequence[Line]) -> Iterator[CellDifference]:
        """The cells in which lines of the same key differ; a line that one of them lacks has empty cells."""
        earlier, later = self._by_key(before), self._by_key(after)
        for key in dict.fromkeys([*earlier, *later]):
            old, new = earlier.get(key, ()), later.get(key, ())
            row = self._name_of(new or old)
            for index in range(max(len(old), len(new))):
                was, is_now = _at(old, index), _at(new, index)
                if was != is_now:
                    yield CellDifference(row=row, column=self._column(index), before=was, after=is_now)

    @property
    def _headings(self) -> list[str]:
        if self.kind == "csv":
            return [*(column.name for column in self.columns), CURRENCY]
        # Those of before did not say which zone times are of.
        is_zoned = bool(self.about.headings)
        return [heading(one, self.about.currency, None if is_zoned else one.label) for one in self.columns]

    def _column(self, index: int) -> str:
        """What a column is called; the currency has one of its own, and what stands beyond has a number."""
        names = [*(column.name for column in self.columns), *([CURRENCY] if self.kind == "csv" else [])]
        return names[index] if index < len(names) else f"column {index + 1}"

    def _as_expected(self, lines: Sequence[Line], expected: Sequence[Line]) -> list[Line]:
        """Lines with what a spreadsheet program only writes otherwise as it is expected."""
        exact = self._by_key(expected)
        return [
            [self._cell(index, cell, _at(exact.get(key, ()), index)) for index, cell in enumerate(line)]
            for key, line in self._by_key(lines).items()
        ]

    def _cell(self, index: int, cell: str, expected: str) -> str:
        """A number with its places, a truth in small letters, a time as before it was counted in days."""
        unit = self.columns[index].unit if index < len(self.columns) else "text"
        if unit in NUMBERS:
            return number_text(cell, unit, exponent(self.about.currency))
        if unit == "flag":
            return cell.lower()
        return expected if unit == "time" and are_near(cell, expected) else cell

    def _by_key(self, lines: Sequence[Line]) -> dict[tuple[str, ...], Line]:
        """By their keys; a key that occurs again counts as one more, and an empty line says nothing."""
        found: dict[tuple[str, ...], Line] = {}
        for line in lines:
            if any(line):
                key = self._key_of(line)
                while key in found:
                    key = (*key, "again")
                found[key] = line
        return found

    def _key_of(self, line: Line) -> tuple[str, ...]:
        """What tells a line apart."""
        if self._is_total(line):
            return (TOTAL,)
        identity = self.section.identity
        return tuple(_at(line, index) for index, one in enumerate(self.columns) if one.name in identity)

    def _is_total(self, line: Line) -> bool:
        """Whether it has the label of totals, and no other key."""
        keys = [_at(line, index) for index, one in enumerate(self.columns) if isinstance(one, Key)]
        return keys[:1] == [TOTAL] and not any(keys[1:])

    def _count_totals(self, lines: Sequence[Line]) -> int:
        """How many lines may be totals: where rows have no keys, any."""
        return sum(not self.section.keys or self._is_total(line) for line in lines)

    def _name_of(self, line: Line) -> str:
        """A line by its keys, as people know it."""
        keys = [_at(line, index) for index, one in enumerate(self.columns) if isinstance(one, Key)]
        return ", ".join(filter(None, keys)) or "the whole"


def _by_label(facts: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """What occurs several times is one."""
    found: dict[str, list[str]] = {}
    for label, text in facts:
        found.setdefault(label, []).append(text)
    return {label: ", ".join(texts) for label, texts in found.items()}


def _trimmed(header: Line) -> list[str]:
    """Without empty cells at its end, which office programs may add."""
    cells = [*header]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _at(line: Line, index: int) -> str:
    return line[index] if index < len(line) else ""
