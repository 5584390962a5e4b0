"""Reads files of reports again: which report they are, and their cells as they were written."""

import codecs
import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import islice
from types import MappingProxyType

from api.reports.files.about import About, NoReport
from api.reports.files.cells import NUMBERS, guarded
from api.reports.files.csv import CURRENCY
from api.reports.files.workbook import sheets_of
from domain.catalog.cells import moment_text
from projections.reports.columns import Column

_SEPARATORS = (",", ";", "\t")
#: How far a time in a spreadsheet can be from the one that was written.
MOST_MICROSECONDS = 2
#: The day that spreadsheets count from.
_FIRST_DAY = datetime(1899, 12, 30, tzinfo=UTC)


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
        cells = (cell for row in sheets_of(self.content)[-1].rows() for cell in row)
        return About.of("\n".join(cell or "" for cell in cells).encode())

    def rows(self, columns: Sequence[Column], about: About, places: int) -> list[list[str]] | None:
        """Its rows without footer, as `Cells` has them, as far as they can be read. Raises NoReport."""
        if self.kind == "pdf":
            return None
        if self.kind == "xlsx":
            return self._xlsx_rows(columns, about, places)
        return self._csv_rows(columns)

    def _csv_rows(self, columns: Sequence[Column]) -> list[list[str]]:
        text = self.content.removeprefix(codecs.BOM_UTF8).decode(errors="replace")
        header = text.partition("\r\n")[0]
        separator = max(_SEPARATORS, key=header.count)
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        if not lines or lines[0] != [*(column.name for column in columns), CURRENCY]:
            raise NoReport
        body = lines[1:-2] if lines[-1][0].startswith("mipos-report:") else lines[1:]
        return [_plain(line[:-1], columns) for line in body]

    def _xlsx_rows(self, columns: Sequence[Column], about: About, places: int) -> list[list[str]]:
        sheets = [sheet for sheet in sheets_of(self.content) if sheet.name.startswith("Report")]
        lines = [line for sheet in sheets for line in islice(sheet.rows(), 1, None)]
        body = lines[:-1] if len(lines) > about.rows else lines
        return [_texts(line, columns, places) for line in body]


def are_near(one: str, other: str) -> bool:
    """Whether two times are the same but for what a spreadsheet, which counts in days, loses of them."""
    try:
        between = datetime.fromisoformat(one) - datetime.fromisoformat(other)
    except ValueError:
        return False
    return abs(between) <= timedelta(microseconds=MOST_MICROSECONDS)


def _plain(line: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """Texts without their guard, numbers with a point."""
    cells = []
    for cell, column in zip(line, columns, strict=False):
        if column.unit in NUMBERS:
            cells.append(cell.replace(",", "."))
        else:
            cells.append(cell[1:] if cell.startswith("'") and guarded(cell[1:]) == cell else cell)
    return cells


def _texts(line: Sequence[str | None], columns: Sequence[Column], places: int) -> list[str]:
    padded = [*line, *[None] * (len(columns) - len(line))]
    return [_text(cell, column, places) for cell, column in zip(padded, columns, strict=False)]


def _text(cell: str | None, column: Column, places: int) -> str:
    """A cell of a spreadsheet as `Cells` has it; what cannot be its value stays as it is."""
    read = _READ.get(column.unit)
    if not cell or read is None:
        return cell or ""
    try:
        return read(Decimal(cell), places)
    except (InvalidOperation, OverflowError):
        return cell


def _moment(number: Decimal, _: int) -> str:
    microseconds = int((number * 86_400_000_000).to_integral_value())
    # A spreadsheet counts in 15 digits, which is a microsecond or two.
    millisecond = round(microseconds, -3)
    is_near = abs(millisecond - microseconds) <= MOST_MICROSECONDS
    exact = millisecond if is_near else microseconds
    return moment_text(_FIRST_DAY + timedelta(microseconds=exact))


def _quantity(number: Decimal, _: int) -> str:
    return f"{number.normalize():f}"


_READ: Mapping[str, Callable[[Decimal, int], str]] = MappingProxyType(
    {
        "money": lambda number, places: f"{number:.{places}f}",
        "quantity": _quantity,
        "count": _quantity,
        "ratio": lambda number, _: f"{number:.4f}",
        "date": lambda number, _: f"{_FIRST_DAY + timedelta(days=int(number)):%Y-%m-%d}",
        "time": _moment,
        "flag": lambda number, _: "true" if number else "false",
    }
)
