"""Reads files of reports again: which report they are, and their cells as they were written."""

import codecs
import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, InvalidOperation
from itertools import takewhile
from types import MappingProxyType

from api.reports.files.about import MARK, About, NoReport
from api.reports.files.cells import NUMBERS, guarded
from api.reports.files.workbook import Sheet, sheets_of
from api.reports.files.xlsx import ABOUT, COLUMN, REPORT, TOKEN
from domain.catalog.cells import moment_text
from projections.reports.columns import Column, Unit

_SEPARATORS = (",", ";", "\t")
#: How far a time in a spreadsheet can be from the one that was written.
MOST_MICROSECONDS = 2
#: The day that spreadsheets count from.
_FIRST_DAY = datetime(1899, 12, 30, tzinfo=UTC)


#: A spreadsheet counts in so many digits.
_DIGITS = Context(prec=15)
#: No sum has more: 2^63 amounts of 64 bits have 38, and five places. Decimals otherwise end at 28.
_SUM = Context(prec=50)
#: The places beyond which nothing is counted, by unit; of amounts those of the currency.
_PLACES: Mapping[Unit, int] = MappingProxyType({"quantity": 5, "count": 0, "ratio": 4})


@dataclass(frozen=True, kw_only=True)
class WrittenCells:
    """What stands in a file.

    `headers` are those of all its sheets; `lines` its rows and totals as `Cells` has them, with all that
    stands beyond the columns. What says what it is of `has_totals` too. `facts`, and `labels` of columns by
    their names, are what a spreadsheet says that it is of.
    """

    headers: Sequence[list[str]]
    lines: Sequence[list[str]]
    has_totals: bool
    facts: Sequence[tuple[str, str]] | None = None
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class WrittenFile:
    """A file of a report: what it says it is, and its cells row by row; a PDF has none to read."""

    kind: str
    content: bytes

    @classmethod
    def of(cls, content: bytes) -> "WrittenFile":
        """The file, of the format that its first bytes tell."""
        kind = "xlsx" if content.startswith(b"PK") else "pdf" if content.startswith(b"%PDF") else "csv"
        return cls(kind=kind, content=content)

    def about(self) -> About:
        """What it says it is. Raises NoReport."""
        if self.kind != "xlsx":
            return About.of(self.content)
        cells = (cell for row in self._about_sheet().rows() for cell in row)
        return About.of("\n".join(cell or "" for cell in cells).encode())

    def cells(self, columns: Sequence[Column], places: int) -> WrittenCells | None:
        """All that stands in it, as far as it can be read. Raises NoReport."""
        if self.kind == "pdf":
            return None
        return self._xlsx_cells(columns, places) if self.kind == "xlsx" else self._csv_cells(columns)

    def rows(self, columns: Sequence[Column], places: int) -> list[list[str]] | None:
        """The rows without totals of a file as it was written. Raises NoReport."""
        cells = self.cells(columns, places)
        if cells is None:
            return None
        lines = cells.lines[:-1] if cells.has_totals else cells.lines
        return [line[: len(columns)] for line in lines]

    def _csv_cells(self, columns: Sequence[Column]) -> WrittenCells:
        text = self.content.removeprefix(codecs.BOM_UTF8).decode(errors="replace")
        first = text.partition("\n")[0]
        separator = max(_SEPARATORS, key=first.count)
        every = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if line]
        if not every:
            raise NoReport
        lines = [line for line in every[1:] if not line[0].startswith(MARK)]
        return WrittenCells(
            headers=every[:1],
            lines=[_plain(line, columns) for line in lines],
            has_totals=len(lines) < len(every) - 1,
        )

    def _xlsx_cells(self, columns: Sequence[Column], places: int) -> WrittenCells:
        sheets = [sheet for sheet in sheets_of(self.content) if sheet.name.startswith(REPORT)]
        tables = [[[cell or "" for cell in row] for row in sheet.rows()] for sheet in sheets]
        about = [[*(cell or "" for cell in row), "", ""][:2] for row in self._about_sheet().rows()]
        facts = [(label, text) for label, text in takewhile(lambda line: line[0] != TOKEN, about)]
        at = next((index for index, line in enumerate(about) if line[0] == COLUMN), len(about))
        return WrittenCells(
            headers=[line for table in tables for line in table[:1]] or [[]],
            lines=[_texts(line, columns, places) for table in tables for line in table[1:]],
            has_totals=True,
            facts=facts,
            labels=dict(about[at:]),
        )

    def _about_sheet(self) -> Sheet:
        sheets = sheets_of(self.content)
        return next((sheet for sheet in sheets if sheet.name == ABOUT), sheets[-1])


def are_near(one: str, other: str) -> bool:
    """Whether two times are the same but for what a spreadsheet, which counts in days, loses of them."""
    try:
        between = datetime.fromisoformat(one) - datetime.fromisoformat(other)
    except (TypeError, ValueError):
        return False
    return abs(between) <= timedelta(microseconds=MOST_MICROSECONDS)


def number_text(cell: str, unit: Unit, places: int) -> str:
    """A number with the places that `Cells` gives it, whoever saved it; one that has more stays as it is."""
    try:
        number = Decimal(cell)
        exact = number.quantize(Decimal(1).scaleb(-_PLACES.get(unit, places)), context=_SUM)
    except InvalidOperation:
        return cell
    if exact not in (number, _DIGITS.plus(number)):
        return cell
    return f"{exact.normalize(_SUM):f}" if unit == "quantity" else f"{exact:f}"


def _plain(line: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """Texts without their guard, numbers with a point."""
    cells = [_plain_cell(cell, column) for cell, column in zip(line, columns, strict=False)]
    return [*cells, *line[len(columns) :]]


def _plain_cell(cell: str, column: Column) -> str:
    if column.unit in NUMBERS:
        return cell.replace(",", ".")
    return cell[1:] if cell.startswith("'") and guarded(cell[1:]) == cell else cell


def _texts(line: Sequence[str], columns: Sequence[Column], places: int) -> list[str]:
    """Cells of a spreadsheet as `Cells` has them; what cannot be their value stays as it is."""
    padded = [*line, *[""] * (len(columns) - len(line))]
    cells = [_text(cell, column, places) for cell, column in zip(padded, columns, strict=False)]
    return [*cells, *padded[len(columns) :]]


def _text(cell: str, column: Column, places: int) -> str:
    if column.unit in NUMBERS:
        return number_text(cell, column.unit, places)
    read = _READ.get(column.unit)
    if not cell or read is None:
        return cell
    try:
        return read(Decimal(cell))
    except (ArithmeticError, LookupError, ValueError):
        return cell


def _moment(number: Decimal) -> str:
    microseconds = int((number * 86_400_000_000).to_integral_value())
    # A spreadsheet counts in 15 digits, which is a microsecond or two.
    millisecond = round(microseconds, -3)
    is_near = abs(millisecond - microseconds) <= MOST_MICROSECONDS
    exact = millisecond if is_near else microseconds
    return moment_text(_FIRST_DAY + timedelta(microseconds=exact))


def _day(number: Decimal) -> str:
    return f"{_FIRST_DAY + timedelta(days=_whole(number)):%Y-%m-%d}"


def _flag(number: Decimal) -> str:
    return {0: "false", 1: "true"}[_whole(number)]


def _whole(number: Decimal) -> int:
    """Raises ValueError for a number that is none."""
    if number != int(number):
        raise ValueError
    return int(number)


_READ: Mapping[Unit, Callable[[Decimal], str]] = MappingProxyType(
    {"date": _day, "time": _moment, "flag": _flag}
)
