"""A report as a PDF: what it is of, its picture, and its table with the header on every page.

Ids are left out where a row has a name, and so is what says nothing of any row. Columns that one page has no
room for follow in further tables. Its import takes a second.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import IO, Any

from api.documents.model import Column as PageColumn
from api.documents.paper import GREY, LARGE, LINE, NORMAL, SMALL, Paper
from api.documents.pdf import Table
from api.reports.files.about import About
from api.reports.files.cells import NUMBERS, TOTAL, Checksum, titled
from api.reports.files.chart import draw_chart
from api.reports.files.facts import asked_of, facts_of
from api.reports.files.limits import MOST_PDF_ROWS, ReportTooLong
from api.reports.files.listing import Options
from api.reports.files.report import Report
from api.reports.files.shown import in_words, moment_shown, shown_row
from projections.base import Row
from projections.reports.columns import Column, Key

#: How wide a letter of the table is about, and what stands beside a text, in millimetres.
_LETTER, _BESIDE = 1.75, 3.0
#: The letters beyond which a text is wrapped.
_LONGEST = 32
#: The room between the margins of a page, upright and lying, in millimetres.
_ROOM = {"a4": (180.0, 267.0), "letter": (186.0, 249.0)}
_NOTHING = "There is nothing to show: no row fits what is asked for."

#: A table: its columns, each with how wide it is.
_Part = Sequence[tuple[Column, int]]


def write_pdf(report: Report, file: IO[bytes], options: Options) -> About:
    """Write the report. Raises ReportTooLong."""
    rows = list(islice(report.rows(), MOST_PDF_ROWS + 1))
    if len(rows) > MOST_PDF_ROWS:
        raise ReportTooLong
    about = report.sealed(_checksum(report, rows))
    columns = _printed(report, rows)
    texts = [shown_row(row, columns, report.places) for row in rows]
    widths = _widths(columns, [*texts, shown_row(report.footer, columns, report.places)])
    upright, lying = _ROOM[options.paper]
    is_upright = sum(widths) <= upright
    own = {column.name for column in report.first.columns}
    parts = _parts(list(zip(columns, widths, strict=True)), own, upright if is_upright else lying)
    pdf = Paper(
        f"{about.title}, {about.company}",
        _all_texts(report, about, texts),
        _foot(about),
        format=options.paper,
        orientation="portrait" if is_upright else "landscape",
    )
    pdf.set_keywords(about.token)
    _head(pdf, report, about)
    draw_chart(pdf, report)
    if rows:
        for part in parts:
            _table(pdf, report, part, rows)
    else:
        _tell_nothing(pdf)
    _seal(pdf, about)
    file.write(pdf.output())
    return about


def _checksum(report: Report, rows: Sequence[Row]) -> Checksum:
    checksum, cells = Checksum(report.columns), report.cells()
    for row in rows:
        checksum.add(cells.of(row))
    return checksum


def _printed(report: Report, rows: Sequence[Row]) -> Sequence[Column]:
    """The columns without ids, if a row has a name, and without keys that say nothing of any row."""
    named = [column for column in report.columns if column.unit != "id"]
    columns = named if any(isinstance(column, Key) for column in named) else report.columns
    return [
        column
        for column in columns
        if not isinstance(column, Key) or any(_says_something(row.get(column.name)) for row in rows)
    ]


def _says_something(value: Any) -> bool:
    return value is not None and value is not False and value != ""


def _widths(columns: Sequence[Column], texts: Sequence[Sequence[str]]) -> list[int]:
    """How wide columns are: for their longest text, and for the longest word of their label."""
    longest = [max(map(len, titled(column).split())) + 1 for column in columns]
    for row in texts:
        longest = [max(length, len(text)) for length, text in zip(longest, row, strict=True)]
    return [round(min(length, _LONGEST) * _LETTER + _BESIDE) for length in longest]


def _parts(columns: _Part, own: Collection[str], room: float) -> Sequence[_Part]:
    """The tables that the columns make: each has all keys, and as many figures as there is room for.

    A figure of the section's `own` stands beside what it is compared with, if that has room at all.
    """
    keys = [pair for pair in columns if isinstance(pair[0], Key)]
    parts: list[list[tuple[Column, int]]] = [[*keys]]
    for group in _groups(columns[len(keys) :], own, room - _width(keys)):
        if _width(parts[-1]) + _width(group) > room and len(parts[-1]) > len(keys):
            parts.append([*keys])
        parts[-1] += group
    return parts


def _groups(figures: _Part, own: Collection[str], room: float) -> Iterator[_Part]:
    """Each of these figures with those that it is compared with, or one by one where they have no room."""
    groups: list[list[tuple[Column, int]]] = []
    for pair in figures:
        if pair[0].name in own or not groups:
            groups.append([])
        groups[-1].append(pair)
    for group in groups:
        yield from [group] if _width(group) <= room else [[pair] for pair in group]


def _width(part: _Part) -> int:
    return sum(width for _, width in part)


def _foot(about: About) -> str:
    return f"{about.company} · position {about.position} · {moment_shown(about.made_at)}"


def _all_texts(report: Report, about: About, texts: Sequence[Sequence[str]]) -> Iterator[str]:
    for pair in facts_of(about, report.names):
        yield from pair
    for row in texts:
        yield from row
    for column in report.columns:
        yield titled(column)
    yield f"{report.section.meaning}{TOTAL}Others…,.%{_NOTHING}"


def _head(pdf: Paper, report: Report, about: About) -> None:
    pdf.set_font("sans", style="B", size=LARGE)
    pdf.cell(0, 10, about.title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("sans", style="B", size=NORMAL)
    pdf.cell(0, LINE + 1, about.company, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("sans", size=SMALL)
    pdf.set_text_color(*GREY)
    pdf.multi_cell(0, LINE, in_words(report.section.meaning), align="L", new_x="LMARGIN", new_y="NEXT")
    facts = [*asked_of(about, report.names), ("Currency", about.currency)]
    line = "   ".join(f"{label}: {text}" for label, text in facts)
    pdf.multi_cell(0, LINE, line, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color(0)
    pdf.ln(LINE)


def _table(pdf: Paper, report: Report, part: _Part, rows: Sequence[Row]) -> None:
    columns = [column for column, _ in part]
    table = Table(
        pdf,
        [
            PageColumn(name=titled(column), width=width, is_number=column.unit in NUMBERS)
            for column, width in part
        ],
    )
    pdf.set_draw_color(*GREY)
    pdf.set_line_width(0.1)
    if pdf.will_page_break(5 * LINE):
        pdf.add_page()
    table.header()
    for row in rows:
        table.row(shown_row(row, columns, report.places))
    if any(isinstance(column, Key) for column in columns):
        totals = shown_row(report.footer, columns, report.places)
        table.footer([totals[0] or TOTAL, *totals[1:]])
    pdf.ln(LINE)


def _tell_nothing(pdf: Paper) -> None:
    pdf.set_font("sans", size=NORMAL)
    pdf.multi_cell(0, LINE, _NOTHING, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(LINE)


def _seal(pdf: Paper, about: About) -> None:
    pdf.set_font("sans", size=SMALL)
    pdf.set_text_color(*GREY)
    pdf.multi_cell(0, LINE, f"Rows: {about.rows}. Checksum (SHA-256): {about.checksum}", align="L")
