"""A document as a PDF: A4, its fonts embedded, in any script that they have."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from api.documents.model import Column, Document, Party

if TYPE_CHECKING:
    from fpdf import FPDF

_FONTS = Path(__file__).parent / "fonts"
#: In millimetres and points.
_MARGIN, _PARTY_WIDTH, _LINE, _PADDING = 15, 58, 4.5, 0.7
_SMALL, _NORMAL, _LARGE = 8, 9, 16
_GREY = (110, 110, 110)
#: The first letters that are written from right to left, or that change with their neighbours …
_SHAPED = 0x0590
#: … and the first of Chinese, Japanese and Korean, for which there is another font.
_EASTERN = 0x2E80


def as_pdf(document: Document) -> bytes:
    """The document. It takes some milliseconds a row, and half a second for Chinese, Japanese or Korean."""
    document = document.condensed()
    pdf = _page(document)
    _title(pdf, document)
    _parties(pdf, document.parties)
    _facts(pdf, document.facts)
    _table(pdf, document)
    _totals(pdf, document)
    if document.note:
        pdf.ln(_LINE)
        pdf.multi_cell(0, _LINE, document.note, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def _page(document: Document) -> "FPDF":
    # It takes a second to import, which a process that writes no document is spared.
    from fpdf import FPDF  # noqa: PLC0415

    class Paper(FPDF):
        """Pages that say which of how many they are, and of what."""

        def footer(self) -> None:
            """At the foot of every page."""
            self.set_y(-_MARGIN)
            self.set_font("sans", size=_SMALL)
            self.set_text_color(*_GREY)
            self.cell(0, _LINE, f"{document.title} {document.number}")
            self.set_x(_MARGIN)
            self.cell(0, _LINE, f"{self.page_no()} / {{nb}}", align="R")
            self.set_text_color(0)

    pdf = Paper()
    pdf.set_title(f"{document.title} {document.number}")
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN + 2 * _LINE)
    _choose_fonts(pdf, document)
    pdf.add_page()
    return pdf


def _choose_fonts(pdf: "FPDF", document: Document) -> None:
    pdf.add_font("sans", fname=_FONTS / "DejaVuSans.ttf")
    pdf.add_font("sans", style="B", fname=_FONTS / "DejaVuSans-Bold.ttf")
    letters = set().union(*_texts(document))
    if any(ord(letter) >= _EASTERN for letter in letters):
        pdf.add_font("eastern", fname=_FONTS / "DroidSansFallback.ttf")
        pdf.set_fallback_fonts(["eastern"], exact_match=False)
    if any(ord(letter) >= _SHAPED for letter in letters):
        pdf.set_text_shaping(use_shaping_engine=True)


def _texts(document: Document) -> Iterable[str]:
    for party in document.parties:
        yield from (party.name, *party.lines)
    for _, text in document.facts:
        yield text
    for row in document.rows:
        yield from row
    yield document.note or ""


def _title(pdf: "FPDF", document: Document) -> None:
    pdf.set_font("sans", style="B", size=_LARGE)
    pdf.cell(0, 10, f"{document.title} {document.number}", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(_LINE)


def _parties(pdf: "FPDF", parties: Iterable[Party]) -> None:
    """Side by side, each as long as it needs."""
    top = bottom = pdf.get_y()
    for index, party in enumerate(parties):
        left = _MARGIN + index * (_PARTY_WIDTH + 3)
        pdf.set_xy(left, top)
        pdf.set_font("sans", size=_SMALL)
        pdf.set_text_color(*_GREY)
        pdf.multi_cell(_PARTY_WIDTH, _LINE, party.role, align="L", new_x="LEFT", new_y="NEXT")
        pdf.set_text_color(0)
        pdf.set_font("sans", style="B", size=_NORMAL)
        pdf.multi_cell(_PARTY_WIDTH, _LINE, party.name, align="L", new_x="LEFT", new_y="NEXT")
        pdf.set_font("sans", size=_NORMAL)
        for line in party.lines:
            pdf.multi_cell(_PARTY_WIDTH, _LINE, line, align="L", new_x="LEFT", new_y="NEXT")
        bottom = max(bottom, pdf.get_y())
    pdf.set_xy(_MARGIN, bottom + _LINE)


def _facts(pdf: "FPDF", facts: Iterable[tuple[str, str]]) -> None:
    for label, text in facts:
        pdf.set_font("sans", size=_NORMAL)
        pdf.set_text_color(*_GREY)
        pdf.cell(35, _LINE, label)
        pdf.set_text_color(0)
        pdf.multi_cell(0, _LINE, text, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(_LINE)


class _Table:
    """A table whose header stands on every page. The library's own takes twice the time."""

    def __init__(self, pdf: "FPDF", columns: Sequence[Column]) -> None:
        self._pdf = pdf
        self._columns = columns
        share = pdf.epw / sum(column.width for column in columns)
        self._widths = [share * column.width for column in columns]

    def header(self) -> None:
        """The names of the columns, and a line below."""
        self._pdf.set_font("sans", style="B", size=_SMALL)
        self._draw([column.name for column in self._columns])
        self._pdf.set_font("sans", size=_SMALL)

    def row(self, cells: Sequence[str]) -> None:
        """A row, on the next page if this one has no room for it."""
        self._draw(cells)

    def _draw(self, cells: Sequence[str]) -> None:
        pdf = self._pdf
        wrapped = [self._wrapped(*cell) for cell in zip(cells, self._widths, strict=True)]
        height = _LINE * max(map(len, wrapped)) + 2 * _PADDING
        if pdf.will_page_break(height):
            pdf.add_page()
            self.header()
        top, left = pdf.get_y() + _PADDING, pdf.l_margin
        for lines, width, column in zip(wrapped, self._widths, self._columns, strict=True):
            for number, line in enumerate(lines):
                pdf.set_xy(left, top + number * _LINE)
                pdf.cell(width, _LINE, line, align="R" if column.is_number else "L")
            left += width
        pdf.set_xy(pdf.l_margin, top + height - _PADDING)
        pdf.line(pdf.l_margin, pdf.get_y(), pdf.l_margin + pdf.epw, pdf.get_y())

    def _wrapped(self, text: str, width: float) -> Sequence[str]:
        if self._pdf.get_string_width(text) <= width - 2 * self._pdf.c_margin:
            return [text]
        lines = self._pdf.multi_cell(width, _LINE, text, align="L", dry_run=True, output="LINES")
        return cast("list[str]", lines)


def _table(pdf: "FPDF", document: Document) -> None:
    pdf.set_draw_color(*_GREY)
    pdf.set_line_width(0.1)
    table = _Table(pdf, document.columns)
    table.header()
    for row in document.rows:
        table.row(row)


def _totals(pdf: "FPDF", document: Document) -> None:
    pdf.ln(_LINE / 2)
    pdf.set_font("sans", style="B", size=_NORMAL)
    for label, text in document.totals:
        if pdf.will_page_break(2 * _LINE):
            pdf.add_page()
        pdf.cell(pdf.epw - 40, 1.5 * _LINE, label, align="R")
        pdf.cell(40, 1.5 * _LINE, text, align="R", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("sans", size=_NORMAL)
