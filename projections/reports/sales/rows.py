"""Rows of a batch on their way into a table: by column, with numbers in place of ids."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any, LiteralString

from projections.base import Database

Row = tuple[Any, ...]
#: Columns whose ids become numbers, each with the numbers of its ids.
Numbers = Mapping[str, Mapping[Any, Any]]
#: The column that numbers the rows of a fact, from 0.
LINE = "line"


class Rows:
    """Rows that the statement `add` takes as one array a column: first what all rows of a fact share.

    They come fact by fact and stay as they come until they are turned into columns, all at once: what is
    done value by value for each row costs more than anything else does.
    """

    def __init__(self, add: LiteralString, shared: str, own: str, measures: str = "") -> None:
        self._add = add
        self._shared, self._own, self._measures = shared.split(), own.split(), frozenset(measures.split())
        self._own += measures.split()
        self._facts: list[Row] = []
        self._counts: list[int] = []
        self.rows: list[Row] = []

    def extend(self, shared: Row, rows: Sequence[Row]) -> None:
        """Take the rows of a fact."""
        if rows:
            self._facts.append(shared)
            self._counts.append(len(rows))
            self.rows += rows

    def column(self, name: str) -> Sequence[Any]:
        """What a column has, row by row."""
        if name in self._shared:
            at = self._shared.index(name)
            return self._repeated([fact[at] for fact in self._facts])
        at = self._own.index(name)
        return [row[at] for row in self.rows]

    def _repeated(self, values: Iterable[Any]) -> list[Any]:
        """What facts share, once for each of their rows."""
        return list(chain.from_iterable(map(repeat, values, self._counts)))

    def write(self, db: Database, numbers: Numbers) -> None:
        """Queue the statement. A measure of which a row has nothing is NULL.

        A column of nothing else, as most are, stays empty: the database fills it up.
        """
        if not self.rows:
            return
        params: dict[str, Any] = {"company_id": db.company_id}
        for name, values in zip(self._shared, zip(*self._facts, strict=True), strict=True):
            params[name] = self._repeated(_numbered(name, values, numbers))
        for name, values in zip(self._own, zip(*self.rows, strict=True), strict=True):
            measured = name in self._measures
            params[name] = _some(values) if measured else list(_numbered(name, values, numbers))
        params[LINE] = list(chain.from_iterable(map(range, self._counts)))
        db.execute(self._add, params)


def _numbered(name: str, values: Sequence[Any], numbers: Numbers) -> Iterable[Any]:
    return map(numbers[name].__getitem__, values) if name in numbers else values


def _some(values: Sequence[int]) -> list[int | None]:
    if all(values):
        return list(values)
    return [value or None for value in values] if any(values) else []
