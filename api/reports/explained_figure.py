"""One figure of a section and what it is made of, asked for as far as it must be."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, LiteralString

from projections.base import Database, Row
from projections.reports.columns import Column, Derived
from projections.reports.explaining import Explained, ask_explained
from projections.reports.section import Asked, Section

_NOTHING = Explained(rows=[], count=0, total=0)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A figure, one page of its facts, and the figures that it follows from where it is no sum of facts."""

    figure: Any
    facts: Explained
    inputs: Mapping[str, Any]


class Figures:
    """The figures of one row of a section, or of the whole; each is asked for by itself."""

    def __init__(self, db: Database, section: Section, asked: Asked, row: Mapping[str, Any] | None) -> None:
        self._db = db
        self._asked = asked
        self._row = row
        self._nowhere: dict[str, Any] = dict.fromkeys(section.identity)
        self._columns: dict[str, Column] = {one.name: one for one in section.columns}
        self._statements: dict[str, LiteralString] = {**section.explanations}

    def explain(self, name: str) -> Explanation:
        """What the figure of this name is made of."""
        if name in self._statements:
            facts = self._ask(name, self._asked, self._row)
            return Explanation(figure=self._exact(name, facts.total), facts=facts, inputs={})
        inputs = {one: self._figure(one, self._row) for one in self._inputs(name)}
        return Explanation(figure=self._figure(name, self._row), facts=_NOTHING, inputs=inputs)

    def _figure(self, name: str, row: Mapping[str, Any] | None) -> Any:
        if name in self._statements:
            return self._exact(name, self._ask(name, replace(self._asked, limit=0), row).total)
        column = self._columns[name]
        if not isinstance(column, Derived):
            return None
        own: Row = {one: self._figure(one, row) for one in column.inputs}
        overall: Row = own if row is None else {one: self._figure(one, None) for one in column.inputs}
        return column.of(own, overall)

    def _inputs(self, name: str) -> tuple[str, ...]:
        column = self._columns[name]
        return column.inputs if isinstance(column, Derived) else ()

    def _ask(self, name: str, asked: Asked, row: Mapping[str, Any] | None) -> Explained:
        key = self._nowhere if row is None else row
        return ask_explained(self._db, asked, self._statements[name], key, is_row=row is not None).read()

    def _exact(self, name: str, value: Any) -> Any:
        """A whole number, unless it is a quantity or a ratio: the database adds in decimals."""
        return exact(value, self._columns[name].unit)


def exact(value: Any, unit: str) -> Any:
    """An amount or a count as a whole number; anything else as it is."""
    return int(value) if unit in {"money", "count"} and value is not None else value
