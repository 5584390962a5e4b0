"""The cells of a report as text: the same in every file, so that files of any format can be compared."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from types import MappingProxyType
from typing import Any, cast

from domain.catalog.cells import moment_text, money_text
from projections.base import Row
from projections.reports.columns import Column, Unit

#: What begins a formula in some spreadsheet, also in the wide forms that keyboards of the East write.
_FORMULA = frozenset("=+-@\t\r＝＋－＠")  # noqa: RUF001 those are meant
#: What a spreadsheet passes over before it looks for a formula.
_BLANKS = " \n\v\f\u00a0\u3000\u200b\ufeff"


def _decimal(value: Any, _: int) -> str:
    number = cast("Decimal", value)
    return f"{number.normalize():f}"


def _money(value: Any, places: int) -> str:
    return f"-{money_text(-value, places)}" if value < 0 else money_text(value, places)


_TEXTS: Mapping[Unit, Callable[[Any, int], str]] = MappingProxyType(
    {
        "money": _money,
        "quantity": _decimal,
        "count": lambda value, _: str(int(value)),
        "ratio": lambda value, _: f"{value:f}",
        "date": lambda value, _: cast("date", value).isoformat(),
        "time": lambda value, _: moment_text(cast("datetime", value)),
        "text": lambda value, _: str(value),
        "id": lambda value, _: str(value),
        "flag": lambda value, _: "true" if value else "false",
    }
)

#: What stands in the first cell of the footer where that is no figure.
TOTAL = "Total"
#: The units whose cells are numbers.
NUMBERS: frozenset[Unit] = frozenset({"money", "quantity", "count", "ratio"})


def major(amount: int, places: int) -> Decimal:
    """An amount of minor units in major ones, read from its text: what decimals reckon ends at 28 digits."""
    return Decimal(f"{amount}e-{places}")


class Cells:
    """The cells of rows of these columns; amounts have so many decimal `places`."""

    def __init__(self, columns: Sequence[Column], places: int) -> None:
        self.columns = columns
        self._texts = [(column.name, _text_of(column)) for column in columns]
        self._places = places

    def of(self, row: Row) -> list[str]:
        """A row as texts: amounts in major units, dates of ISO 8601, nothing where there is no value."""
        values = ((row.get(name), text) for name, text in self._texts)
        return ["" if value is None else text(value, self._places) for value, text in values]


def _text_of(column: Column) -> Callable[[Any, int], str]:
    return _TEXTS["text"] if column.is_scientific else _TEXTS[column.unit]


def heading(column: Column, currency: str, label: str | None = None) -> str:
    """What people call a column, by its label of today or another one; of amounts with their currency."""
    label = titled(column) if label is None else label
    return f"{label} ({currency})" if column.unit == "money" else label


def titled(column: Column) -> str:
    """The label of a column, with the zone of times."""
    return f"{column.label} (UTC)" if column.unit == "time" else column.label


def headings_checksum(headings: Sequence[str]) -> str:
    """The SHA-256 of what all columns are called, each ended by U+001F."""
    return sha256("".join(f"{one}\x1f" for one in headings).encode()).hexdigest()


class Checksum:
    """The SHA-256 of rows as `Cells` has them, each cell ended by U+001F and each row by a line feed."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.rows = -1
        self._hash = sha256()
        self.add([column.name for column in columns])

    def add(self, cells: Sequence[str]) -> None:
        """Count one more row."""
        self.rows += 1
        self._hash.update("\x1f".join([*cells, "\n"]).encode())

    def hexdigest(self) -> str:
        """That of all rows so far, the names of the columns before them."""
        return self._hash.hexdigest()


def guarded(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula: an apostrophe goes before what begins one."""
    return f"'{text}" if text.lstrip(_BLANKS)[:1] in _FORMULA and text.strip(_BLANKS) else text
