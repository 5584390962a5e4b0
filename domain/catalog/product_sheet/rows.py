"""The rows of a sheet of the catalog: still as texts, and read one by one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.catalog.cells import CellNotValid
from domain.catalog.product_sheet.columns import COLUMNS
from domain.catalog.product_sheet.header import known_columns
from domain.sheets import Problem, is_utf8, unguarded
from domain.workbooks import table_of

# These cannot be cleared: an empty cell says None, so that it can be told from a missing column.
_NEVER_EMPTY = frozenset({"name", "sku", "price"})
#: What stands in a row; None says nothing, as a column does that is not there.
Cells = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says: its number, and the values of the columns in which it says something."""

    number: int
    values: Mapping[str, Any]


class Sheet:
    """Rows of the catalog as texts, and what was wrong with their form."""

    def __init__(self, columns: Sequence[str | None]) -> None:
        """`columns` are the catalog's, in their order; those that are passed over are None."""
        self.columns = tuple(columns)
        self.problems: list[Problem] = []
        #: A row's number and its cells; whoever is done with one may put None there.
        self.rows: list[tuple[int, Cells] | None] = []
        #: How many rows there are, right or wrong.
        self.size = 0
        self._indexes = {name: index for index, name in enumerate(self.columns) if name}

    def text(self, cells_of_row: Cells, column: str) -> str:
        """What stands in a cell; nothing where the column is missing."""
        index = self._indexes.get(column)
        cell = cells_of_row[index] if index is not None else None
        return unguarded(cell.strip()).strip() if cell else ""

    def parse(self, number: int, cells_of_row: Cells, places: int, problems: list[Problem]) -> Row:
        """Read a row; `places` are the currency's decimal places. Adds what is wrong to the problems."""
        values: dict[str, Any] = {}
        for name, cell in zip(self.columns, cells_of_row, strict=True):
            if name is None or cell is None:
                continue
            column, text = COLUMNS[name], unguarded(cell.strip()).strip()
            if not text:
                if column.clears:
                    values[name] = {} if name == "options" else column.empty
                elif name in _NEVER_EMPTY:
                    values[name] = None
                continue
            if not is_utf8(text):
                problems.append(Problem(number, name, "not_utf8", "This is not encoded in UTF-8."))
                continue
            try:
                values[name] = column.parse(text, places)
            except CellNotValid as wrong:
                problems.append(Problem(number, name, wrong.code, wrong.message))
        return Row(number, values)


class ProductSheet(Sheet):
    """A file in the catalog's own form."""

    def __init__(self, chunks: Iterable[bytes], *, ignore_unknown: bool = False) -> None:
        """Raises SheetNotReadable for too many rows, or a header it does not know, naming every column."""
        table = table_of(chunks)
        super().__init__(known_columns(table.header, ignore_unknown=ignore_unknown))
        #: The headers that are passed over.
        self.unknown = [name for name, known in zip(table.header, self.columns, strict=True) if not known]
        for number, cells_of_row in table.rows():
            if len(cells_of_row) == len(self.columns):
                self.rows.append((number, cells_of_row))
            else:
                self.problems.append(_odd_row(number, len(cells_of_row), len(self.columns)))
        self.size = len(self.rows) + len(self.problems)
        if table.broken:
            self.problems.append(table.broken)

    @staticmethod
    def check_header(chunks: Iterable[bytes], *, ignore_unknown: bool = False) -> None:
        """Raise SheetNotReadable for a header that is not understood, naming every column."""
        known_columns(table_of(chunks).header, ignore_unknown=ignore_unknown)


def _odd_row(number: int, cells: int, columns: int) -> Problem:
    code = "too_many_cells" if cells > columns else "too_few_cells"
    return Problem(number, "", code, f"The row has {cells} cells; the header has {columns}.")
