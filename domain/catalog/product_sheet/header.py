"""The header of a sheet: which of the catalog's columns stand where."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from domain.catalog.product_sheet.columns import COLUMNS, REQUIRED
from domain.errors import Detail
from domain.sheets import SheetNotReadable

#: A header of more columns is not looked at any further.
MOST_COLUMNS = 1000
#: How alike two names must be for one to be meant by the other.
_LIKENESS = 0.6


def name_of(header: str) -> str:
    """A column's name as it is compared."""
    return "_".join(header.split()).casefold()


def known_columns(header: Sequence[str], *, ignore_unknown: bool = False) -> tuple[str | None, ...]:
    """The catalog's columns in their order; None for one that is passed over.

    Raises SheetNotReadable, naming every wrong column, the nearest there is, and all there are.
    """
    check_width(header)
    names = tuple(name_of(one) for one in header)
    wrong = [*_doubled(names), *_missing(names)]
    if not ignore_unknown:
        wrong = [*_unknown(names), *wrong]
    if wrong:
        message = f"Columns are wrong. There are these: {', '.join(COLUMNS)}."
        raise SheetNotReadable(message, details=wrong)
    return tuple(name if name in COLUMNS else None for name in names)


def check_width(header: Sequence[str]) -> None:
    """Raise SheetNotReadable for more columns than anybody needs."""
    if len(header) > MOST_COLUMNS:
        message = f"The header has {len(header):,} columns; a file has {MOST_COLUMNS:,} at most."
        raise SheetNotReadable(details=[Detail("", "too_many_columns", message)])


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Which of the names is most like this one; None if none is."""
    return next(iter(get_close_matches(name[:80], [*names], n=1, cutoff=_LIKENESS)), None)


def _unknown(names: Iterable[str]) -> Iterator[Detail]:
    for name in names:
        if name not in COLUMNS:
            near = nearest(name, COLUMNS)
            hint = f"; {near} is the nearest" if near else ""
            yield Detail(name[:80], "unknown_column", f"There is no such column{hint}.")


def _doubled(names: Sequence[str]) -> Iterator[Detail]:
    for name in sorted({name for name in names if name in COLUMNS and names.count(name) > 1}):
        yield Detail(name, "duplicate_column", "This column is there twice.")


def _missing(names: Sequence[str]) -> Iterator[Detail]:
    for name in REQUIRED:
        if name not in names:
            yield Detail(name, "missing_column", "This column is required.")
