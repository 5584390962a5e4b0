"""Whether the files of a section have the cells of its answer, when all are read as clients read them."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, zip_longest
from typing import Any

import msgspec

from api.envelope import encode, ok
from api.reports.files.cells import major
from api.reports.files.formats import FILES
from api.reports.files.listing import Options
from api.reports.files.reading import WrittenFile, are_near
from api.reports.files.report import Report
from api.reports.frame import Frame, show_table
from projections.base import Row
from projections.reports.columns import Column
from projections.reports.table import Table

#: The formats that have cells to read again, as people call them.
_KINDS = {"csv": "CSV", "xlsx": "spreadsheet"}
#: How many cells of a file are told: what is wrong with one is mostly wrong with all of its column.
MOST_CELLS = 20


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """A cell of a file that is not that of the answer: of which row, by its key, and which column."""

    kind: str
    row: str
    column: str
    answered: str
    written: str


def disagreements(pages: Sequence[Table], report: Report) -> Iterator[Disagreement]:
    """What the files of a report say otherwise than the pages of the answer, the first cells of each format.

    The report has all of its rows in its first table.
    """
    answered = [row for page in pages for row in _answered(page, report)]
    for kind, name in _KINDS.items():
        yield from islice(_parted(name, answered, _written(kind, report), report), MOST_CELLS)


def _answered(page: Table, report: Report) -> list[tuple[str, list[str]]]:
    """The rows of an answer, read from its JSON, by their keys."""
    about = report.about
    frame = Frame(
        currency=about.currency,
        stores=[],
        as_of=None,
        position=None,
        read_position=about.position,
        now=about.made_at,
    )
    rows: list[Row] = msgspec.json.decode(encode(ok(show_table(page, frame))))["data"]["rows"]
    columns, places = report.columns, report.places
    return [(row["key"], [_text(row[one.name], one, places) for one in columns]) for row in rows]


def _text(value: Any, column: Column, places: int) -> str:
    """What an answer says, as files say it."""
    if value is None:
        return ""
    if column.unit == "money":
        return f"{major(value, places):.{places}f}"
    if column.unit == "flag":
        return "true" if value else "false"
    # Zeros at the end of a quantity say nothing.
    return f"{Decimal(value).normalize():f}" if column.unit == "quantity" else str(value)


def _written(kind: str, report: Report) -> list[list[str]]:
    """The rows of a file, read from its bytes."""
    file = io.BytesIO()
    FILES[kind].write(report, file, Options(footer=True))
    return WrittenFile.of(file.getvalue()).rows(report.columns, report.places) or []


def _parted(
    kind: str, answered: Sequence[tuple[str, list[str]]], written: Sequence[list[str]], report: Report
) -> Iterator[Disagreement]:
    """The cells that differ, row after row: files have the order of the answer too."""
    nothing = [""] * len(report.columns)
    for own, other in zip_longest(answered, written):
        key, row = own or ("of no answer", nothing)
        for column, a, b in zip(report.columns, row, other or nothing, strict=True):
            if a != b and not (column.unit == "time" and are_near(a, b)):
                said = {"answered": _said(a, column), "written": _said(b, column)}
                yield Disagreement(kind=kind, row=key, column=column.name, **said)


def _said(text: str, column: Column) -> str:
    """A cell as logs may tell it: a text may be somebody's name, and only its length is said."""
    return f"{len(text)} characters" if column.unit == "text" and text else text or "nothing"
