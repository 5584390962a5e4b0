"""A slip as a PDF."""

from collections.abc import Iterator

from api.documents.scripts import ScriptPdf
from api.slips.model import Fact, Item, Paper, Slip, Sum, Table, Text
from api.slips.pages import Page, pages_of

#: The numbers of pages, in points.
_SMALL = 8.0


def as_pdf(slip: Slip, paper: Paper) -> bytes:
    """The slip. It takes some hundredths of a second, and half a second for Chinese, Japanese or Korean."""
    pdf = ScriptPdf([slip.title, "0123456789/,", *_texts(slip)], unit="mm", format="A4")
    pdf.set_title(slip.title)
    pdf.set_lang(slip.language)
    pdf.set_creation_date(slip.made_at)
    pdf.set_auto_page_break(auto=False)
    pdf.c_margin = 0
    pages = list(pages_of(pdf, slip, paper))
    for number, page in enumerate(pages, start=1):
        pdf.add_page(format=(paper.width, page.height))
        _draw(page)
        if len(pages) > 1:
            _draw_number(pdf, f"{slip.title}, {number} / {len(pages)}", page)
    return bytes(pdf.output())


def _draw(page: Page) -> None:
    for column in page.columns:
        place = column.top
        for strip in column.strips:
            strip.draw(column.left, place)
            place += strip.height


def _draw_number(pdf: ScriptPdf, text: str, page: Page) -> None:
    """At the foot of a page that has others beside it."""
    pdf.set_font("sans", size=_SMALL)
    pdf.put(text, (0, page.height - page.edge, pdf.w, page.edge), "C")


def _texts(slip: Slip) -> Iterator[str]:
    for block in slip.blocks:
        match block:
            case Text():
                yield block.text
            case Fact() | Sum():
                yield from (block.label, block.value)
            case Item():
                yield from (block.name, block.detail, block.value, block.mark)
            case Table():
                yield from block.header
                for row in block.rows:
                    yield from row
