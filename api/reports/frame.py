"""A table as sections answer it: the frame, the rows, the footers, and the picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.reports.answers import show_columns
from api.reports.files.compared import previous_of
from projections.base import Row
from projections.reports.columns import Column
from projections.reports.section import Chart
from projections.reports.stores import is_running
from projections.reports.table import Comparison, Table, change, change_ratio

#: How many rows a picture shows by themselves.
MOST_BARS = 10


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What stands around a table: whose it is, and of which moment."""

    currency: str
    stores: list[Row]
    as_of: datetime | None
    position: int | None
    read_position: int
    now: datetime
    restated: Row | None = None


def show_table(table: Table, frame: Frame) -> dict[str, Any]:
    """The answer, with the columns that the reader may see and no others."""
    period, stores = table.criteria.period, frame.stores
    chart = table.section.chart_of(table.criteria.group)
    return {
        "currency": frame.currency,
        "from": period.from_date,
        "to": period.to_date,
        "days": period.days,
        "stores": [{name: store[name] for name in ("id", "name", "timezone")} for store in stores],
        "timezones": sorted({store["timezone"] for store in stores}),
        "basis": table.criteria.basis,
        "as_of": frame.as_of,
        "as_of_position": frame.position,
        "read_position": frame.read_position,
        "computed_at": frame.now,
        "partial": is_running(period, stores, frame.now),
        "restated": frame.restated,
        "columns": show_columns(table.columns, table.criteria.group),
        "rows": _picked(table),
        **{name: _footer(getattr(table, name), table) for name in ("totals", "overall", "others")},
        "count": table.count,
        "comparison": _show_comparison(table.comparison, table) if table.comparison else None,
        "chart": show_chart(table, chart) if chart else None,
    }


def _picked(table: Table) -> list[Row]:
    comparison = table.comparison
    if comparison is None:
        return [_row(row, table) for row in table.rows]
    return [
        {**_row(row, table), "comparison": _compared(row, earlier, table)}
        for row, earlier in zip(table.rows, comparison.rows, strict=True)
    ]


def _row(row: Row, table: Table) -> Row:
    return {"key": table.section.key_of(row), **{column.name: row[column.name] for column in table.columns}}


def _compared(row: Row, earlier: Row | None, table: Table) -> Row:
    """The figures of another period beside those of a row or a footer, and what they rose by since."""
    units = {one.name: one.unit for one in table.figures if one.unit not in {"text", "id", "date", "time"}}
    before: Row = dict.fromkeys(units) if earlier is None else earlier
    return {
        "figures": None if earlier is None else {name: earlier[name] for name in units},
        "change": {name: change(row[name], before[name], unit) for name, unit in units.items()},
        "change_ratio": {name: change_ratio(row[name], before[name]) for name in units},
    }


def _footer(footer: Row, table: Table) -> Row:
    figures = [column for column in table.figures if column.unit not in {"text", "id"}]
    return {column.name: footer[column.name] for column in figures}


def _show_comparison(comparison: Comparison, table: Table) -> dict[str, Any]:
    rise = _compared(table.overall, comparison.overall, table)
    return {
        "from": comparison.period.from_date,
        "to": comparison.period.to_date,
        "overall": _footer(comparison.overall, table),
        "change": rise["change"],
        "change_ratio": rise["change_ratio"],
        "gone": None if comparison.gone is None else [_row(row, table) for row in comparison.gone],
    }


def show_chart(table: Table, chart: Chart) -> dict[str, Any]:
    """The picture: of bars the first ten, and all others together."""
    shown: dict[str, Column] = {column.name: column for column in table.columns}
    figures = [shown[name] for name in chart.of if name in shown]
    if chart.kind == "waterfall":
        return _waterfall(table, chart, figures)
    every = list(filter(table.section.in_footer, table.rows))
    rows = every[:MOST_BARS] if chart.kind == "bar" else every
    has_others = chart.kind == "bar" and (len(rows) < len(every) or len(table.rows) < table.count)
    return {
        "kind": chart.kind,
        "labels": [chart.label_of(row) or "none" for row in rows] + ["others"] * has_others,
        "series": [
            {
                "name": column.name,
                "label": column.label,
                "values": [row[column.name] for row in rows] + _others(table, rows, column) * has_others,
            }
            for column in figures
        ]
        + (_earlier(table, figures) if chart.kind == "line" else []),
    }


def _earlier(table: Table, figures: Sequence[Column]) -> list[Row]:
    """The same figures of the period that rows in time are compared with, each at the place of a row.

    They go by the names that they have in files.
    """
    comparison = table.comparison
    if comparison is None or not table.section.follows_in_time(table.criteria.group):
        return []
    return [
        {
            "name": previous_of(column).name,
            "label": previous_of(column).label,
            "values": [before and before[column.name] for before in comparison.rows],
        }
        for column in figures
    ]


def _waterfall(table: Table, chart: Chart, figures: Sequence[Column]) -> dict[str, Any]:
    """One figure after another of the whole."""
    values = [table.overall[column.name] for column in figures]
    return {
        "kind": chart.kind,
        "labels": [column.label for column in figures],
        "series": [{"name": chart.label, "label": table.section.title, "values": values}],
    }


def _others(table: Table, rows: Sequence[Row], column: Column) -> list[Any]:
    whole = table.overall[column.name]
    return [None if whole is None else whole - sum(row[column.name] for row in rows)]
