"""The columns of reports: what a figure means, in which unit it is, and who may see it, declared once.

Answers, files, explanations and the document of the interface all follow from these declarations.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, LiteralString

from domain.money import round_ratio, scaled
from projections.base import Row

#: Money is minor currency units, quantities have up to five places, ratios mostly four, half up.
Unit = Literal["money", "quantity", "count", "ratio", "date", "time", "text", "id", "flag"]
#: How a footer is made of a column: it is added up, follows from what is added up, or has none.
Footer = Literal["sum", "derived", "none"]

#: The permission without which costs and all that tells of them are left out.
COSTS = "costs.view"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a report; without the permission `needs` it is in no answer, file, order or explanation."""

    name: LiteralString
    label: str
    unit: Unit
    meaning: str
    needs: str | None = None
    example: Any = None
    #: Whether people read the ratio as a percentage.
    is_percent: bool = False
    #: Whether the ratio comes as a text with a power of ten, such as `1.271e-12`.
    is_scientific: bool = False
    #: How many decimal places a ratio has.
    places: int = 4
    #: The columns that it follows from, which explain it: those of its row, and those of the whole section.
    inputs: tuple[LiteralString, ...] = ()
    of_whole: tuple[LiteralString, ...] = ()
    #: How, as people write it.
    text: str | None = None

    @property
    def footer(self) -> Footer:
        """How its footer is made."""
        return "none"

    @property
    def is_additive(self) -> bool:
        """Whether the figures of rows add up to that of all of them."""
        return self.footer == "sum"

    def is_summed(self, group: str | None) -> bool:
        """Whether the footer of rows that are told apart so is their sum; without a group, as usual."""
        del group
        return self.footer == "sum"

    @property
    def formula(self) -> str | None:
        """What it is computed from, in terms of other columns."""
        return self.text


@dataclass(frozen=True, kw_only=True)
class Key(Column):
    """What tells the rows apart, or says more about what does, such as its name."""


@dataclass(frozen=True, kw_only=True)
class Measure(Column):
    """A figure that adds up over facts; `sum` is what of a fact is added, in SQL, by default its column.

    Where it is no sum over facts, though its rows do add up, `aggregate` says in SQL what it is.
    """

    sum: LiteralString | None = None
    aggregate: LiteralString | None = None

    @property
    def footer(self) -> Footer:
        """It adds up over rows as it does over facts."""
        return "sum"


@dataclass(frozen=True, kw_only=True)
class Distinct(Measure):
    """How many different ones there are: it adds up over facts of a row, and not over rows.

    Where rows share some of them in certain groups alone (`shared_in`), it adds up over those of the others.
    """

    shared_in: tuple[str, ...] | None = None

    @property
    def footer(self) -> Footer:
        """Only a question about the whole knows it."""
        return "none"

    def is_summed(self, group: str | None) -> bool:
        """Whether each of them is in one row."""
        return self.shared_in is not None and group not in self.shared_in


@dataclass(frozen=True, kw_only=True)
class Derived(Column):
    """A figure that follows from its `inputs`, alike in rows, footers and comparisons.

    It is made `of` the figures of a row, or of a footer, and of those of the whole section. What adds up as
    its inputs do has their `signs`, and so facts of its own.
    """

    of: Callable[[Row, Row], Any]
    signs: tuple[LiteralString, ...] = ()

    @property
    def footer(self) -> Footer:
        """It follows from the footers of its inputs."""
        return "derived"

    @property
    def is_additive(self) -> bool:
        """It adds up as its inputs do, if it is their sum."""
        return bool(self.signs)


def ratio(numerator: int | Decimal | None, denominator: int | Decimal | None) -> Decimal | None:
    """One by the other to four places, half up; None where there is nothing to divide by."""
    if numerator is None or not denominator:
        return None
    sign = 1 if denominator > 0 else -1
    # Both as whole numbers: quantities have five places at most.
    over, under = _scaled(numerator), _scaled(denominator)
    return Decimal(round_ratio(sign * over * 10**4, sign * under)).scaleb(-4)


def _scaled(value: int | Decimal) -> int:
    return scaled(value) if isinstance(value, Decimal) else value * 10**5


def derive(row: Row, overall: Row, columns: Sequence[Column]) -> Row:
    """A row with what follows from its figures and those of the whole, in the order of the columns."""
    for column in columns:
        if isinstance(column, Derived):
            figure = column.of(row, overall)
            row[column.name] = trimmed(figure) if column.unit == "quantity" else figure
    return row


def sums_of(rows: Iterable[Row], columns: Sequence[Column], group: str | None = None) -> Row:
    """What the figures of rows add up to, without what follows from it; None for what does not add up.

    `group` is what the rows are told apart by, where that is not the usual.
    """
    several = list(rows)
    return {
        column.name: _sum_of(several, column) if column.is_summed(group) else None
        for column in columns
        if not isinstance(column, Key | Derived)
    }


def _sum_of(rows: Sequence[Row], column: Column) -> int | Decimal:
    nothing: Any = Decimal(0) if column.unit == "quantity" else 0
    total: int | Decimal = trimmed(sum((row[column.name] or nothing for row in rows), nothing))
    return total


def trimmed(value: Any) -> Any:
    """A quantity without zeros at its end, as the database writes it; anything else as it is."""
    if not isinstance(value, Decimal):
        return value
    shorter = value.normalize()
    return shorter if shorter.as_tuple().exponent <= 0 else shorter.quantize(Decimal(1))  # type: ignore[operator]


def needs_of(columns: Iterable[Column]) -> frozenset[str]:
    """The permissions that it takes to see all of the columns."""
    return frozenset(column.needs for column in columns if column.needs)


def visible(columns: Iterable[Column], permissions: Collection[str]) -> tuple[Column, ...]:
    """The columns that somebody with these permissions may see."""
    return tuple(column for column in columns if column.needs is None or column.needs in permissions)
