"""Tiles of dashboards: some columns of a section, asked for together with other tiles."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, LiteralString
from uuid import UUID

from domain.pending import Pending
from domain.weeks import WEEK_START, WeekStart
from projections.base import Database, Projection, Row
from projections.reports.columns import Column
from projections.reports.period import CompareTo, Period
from projections.reports.section import EVERYTHING, Criteria, Section
from projections.reports.table import Table, ask_table, change_ratio


@dataclass(frozen=True, kw_only=True)
class View:
    """Who looks at which stores (None: all), and how far the read models of all tiles know the log."""

    position: int
    permissions: frozenset[str]
    stores: tuple[UUID, ...] | None = None
    #: On which day weeks begin.
    week_start: WeekStart = WEEK_START


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A section on a dashboard: `columns` are those that are shown, under the names that they have there.

    `filters` are what the section is always asked with.
    """

    section: Section
    columns: Mapping[LiteralString, str]
    filters: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def sources(self) -> tuple[type[Projection], ...]:
        """The read models that it comes from."""
        return self.section.sources

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns under the names of the dashboard."""
        columns: dict[str, Column] = {column.name: column for column in self.section.all_columns}
        return tuple(replace(columns[name], name=alias) for alias, name in self.columns.items())

    def ask(
        self,
        db: Database,
        view: View,
        period: Period,
        *,
        compare_to: CompareTo = "none",
        limit: int | None = None,
        sort: str | None = None,
        **filters: Any,
    ) -> Pending[Table]:
        """Ask for its table with the next round trip. Raises PeriodNotValid."""
        section = self.section
        given = {**self.filters, **filters}
        criteria = Criteria(
            period=period,
            # What comes from several read models is told as far as all of them know it.
            position=view.position if len(section.sources) > 1 else EVERYTHING,
            permissions=view.permissions,
            stores=view.stores,
            filters={name: given.get(name) for name in section.filters},
            group=section.groups[0] if section.groups else None,
            sort=sort,
            week_start=view.week_start,
            compare_to=compare_to,
            limit=limit,
        )
        return ask_table(db, section, criteria)

    def rows(self, table: Table) -> list[Row]:
        """The rows as the dashboard shows them."""
        return [self.row(row) for row in table.rows]

    def row(self, row: Row) -> Row:
        """A row, or a footer, as the dashboard shows it."""
        return {alias: row.get(name) for alias, name in self.columns.items()}


def with_change(tile: Tile, table: Table, of: str) -> list[Row]:
    """The rows, each with what a figure rose by since the other period, in proportion to what it was then."""
    if table.comparison is None:
        return [{**row, "change_ratio": None} for row in tile.rows(table)]
    return [
        {**tile.row(row), "change_ratio": change_ratio(row[of], earlier[of] if earlier else None)}
        for row, earlier in zip(table.rows, table.comparison.rows, strict=True)
    ]
