"""What a file shows of another period: beside each figure what it was then, and what it rose by since."""

from collections.abc import Iterator, Sequence

from api.reports.files.cells import NUMBERS
from projections.base import Row
from projections.reports.columns import Column, Key
from projections.reports.table import Table, change, change_ratio


def compared_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns, each figure followed by three of the comparison, which take the same permission."""
    return tuple(one for column in columns for one in (column, *_beside(column)))


def _is_compared(column: Column) -> bool:
    return not isinstance(column, Key) and column.unit in NUMBERS


def _beside(column: Column) -> tuple[Column, ...]:
    if not _is_compared(column):
        return ()
    return (
        previous_of(column),
        Column(
            name=f"{column.name}_change",
            label=f"{column.label}: change",
            unit=column.unit,
            meaning="What it rose by since then.",
            needs=column.needs,
            is_percent=column.is_percent,
        ),
        Column(
            name=f"{column.name}_change_ratio",
            label=f"{column.label}: change in %",
            unit="ratio",
            meaning="That, in proportion to what it was; nothing where that was nothing.",
            needs=column.needs,
            is_percent=True,
        ),
    )


def previous_of(column: Column) -> Column:
    """The column of what a figure was in the other period."""
    return Column(
        name=f"{column.name}_previous",
        label=f"{column.label}: before",
        unit=column.unit,
        meaning="The same of the period that it is compared with; nothing where that has no such row.",
        needs=column.needs,
        is_percent=column.is_percent,
        places=column.places,
    )


def shown_columns(table: Table) -> tuple[Column, ...]:
    """The columns of a table as a file has them."""
    return table.columns if table.comparison is None else compared_columns(table.columns)


def shown_rows(table: Table) -> Iterator[Row]:
    """The rows of a table as a file has them, and after them those that only the other period has."""
    if table.comparison is None:
        yield from table.rows
        return
    for row, earlier in zip(table.rows, table.comparison.rows, strict=True):
        yield {**row, **_comparison(table.columns, row, earlier or {})}
    keys = [column.name for column in table.columns if isinstance(column, Key)]
    for earlier in table.comparison.gone or ():
        yield {**{name: earlier[name] for name in keys}, **_comparison(table.columns, {}, earlier)}


def shown_footer(table: Table) -> Row:
    """The figures of the whole as a file has them; of keys there are none."""
    if table.comparison is None:
        return table.overall
    return {**table.overall, **_comparison(table.columns, table.overall, table.comparison.overall)}


def _comparison(columns: Sequence[Column], row: Row, earlier: Row) -> Row:
    compared: Row = {}
    for column in filter(_is_compared, columns):
        value, before = row.get(column.name), earlier.get(column.name)
        compared[f"{column.name}_previous"] = before
        compared[f"{column.name}_change"] = change(value, before, column.unit)
        compared[f"{column.name}_change_ratio"] = change_ratio(value, before)
    return compared
