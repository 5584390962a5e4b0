"""A slip as a PDF: on a roll one page as long as it needs to be, on A4 as many as it fills."""

from collections.abc import Iterable, Iterator, Sequence

from api.documents.scripts import ScriptPdf
from api.slips.layout import Layout, Strip
from api.slips.model import Fact, Item, Paper, Slip, Sum, Table, Text

#: In millimetres: the edge of a roll and of A4, above and below.
_EDGE, _WIDE_EDGE = 4.0, 20.0
#: How high A4 is, and the longest page that every reader shows; what adds up may be off by the last bits.
_A4_HEIGHT, _LONGEST, _TINY = 297.0, 5080.0, 1e-6
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
    strips = list(Layout(pdf, slip, paper).strips())
    _draw(pdf, strips, slip, paper)
    return bytes(pdf.output())


def _draw(pdf: ScriptPdf, strips: Sequence[Strip], slip: Slip, paper: Paper) -> None:
    edge, height = _WIDE_EDGE, _A4_HEIGHT
    if paper.is_roll:
        edge, height = _EDGE, min(sum(strip.height for strip in strips) + 2 * _EDGE, _LONGEST)
    pages = list(_pages(strips, height - 2 * edge))
    for number, page in enumerate(pages, start=1):
        pdf.add_page(format=(paper.width, height))
        place = edge
        for strip in page:
            strip.draw(place)
            place += strip.height
        if len(pages) > 1:
            _draw_number(pdf, f"{slip.title}, {number} / {len(pages)}", edge, height)


def _draw_number(pdf: ScriptPdf, text: str, edge: float, height: float) -> None:
    """At the foot of a page that has others beside it."""
    pdf.set_font("sans", size=_SMALL)
    pdf.put(text, (0, height - edge, pdf.w, edge), "C")


def _pages(strips: Iterable[Strip], room: float) -> Iterator[Sequence[Strip]]:
    """The strips page by page; those that belong together are on one."""
    page: list[Strip] = []
    used = 0.0
    for bundle in _bundles(strips):
        height = sum(strip.height for strip in bundle)
        if page and used + height > room + _TINY:
            yield page
            page, used = [], 0.0
        page += bundle
        used += height
    yield page


def _bundles(strips: Iterable[Strip]) -> Iterator[Sequence[Strip]]:
    bundle: list[Strip] = []
    for strip in strips:
        bundle.append(strip)
        if not strip.is_bound:
            yield bundle
            bundle = []


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
