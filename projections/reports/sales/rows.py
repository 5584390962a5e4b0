"""Rows of a batch on their way into a table: by column, with numbers in place of ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, LiteralString

from projections.base import Database

Row = tuple[Any, ...]
#: Columns whose ids become numbers, each with the numbers of its ids.
Numbers = Mapping[str, Mapping[Any, Any]]


@dataclass(frozen=True)
class Rows:
    """Rows that the statement `add` takes as one array a column: of `keys` first, then of `measures`."""

    add: LiteralString
    keys: str
    measures: str = ""
    rows: list[Row] = field(default_factory=list)

    def first(self, name: str) -> dict[Any, int]:
        """The ids in a column in the order in which they are met, each with the position of the first."""
        ids, positions = self._column(name), self._column("position")
        by_id = dict(zip(reversed(ids), reversed(positions), strict=True))
        return {one: by_id[one] for one in dict.fromkeys(ids) if one is not None}

    def _column(self, name: str) -> list[Any]:
        at = self.keys.split().index(name)
        return [row[at] for row in self.rows]

    def write(self, db: Database, numbers: Numbers) -> None:
        """Queue the statement. A measure of which a row has nothing is NULL.

        A column of nothing else, as most are, stays empty: the database fills it up.
        """
        if not self.rows:
            return
        keys, measures = self.keys.split(), self.measures.split()
        params: dict[str, Any] = {"company_id": db.company_id}
        for name, values in zip((*keys, *measures), zip(*self.rows, strict=True), strict=True):
            if name in numbers:
                given = numbers[name]
                params[name] = [given[value] for value in values]
            elif name in measures:
                params[name] = [value or None for value in values] if any(values) else []
            else:
                params[name] = list(values)
        db.execute(self.add, params)
