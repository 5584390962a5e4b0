"""Rows as a spreadsheet: numbers are numbers, dates are dates, and a second sheet says what it is of."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC
from decimal import Decimal
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from api.reports.files.about import About
from api.reports.files.cells import TOTAL, Checksum, heading
from api.reports.files.facts import facts_of
from api.reports.files.listing import Listing, Options
from domain.catalog.cells import is_exact_number
from projections.base import Row
from projections.reports.columns import Column

#: How many rows a sheet has room for below its header.
MOST_ROWS = 1_048_575
#: What the sheets of rows are called, and the one that says what they are of.
REPORT, ABOUT = "Report", "About"
#: What ends the lines of the latter that say what was asked for, and what begins those of the columns.
TOKEN, COLUMN = "Token", "Column"
#: How wide columns are, in digits.
_WIDTHS = {"text": 28, "id": 38, "time": 20}
_USUAL_WIDTH = 14
_FIRST_YEAR = 1900


def write_xlsx(listing: Listing, file: IO[bytes], _: Options) -> About:
    """Write all rows, on several sheets if one has no room, with the figures of the whole below, if any."""
    # Rows go to the disk as they come; the spreadsheet is never in memory as a whole.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        sheets = _Sheets(book, listing)
        cells, checksum = listing.cells(), Checksum(listing.columns)
        for row in listing.rows():
            texts = cells.of(row)
            checksum.add(texts)
            sheets.add(row, texts)
        sheets.close()
        if (footer := listing.footer) is not None:
            sheets.add_totals(footer, cells.of(footer))
        about = listing.sealed(checksum)
        _tell_about(book, listing, about)
    return about


class _Sheets:
    """The sheets of rows, one begun when the one before is full."""

    def __init__(self, book: Workbook, listing: Listing) -> None:
        self._book = book
        self._listing = listing
        self._bold = book.add_format({"bold": True})
        self._head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"})
        self._formats = _formats(book, listing.columns, listing.places)
        self._footers = _formats(book, listing.columns, listing.places, bold=True, top=1)
        self._count = 0
        self._begin()

    def add(self, row: Row, texts: Sequence[str]) -> None:
        """One more row."""
        if self._line > MOST_ROWS:
            self.close()
            self._begin()
        self._write(row, texts, self._formats)

    def close(self) -> None:
        """Let the rows of the last sheet be filtered."""
        self._sheet.autofilter(0, 0, max(self._line - 1, 0), len(self._listing.columns) - 1)

    def add_totals(self, row: Row, texts: Sequence[str]) -> None:
        """The figures of the whole below the rows, outside of what can be filtered; nothing is computed."""
        if self._line > MOST_ROWS:
            self._begin()
        at = self._line
        self._write(row, texts, self._footers)
        if not texts[0]:
            self._sheet.write_string(at, 0, TOTAL, self._bold)

    def _begin(self) -> None:
        self._count += 1
        name = REPORT if self._count == 1 else f"{REPORT} {self._count}"
        self._sheet: Worksheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        for index, column in enumerate(self._listing.columns):
            self._sheet.set_column(index, index, _WIDTHS.get(column.unit, _USUAL_WIDTH))
            self._sheet.write_string(0, index, heading(column, self._listing.about.currency), self._head)
        self._line = 1

    def _write(self, row: Row, texts: Sequence[str], formats: Sequence[Format]) -> None:
        for index, (column, text) in enumerate(zip(self._listing.columns, texts, strict=True)):
            if text:
                _WRITERS[column.unit](
                    self._sheet, (self._line, index), row[column.name], text, formats[index]
                )
        self._line += 1


def _write_number(sheet: Worksheet, at: tuple[int, int], _: Any, text: str, form: Format) -> None:
    # A spreadsheet counts in 15 digits: what has more stays exact as a text.
    if is_exact_number(text.removeprefix("-")):
        sheet.write_number(*at, Decimal(text), form)
    else:
        sheet.write_string(*at, text, form)


def _write_day(sheet: Worksheet, at: tuple[int, int], value: Any, text: str, form: Format) -> None:
    # Spreadsheets have no days before 1900.
    if value.year < _FIRST_YEAR:
        sheet.write_string(*at, text, form)
    else:
        sheet.write_datetime(*at, value, form)


def _write_moment(sheet: Worksheet, at: tuple[int, int], value: Any, text: str, form: Format) -> None:
    _write_day(sheet, at, value.astimezone(UTC).replace(tzinfo=None), text, form)


def _write_text(sheet: Worksheet, at: tuple[int, int], _: Any, text: str, form: Format) -> None:
    sheet.write_string(*at, text, form)


def _write_flag(sheet: Worksheet, at: tuple[int, int], value: Any, _: str, form: Format) -> None:
    sheet.write_boolean(*at, value, form)


_WRITERS: dict[str, Callable[[Worksheet, tuple[int, int], Any, str, Format], None]] = {
    "money": _write_number,
    "quantity": _write_number,
    "count": _write_number,
    "ratio": _write_number,
    "date": _write_day,
    "time": _write_moment,
    "text": _write_text,
    "id": _write_text,
    "flag": _write_flag,
}


def _formats(book: Workbook, columns: Sequence[Column], places: int, **style: Any) -> Sequence[Format]:
    return [book.add_format({"num_format": _number_format(column, places), **style}) for column in columns]


def _number_format(column: Column, places: int) -> str:
    if column.unit == "money":
        return "#,##0." + "0" * places if places else "#,##0"
    if column.is_scientific:
        return "0.000E+00"
    if column.unit == "ratio":
        return "0.00%" if column.is_percent else "0." + "0" * column.places
    return {
        "count": "#,##0",
        "date": "yyyy-mm-dd",
        "time": "yyyy-mm-dd hh:mm:ss",
        "text": "@",
        "id": "@",
    }.get(column.unit, "General")


def _tell_about(book: Workbook, listing: Listing, about: About) -> None:
    """The second sheet: where the rows came from, and what each column means."""
    sheet = book.add_worksheet(ABOUT)
    bold = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 1, 28)
    sheet.set_column(2, 3, 60)
    for line, (label, text) in enumerate(_about_lines(listing, about)):
        sheet.write_string(line, 0, label, bold)
        for index, part in enumerate(text, start=1):
            sheet.write_string(line, index, part, wrapped if index > 1 else None)


def _about_lines(listing: Listing, about: About) -> Iterator[tuple[str, Sequence[str]]]:
    named = facts_of(about, listing.names)
    for (label, text), (_, by_name) in zip(facts_of(about), named, strict=True):
        yield label, [text] if text == by_name else [text, by_name]
    yield TOKEN, [about.token]
    yield "", []
    yield COLUMN, ["Label", "Meaning", "Formula"]
    for column in listing.columns:
        yield column.name, [column.label, column.meaning, column.formula or ""]
