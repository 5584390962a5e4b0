"""A document as a PDF: A4, its fonts embedded, in any script that they have."""

from collections.abc import Iterable, Iterator, Sequence

from api.documents.model import Column, Document, Party
from api.documents.paper import GREY, LARGE, LINE, MARGIN, NORMAL, SMALL, Paper

#: In millimetres.
_PARTY_WIDTH, _PADDING = 58, 0.7


def as_pdf(document: Document) -> bytes:
    """The document. It takes some milliseconds a row, and half a second for Chinese, Japanese or Korean."""
    document = document.condensed()
    pdf = Paper(f"{document.title} {document.number}", _texts(document))
    _title(pdf, document)
    _parties(pdf, document.parties)
    _facts(pdf, document.facts)
    _table(pdf, document)
    _totals(pdf, document)
    if document.note:
        pdf.ln(LINE)
        pdf.multi_cell(0, LINE, document.note, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def _texts(document: Document) -> Iterator[str]:
    for party in document.parties:
        yield from (party.role, party.name, *party.lines)
    for pair in (*document.facts, *document.totals):
        yield from pair
    yield from (column.name for column in document.columns)
    for row in document.rows:
        yield from row
    yield document.note or ""


def _title(pdf: Paper, document: Document) -> None:
    pdf.set_font("sans", style="B", size=LARGE)
    pdf.cell(0, 10, f"{document.title} {document.number}", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(LINE)


def _parties(pdf: Paper, parties: Iterable[Party]) -> None:
    """Side by side, each as long as it needs."""
    top = bottom = pdf.get_y()
    for index, party in enumerate(parties):
        left = MARGIN + index * (_PARTY_WIDTH + 3)
        pdf.set_xy(left, top)
        pdf.set_font("sans", size=SMALL)
        pdf.set_text_color(*GREY)
        pdf.multi_cell(_PARTY_WIDTH, LINE, party.role, align="L", new_x="LEFT", new_y="NEXT")
        pdf.set_text_color(0)
        pdf.set_font("sans", style="B", size=NORMAL)
        pdf.multi_cell(_PARTY_WIDTH, LINE, party.name, align="L", new_x="LEFT", new_y="NEXT")
        pdf.set_font("sans", size=NORMAL)
        for line in party.lines:
            pdf.multi_cell(_PARTY_WIDTH, LINE, line, align="L", new_x="LEFT", new_y="NEXT")
        bottom = max(bottom, pdf.get_y())
    pdf.set_xy(MARGIN, bottom + LINE)


def _facts(pdf: Paper, facts: Iterable[tuple[str, str]]) -> None:
    for label, text in facts:
        pdf.set_font("sans", size=NORMAL)
        pdf.set_text_color(*GREY)
        pdf.cell(35, LINE, label)
        pdf.set_text_color(0)
        pdf.multi_cell(0, LINE, text, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(LINE)


class Table:
    """A table whose header stands on every page. The library's own takes twice the time."""

    def __init__(self, pdf: Paper, columns: Sequence[Column]) -> None:
        self._pdf = pdf
        self._columns = columns
        share = pdf.epw / sum(column.width for column in columns)
        self._widths = [share * column.width for column in columns]

    def header(self) -> None:
        """The names of the columns, and a line below."""
        self._pdf.set_font("sans", style="B", size=SMALL)
        self._draw([column.name for column in self._columns])
        self._pdf.set_font("sans", size=SMALL)

    def row(self, cells: Sequence[str]) -> None:
        """A row, on the next page if this one has no room for it."""
        self._draw(cells)

    def footer(self, cells: Sequence[str]) -> None:
        """What stands below all rows."""
        if self._pdf.will_page_break(3 * LINE):
            self._pdf.add_page()
            self.header()
        self._pdf.set_font("sans", style="B", size=SMALL)
        self._draw(cells)
        self._pdf.set_font("sans", size=SMALL)

    def _draw(self, cells: Sequence[str]) -> None:
        pdf = self._pdf
        wrapped = [
            pdf.wrapped(text, width - 2 * pdf.c_margin)
            for text, width in zip(cells, self._widths, strict=True)
        ]
        height = LINE * max(map(len, wrapped)) + 2 * _PADDING
        if pdf.will_page_break(height):
            pdf.add_page()
            self.header()
        top, left = pdf.get_y() + _PADDING, pdf.l_margin
        for lines, width, column in zip(wrapped, self._widths, self._columns, strict=True):
            room, align = width - 2 * pdf.c_margin, "R" if column.is_number else "L"
            for number, line in enumerate(lines):
                pdf.put(line.strip(), (left + pdf.c_margin, top + number * LINE, room, LINE), align)
            left += width
        pdf.set_xy(pdf.l_margin, top + height - _PADDING)
        pdf.line(pdf.l_margin, pdf.get_y(), pdf.l_margin + pdf.epw, pdf.get_y())


def _table(pdf: Paper, document: Document) -> None:
    pdf.set_draw_color(*GREY)
    pdf.set_line_width(0.1)
    table = Table(pdf, document.columns)
    table.header()
    for row in document.rows:
        table.row(row)


def _totals(pdf: Paper, document: Document) -> None:
    pdf.ln(LINE / 2)
    pdf.set_font("sans", style="B", size=NORMAL)
    for label, text in document.totals:
        if pdf.will_page_break(2 * LINE):
            pdf.add_page()
        pdf.cell(pdf.epw - 40, 1.5 * LINE, label, align="R")
        pdf.cell(40, 1.5 * LINE, text, align="R", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("sans", size=NORMAL)
