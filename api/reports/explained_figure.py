"""One figure of a section and what it is made of, asked for as far as it must be."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from projections.base import Database, Row
from projections.reports.columns import Column
from projections.reports.explaining import Explained, ask_explained
from projections.reports.section import Criteria, Section
from projections.reports.table import ask_table

_NOTHING = Explained(rows=[], count=0, total=0)


@dataclass(frozen=True, kw_only=True)
class Input:
    """A figure that another follows from: of the same row, or of the whole section."""

    column: str
    figure: Any
    is_of_whole: bool


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A figure and one page of its facts: they come to it if it `is_sum`, or else gave it with its inputs."""

    figure: Any
    is_sum: bool
    facts: Explained
    inputs: tuple[Input, ...] = ()


class Figures:
    """The figures of one row of a section, or of the whole; what facts add up to is not asked otherwise."""

    def __init__(self, db: Database, section: Section, criteria: Criteria, row: Row | None) -> None:
        self._db = db
        self._section = section
        self._criteria = criteria
        self._row = row

    def explain(self, column: Column) -> Explanation:
        """What the figure of a column is made of."""
        if column.name in self._section.explanations:
            facts = self._ask(column)
            return Explanation(figure=exact(facts.total, column.unit), is_sum=True, facts=facts)
        figure = self._shown.get(column.name)
        is_given = column.name in self._section.origins and figure is not None
        return Explanation(
            figure=figure,
            is_sum=False,
            facts=self._ask(column) if is_given else _NOTHING,
            inputs=(*_inputs(column.inputs, self._shown), *_inputs(column.of_whole, self._whole, whole=True)),
        )

    def _ask(self, column: Column) -> Explained:
        return ask_explained(self._db, self._section, self._criteria, column.name, self._row).read()

    @property
    def _whole(self) -> Row:
        return self._rows[1]

    @property
    def _shown(self) -> Row:
        """The row as the section shows it, or the whole; a row that it does not have has no figures."""
        row, whole = self._rows
        return whole if self._row is None else row

    @cached_property
    def _rows(self) -> tuple[Row, Row]:
        section = self._section
        key = None if self._row is None else section.key_of(self._row)
        # Of a section that is not ranked all rows come anyway, which are few.
        keys, limit = None if key is None else (key,), 1 if section.is_ranked else None
        criteria = replace(self._criteria, keys=keys, page=1, limit=limit)
        table = ask_table(self._db, section, criteria).read()
        row: Row = next((one for one in table.rows if section.key_of(one) == key), {})
        return row, table.overall


def _inputs(names: Iterable[str], figures: Row, *, whole: bool = False) -> Iterator[Input]:
    for name in names:
        yield Input(column=name, figure=figures.get(name), is_of_whole=whole)


def exact(value: Any, unit: str) -> Any:
    """An amount or a count as a whole number; anything else as it is: the database adds in decimals."""
    return int(value) if unit in {"money", "count"} and value is not None else value
