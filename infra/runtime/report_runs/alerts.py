"""What a letter says of the condition of its schedule: what it is, and which rows fulfil it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.reports.conditions import load_condition
from api.reports.files.shown import shown
from domain.money import exponent
from domain.names import one_line
from domain.report_schedules import Condition
from projections.base import Row
from projections.reports.columns import Column, Key
from projections.reports.table import Table

#: How many rows a letter names; the file has them all.
_MOST_ROWS = 5


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A condition about a column of a table with all its rows, as it stands on the day of a run."""

    condition: Condition
    column: Column
    text: str
    table: Table
    day: date
    #: The rows that fulfil it, in their order.
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, text: str, table: Table, day: date) -> "Alert":
        """That of a condition as its schedule says it. Raises ConditionNotValid, UnknownColumn."""
        condition, column = load_condition(text, table.columns)
        rows = tuple(row for row in table.rows if condition.holds(row.get(column.name), day))
        return cls(condition=condition, column=column, text=text, table=table, day=day, rows=rows)

    @property
    def is_of_whole(self) -> bool:
        """Whether the whole fulfils it, whatever its rows do."""
        return self.condition.holds(self.table.overall.get(self.column.name), self.day)

    @property
    def is_met(self) -> bool:
        """Whether a row, or the whole, fulfils it."""
        return bool(self.rows) or self.is_of_whole

    def lines(self, currency: str, *, is_outside: bool) -> Iterator[str]:
        """What is said of it; nothing that takes a permission where it goes outside as well."""
        yield f"Condition: {one_line(self.text)} ({self._meaning(currency)})"
        tells = not is_outside or self.column.needs is None
        if self.is_of_whole:
            yield "The whole fulfils it" + (
                f": {self._shown(self.table.overall, currency)}" if tells else "."
            )
        if not self.table.section.identity:
            return
        yield f"Rows that fulfil it: {len(self.rows):,} of {self.table.count:,}"
        for row in self.rows[:_MOST_ROWS]:
            figure = f": {self._shown(row, currency)}" if tells else ""
            yield f"  {self._name(row, currency, is_outside=is_outside)}{figure}"
        if len(self.rows) > _MOST_ROWS:
            yield "  …"

    def _meaning(self, currency: str) -> str:
        if self.column.unit == "date":
            return f"{self.column.label}, in days after {self.day}"
        if self.column.unit == "money":
            return f"{self.column.label}, {self._figure(self.condition.value, currency)}"
        return self.column.label

    def _shown(self, row: Row, currency: str) -> str:
        return self._figure(row.get(self.column.name), currency)

    def _figure(self, value: Any, currency: str) -> str:
        unit = f" {currency}" if self.column.unit == "money" else ""
        return f"{shown(value, self.column, exponent(currency))}{unit}"

    def _name(self, row: Row, currency: str, *, is_outside: bool) -> str:
        """What a row is called: its texts, and what else tells it apart but ids."""
        names = [
            shown(row.get(key.name), key, exponent(currency))
            for key in self.table.columns
            if isinstance(key, Key) and self._is_name(key) and not (is_outside and key.needs)
        ]
        return one_line(", ".join(filter(None, names))) or "(without a name)"

    def _is_name(self, key: Key) -> bool:
        return key.unit == "text" or (key.unit != "id" and key.name in self.table.section.identity)
