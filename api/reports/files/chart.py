"""The picture of a report: bars, lines or a waterfall, drawn above its table."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from api.documents.paper import GREY, LINE, SMALL, Paper
from api.reports.files.compared import previous_of, shown_rows
from api.reports.files.report import Report
from api.reports.files.shown import shown
from projections.base import Row
from projections.reports.columns import Column, Derived
from projections.reports.section import Chart

#: In millimetres.
_HEIGHT, _BAR, _LABELS, _VALUES = 60.0, 5.0, 50.0, 28.0
#: How many bars there are at most.
_MOST_BARS = 10
_OTHERS = "Others"
_COLOURS = ((38, 96, 164), (214, 120, 33), (74, 143, 74))
_FALL = (190, 70, 60)
_LIGHT = (215, 215, 215)


@dataclass(frozen=True, kw_only=True)
class _Plot:
    """Where values from `low` to `high` lie between `top` and `bottom` of the page."""

    low: Decimal
    high: Decimal
    top: float
    bottom: float

    def y(self, value: Decimal) -> float:
        """How far down the page a value lies."""
        part = (value - self.low) / (self.high - self.low)
        return self.bottom - float(part) * (self.bottom - self.top)


def draw_chart(pdf: Paper, report: Report) -> None:
    """Draw what the section declares, if it does and there is anything to see."""
    chart = report.section.chart_of(report.first.criteria.group)
    columns: dict[str, Column] = {column.name: column for column in report.columns}
    if chart is None or not report.first.rows or not {*chart.of} <= columns.keys():
        return
    pdf.set_font("sans", size=SMALL)
    _DRAWN[chart.kind](pdf, report, chart, columns)
    pdf.set_text_color(0)
    pdf.set_draw_color(*GREY)
    pdf.ln(LINE)


def _bars(pdf: Paper, report: Report, chart: Chart, columns: Mapping[str, Column]) -> None:
    """One under another, the first rows; below zero they go to the left. All others are said in words."""
    column = columns[chart.of[0]]
    pairs = [(_label(row, chart), row[column.name] or 0) for row in report.first.rows[:_MOST_BARS]]
    low, high = _span([value for _, value in pairs])
    left = pdf.l_margin + _LABELS
    scale = (pdf.epw - _LABELS - _VALUES) / float(high - low)
    zero = left + float(-low) * scale
    _heading(pdf, [column.label])
    for label, value in pairs:
        top, length = pdf.get_y(), float(value) * scale
        pdf.set_fill_color(*(_COLOURS[0] if value >= 0 else _FALL))
        pdf.rect(min(zero, zero + length), top + 0.7, abs(length), _BAR - 1.4, style="F")
        pdf.put(_cut(pdf, label, _LABELS - 2), (pdf.l_margin, top, _LABELS - 2, _BAR), "R")
        text = shown(value, column, report.places)
        pdf.put(text, (max(zero, zero + length) + 1, top, _VALUES, _BAR), "L")
        pdf.set_y(top + _BAR)
    pdf.line(zero, pdf.get_y() - _BAR * len(pairs), zero, pdf.get_y())
    if column.footer == "sum" or column.unit == "money":
        _tell_others(pdf, report, column, [value for _, value in pairs])


def _tell_others(pdf: Paper, report: Report, column: Column, drawn: Sequence[Any]) -> None:
    """What all rows without a bar come to."""
    whole = report.footer.get(column.name)
    if report.first.count > len(drawn) and whole is not None:
        text = shown(whole - sum(drawn), column, report.places)
        pdf.put(f"{_OTHERS}: {text}", (pdf.l_margin + _LABELS, pdf.get_y(), _LABELS, _BAR), "L")
        pdf.set_y(pdf.get_y() + _BAR)


def _lines(pdf: Paper, report: Report, chart: Chart, columns: Mapping[str, Column]) -> None:
    """From left to right in the order of the rows, a line for each figure, and for what it was before."""
    drawn = [columns[name] for name in chart.of]
    if report.first.comparison and report.section.follows_in_time(report.first.criteria.group):
        drawn += [previous_of(column) for column in drawn]
    rows = list(islice(shown_rows(report.first), len(report.first.rows)))
    values = [Decimal(row[column.name] or 0) for column in drawn for row in rows]
    _heading(pdf, [column.label for column in drawn])
    plot = _axes(pdf, values, drawn[0], report.places)
    step = (pdf.epw - _VALUES) / max(len(rows) - 1, 1)
    left = pdf.l_margin + _VALUES
    for colour, column in zip(_COLOURS, drawn, strict=False):
        pdf.set_draw_color(*colour)
        pdf.set_line_width(0.5)
        # The other period may have fewer places.
        known = [(i, row[column.name]) for i, row in enumerate(rows) if row[column.name] is not None]
        points = [(left + i * step, plot.y(Decimal(value))) for i, value in known]
        pdf.polyline(points if len(points) != 1 else [*points, (points[0][0] + 1, points[0][1])])
    pdf.set_line_width(0.1)
    middle = len(rows) // 2
    for index in sorted({0, middle, len(rows) - 1}):
        align = "L" if index == 0 else "C" if index == middle else "R"
        shift = {"L": 0, "C": 15, "R": 30}[align]
        pdf.put(_label(rows[index], chart), (left + index * step - shift, plot.bottom + 1, 30, LINE), align)
    pdf.set_y(plot.bottom + LINE + 1)


def _waterfall(pdf: Paper, report: Report, chart: Chart, columns: Mapping[str, Column]) -> None:
    """How the figures of the whole lead from the first to the last: sums stand on the ground."""
    steps = _steps([columns[name] for name in chart.of], report.footer)
    _heading(pdf, [])
    plot = _axes(pdf, [edge for _, begin, end in steps for edge in (begin, end)], steps[0][0], report.places)
    width = (pdf.epw - _VALUES) / len(steps)
    for index, (column, begin, end) in enumerate(steps):
        left = pdf.l_margin + _VALUES + index * width
        is_sum = begin == 0
        pdf.set_fill_color(*(_COLOURS[0] if is_sum else _FALL if end < begin else _COLOURS[2]))
        top = min(plot.y(begin), plot.y(end))
        pdf.rect(left + width * 0.15, top, width * 0.7, abs(plot.y(begin) - plot.y(end)), style="F")
        pdf.put(shown(int(end - begin), column, report.places), (left, top - LINE, width, LINE), "C")
        for number, line in enumerate(pdf.wrapped(column.label, width - 1)):
            pdf.put(line.strip(), (left, plot.bottom + 1 + number * LINE, width, LINE), "C")
    pdf.set_y(plot.bottom + 1 + 2 * LINE)


def _steps(columns: Sequence[Column], figures: Row) -> list[tuple[Column, Decimal, Decimal]]:
    """Each figure with where its bar begins and ends: a change begins where the one before ends."""
    steps: list[tuple[Column, Decimal, Decimal]] = []
    reached = Decimal(0)
    for index, column in enumerate(columns):
        value = Decimal(figures[column.name] or 0)
        if index == 0 or isinstance(column, Derived):
            steps.append((column, Decimal(0), value))
            reached = value
        else:
            change = -value if _is_taken_away(column.name, columns[index + 1 :]) else value
            steps.append((column, reached, reached + change))
            reached += change
    return steps


def _is_taken_away(name: str, later: Sequence[Column]) -> bool:
    """Whether the next figure that follows from others subtracts this one."""
    formula = next((column.formula for column in later if column.formula), "") or ""
    return re.search(rf"[-−]\s*{name}\b", formula) is not None  # noqa: RUF001 either sign is written


def _axes(pdf: Paper, values: Sequence[Decimal], column: Column, places: int) -> _Plot:
    low, high = _span(values)
    plot = _Plot(low=low, high=high, top=pdf.get_y() + LINE, bottom=pdf.get_y() + _HEIGHT)
    pdf.set_draw_color(*_LIGHT)
    for tick in _ticks(low, high):
        pdf.line(pdf.l_margin + _VALUES, plot.y(tick), pdf.l_margin + pdf.epw, plot.y(tick))
        value = int(tick) if column.unit in ("money", "count") else tick
        text = shown(value, column, places)
        pdf.put(text, (pdf.l_margin, plot.y(tick) - LINE / 2, _VALUES - 2, LINE), "R")
    return plot


def _ticks(low: Decimal, high: Decimal) -> list[Decimal]:
    """A handful of round numbers from `low` to `high`."""
    rough = (high - low) / 4
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = -(-low // step)
    return [(first + index) * step for index in range(10) if (first + index) * step <= high]


def _span(values: Sequence[Any]) -> tuple[Decimal, Decimal]:
    """From the least to the most, with zero, and never of no length."""
    low, high = min(Decimal(0), *map(Decimal, values)), max(Decimal(0), *map(Decimal, values))
    return (low, high) if low < high else (Decimal(0), Decimal(1))


def _heading(pdf: Paper, names: Sequence[str]) -> None:
    """What the colours stand for."""
    pdf.set_draw_color(*GREY)
    pdf.set_line_width(0.1)
    left, top = pdf.l_margin, pdf.get_y()
    for colour, name in zip(_COLOURS, names, strict=False):
        pdf.set_fill_color(*colour)
        pdf.rect(left, top + 1, 2.5, 2.5, style="F")
        pdf.put(name, (left + 4, top, 40, LINE), "L")
        left += 8 + pdf.length(name)
    pdf.set_y(top + (LINE + 1 if names else 0))


def _label(row: Row, chart: Chart) -> str:
    return chart.label_of(row) or "-"


def _cut(pdf: Paper, text: str, room: float) -> str:
    """The text, or as much of it as there is room for."""
    if pdf.length(text) <= room:
        return text
    while text and pdf.length(text + "…") > room:
        text = text[:-1]
    return text + "…"


_DRAWN: Mapping[str, Callable[[Paper, Report, Chart, Mapping[str, Column]], None]] = {
    "bar": _bars,
    "line": _lines,
    "waterfall": _waterfall,
}
