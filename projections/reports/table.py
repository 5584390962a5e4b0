"""A section's answer as a table: rows, footers, what is beyond the page, and what it is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.columns import Column, Derived, Key, Unit, derive, ratio, sums_of, trimmed
from projections.reports.period import Period
from projections.reports.section import Criteria, Result, Section


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The figures of another period: of the rows shown, each beside its own, and of the whole section.

    `count` is how many rows that has in all.
    """

    period: Period
    rows: list[Row | None]
    overall: Row
    count: int
    #: The rows of that period of which this one has none, if they were asked for.
    gone: list[Row] | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a section answers, as every format writes it; `columns` are those that the reader may see.

    `totals` are the footer of the rows shown, `overall` that of the whole section, `others` what lies between
    them; `count` is how many rows there are in all.
    """

    section: Section
    criteria: Criteria
    columns: tuple[Column, ...]
    rows: list[Row]
    totals: Row
    overall: Row
    others: Row
    count: int
    comparison: Comparison | None = None

    @property
    def figures(self) -> tuple[Column, ...]:
        """The columns that are no keys."""
        return tuple(column for column in self.columns if not isinstance(column, Key))


def ask_table(db: Database, section: Section, criteria: Criteria) -> Pending[Table]:
    """Ask for a section's table with the next round trip. Raises PeriodNotValid.

    What rows of a ranked section are compared with is asked for by their keys, when these are known.
    """
    found, other = section.question(db, criteria), criteria.compared()
    compared = None if other is None or section.is_ranked else section.question(db, other)

    def table() -> Table:
        first = found.read()
        rows = [*first.rows]
        whole = _whole(section, criteria, first)
        if other is None:
            return whole
        if compared is None:
            return _with_rows_of(db, whole, other)
        return _with_comparison(whole, _whole(section, other, compared.read()), rows)

    return Pending(table)


def ask_gone(db: Database, section: Section, criteria: Criteria) -> list[Row]:
    """One page of the period that this one is compared with, as far as this one has no such rows."""
    other = criteria.compared()
    if other is None:
        return []
    there = replace(other, page=criteria.page, limit=criteria.limit)
    earlier = _whole(section, there, section.question(db, there).read())
    here = replace(criteria, compare_to="none", page=1, limit=None, keys=_keys(section, earlier.rows))
    return _without(section, earlier.rows, section.question(db, here).read().rows)


def _whole(section: Section, criteria: Criteria, found: Result) -> Table:
    """The table of what was found: sorted and cut to the page, if the question has not done so."""
    columns = section.all_columns
    overall = found.overall if found.overall is not None else _sums(section, found.rows, criteria.group)
    derive(overall, overall, columns)
    rows = [derive(row, overall, columns) for row in found.rows]
    if not section.is_ranked:
        rows = _page(_sorted(rows, criteria.sort or section.order), criteria)
    totals = derive(_sums(section, rows, criteria.group), overall, columns)
    return Table(
        section=section,
        criteria=criteria,
        columns=tuple(
            section.told_by(column, criteria.filters) for column in section.columns_for(criteria.permissions)
        ),
        rows=rows,
        totals=totals,
        overall=overall,
        others=derive(_less(overall, totals, columns), overall, columns),
        count=len(found.rows) if found.count is None else found.count,
    )


def _sums(section: Section, rows: list[Row], group: str | None) -> Row:
    return sums_of(filter(section.in_footer, rows), section.all_columns, group)


def _sorted(rows: list[Row], order: str) -> list[Row]:
    """The rows by a column, those without a value last; equal ones stay in the order of their keys."""
    name, descends = order.removeprefix("-"), order.startswith("-")
    some = sorted((row for row in rows if row[name] is not None), key=lambda row: row[name], reverse=descends)
    return some + [row for row in rows if row[name] is None]


def _page(rows: list[Row], criteria: Criteria) -> list[Row]:
    return rows if criteria.limit is None else rows[criteria.offset : criteria.offset + criteria.limit]


def _less(overall: Row, totals: Row, columns: Sequence[Column]) -> Row:
    """What the whole has beyond the rows shown, of what adds up; of the rest there is nothing to tell."""
    return {
        column.name: trimmed(overall[column.name] - totals[column.name])
        if totals[column.name] is not None and overall[column.name] is not None
        else None
        for column in columns
        if not isinstance(column, Key | Derived)
    }


def _with_rows_of(db: Database, table: Table, other: Criteria) -> Table:
    """The table of a ranked section beside the rows of another period that have the keys of its own."""
    section, keys = table.section, _keys(table.section, table.rows)
    found = section.question(db, replace(other, keys=keys)).read()
    earlier = _whole(section, other, found)
    every = replace(table.criteria, page=1, limit=None)
    gone = ask_gone(db, section, every) if other.with_gone else None
    return _beside(table, earlier, _of_same_key(table, earlier), gone)


def _with_comparison(table: Table, earlier: Table, rows: Sequence[Row]) -> Table:
    """The table beside that of another period; `rows` are all of its own, of which a page is shown."""
    section, offset = table.section, table.criteria.offset
    if section.follows_in_time(table.criteria.group):
        places = range(offset, offset + len(table.rows))
        same = [earlier.rows[place] if place < len(earlier.rows) else None for place in places]
        return _beside(table, earlier, same, earlier.rows[len(rows) :])
    gone = _without(section, earlier.rows, rows)
    return _beside(table, earlier, _of_same_key(table, earlier), gone)


def _of_same_key(table: Table, earlier: Table) -> list[Row | None]:
    section = table.section
    by_key = {_key(section, row): row for row in earlier.rows}
    return [by_key.get(_key(section, row)) for row in table.rows]


def _without(section: Section, rows: Sequence[Row], known: Sequence[Row]) -> list[Row]:
    """The rows of which there is none of the same key among the others."""
    keys = {_key(section, row) for row in known}
    return [row for row in rows if _key(section, row) not in keys]


def _beside(table: Table, earlier: Table, rows: list[Row | None], gone: list[Row] | None) -> Table:
    comparison = Comparison(
        period=earlier.criteria.period,
        rows=rows,
        overall=earlier.overall,
        count=earlier.count,
        gone=gone if table.criteria.with_gone else None,
    )
    return replace(table, comparison=comparison)


def _key(section: Section, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in section.identity)


def _keys(section: Section, rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(map(section.key_of, rows))


def change(value: Any, earlier: Any, unit: Unit) -> Any:
    """What a figure of this unit rose by; None where one of the two periods has none, or it is no number."""
    rise = _rise(value, earlier)
    return rise if rise is None or unit != "ratio" else Decimal(rise).quantize(_PLACES)


def change_ratio(value: Any, earlier: Any) -> Decimal | None:
    """What a figure rose by in proportion to what it was; None where it was nothing."""
    rise = _rise(value, earlier)
    return None if rise is None else ratio(rise, abs(earlier))


def _rise(value: Any, earlier: Any) -> Any:
    if not isinstance(value, int | Decimal) or not isinstance(earlier, int | Decimal):
        return None
    return trimmed(value - earlier)


#: What a ratio rose by has as many places as it has itself.
_PLACES = Decimal("0.0001")
