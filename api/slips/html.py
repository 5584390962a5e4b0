"""A slip as a page of HTML that needs nothing besides itself, and prints on its paper."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any

from api.slips.codes import squares_of
from api.slips.model import Block, Code, Fact, Item, Paper, Rule, Slip, Sum, Table, Text

#: In millimetres: what stays free at the sides, how wide a slip is read on a wide paper, and one in halves.
_MARGIN, _WIDEST, _WIDEST_HALVES = 4, 130, 186
#: What a letter behind an amount takes.
_MARK = 2
#: What stays free between the columns of a table.
_GAP, _NARROW_GAP = 4, 1.5
#: On paper that is narrower than so many millimetres letters are smaller.
_NARROW = 80
_STYLE = """
@page {{ size: {page}; margin: {margin}mm; }}
body {{ font: {size}pt/1.35 sans-serif; width: {width}mm; margin: 0 auto; color: #000; }}
@media screen {{ body {{ padding: 6mm {margin}mm; box-shadow: 0 0 4mm #bbb; margin: 6mm auto; }} }}
p {{ margin: 0; white-space: pre-line; overflow-wrap: anywhere; }}
.centered {{ text-align: center; }}
.strong {{ font-weight: bold; }}
.large {{ font-size: 1.35em; }}
.row {{ display: flex; column-gap: 1.5mm; align-items: last baseline; break-inside: avoid; }}
.row > :first-child {{ flex: 1; min-width: 0; overflow-wrap: break-word; }}
.fact {{ flex-wrap: wrap; }}
.fact > :first-child {{ flex: none; max-width: 100%; }}
.fact > :last-child {{ flex: auto; min-width: 0; text-align: end; overflow-wrap: break-word; }}
.detail {{ padding-inline-start: 3mm; }}
.value {{ white-space: nowrap; font-variant-numeric: tabular-nums; }}
.mark {{ {mark}; text-align: end; }}
hr {{ border: 0; border-top: 1px dashed #000; margin: .5em 0; }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }}
th, td {{ padding: 0 0 0 {gap}mm; text-align: end; vertical-align: bottom; white-space: nowrap; }}
th {{ font-weight: normal; }}
th:first-child, td:first-child {{ width: 100%; text-align: start; padding: 0; white-space: normal; }}
main {{ columns: 2; column-gap: 10mm; margin-top: .5em; }}
section {{ break-inside: avoid; padding-bottom: .5em; }}
section > hr {{ margin-top: 0; }}
svg {{ display: block; margin: .8em auto; width: 32mm; height: 32mm; }}
"""


def as_html(slip: Slip, paper: Paper) -> bytes:
    """The page."""
    parts = [
        "<!doctype html>",
        f'<html lang="{escape(slip.language)}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(slip.title)}</title><style>{_style(slip, paper)}</style></head><body>",
        *(_halves(slip.parts) if _is_halved(slip, paper) else map(_written, slip.blocks)),
        "</body></html>",
    ]
    return "\n".join(parts).encode()


def _is_halved(slip: Slip, paper: Paper) -> bool:
    return slip.in_halves and not paper.is_roll


def _halves(parts: Sequence[Sequence[Block]]) -> Iterator[str]:
    """The head, and below it columns, between which a browser shares out the parts."""
    head, *others = parts
    yield from map(_written, head)
    yield "<main>"
    for part in others:
        yield from ("<section>", *map(_written, part), "</section>")
    yield "</main>"


def _written(block: Block) -> str:
    return _WRITERS[type(block)](block)


def _style(slip: Slip, paper: Paper) -> str:
    marks = max((len(block.mark) for block in slip.blocks if isinstance(block, Item)), default=0)
    return _STYLE.format(
        # A roll has no length that a page could name; its printer knows how wide it is.
        page="auto" if paper.is_roll else "A4",
        margin=_MARGIN if paper.is_roll else 3 * _MARGIN,
        width=min(paper.width - 2 * _MARGIN, _WIDEST_HALVES if _is_halved(slip, paper) else _WIDEST),
        size=8 if paper.width < _NARROW else 9.5,
        gap=_NARROW_GAP if paper.width < _NARROW else _GAP,
        # Where nothing has a mark, amounts end where all else does.
        mark=f"flex: 0 0 {_MARK * marks}mm" if marks else "display: none",
    )


def _text(block: Text) -> str:
    names = {"strong": block.is_strong, "large": block.is_large, "centered": block.is_centered}
    text = escape(block.text)
    if block.address is not None:
        text = f'<a href="{escape(block.address)}">{text}</a>'
    return f'<p dir="auto"{_classes(names)}>{text}</p>'


def _fact(block: Fact) -> str:
    return (
        f'<div class="row fact"><span>{escape(block.label)}</span>'
        f'<span dir="auto">{escape(block.value)}</span></div>'
    )


def _sum(block: Sum) -> str:
    names = {
        "row": True,
        "strong": block.is_strong,
        "large": block.is_large,
        "detail": block.is_detail,
    }
    return f"<div{_classes(names)}>{_cells(block.label, block.value)}</div>"


def _item(block: Item) -> str:
    if not block.detail:
        return f'<div class="row">{_cells(block.name, block.value, block.mark)}</div>'
    second = _cells(block.detail, block.value, block.mark)
    return f'<p dir="auto">{escape(block.name)}</p><div class="row detail">{second}</div>'


def _cells(label: str, value: str, mark: str = "") -> str:
    return (
        f'<span dir="auto">{escape(label)}</span><span class="value">{escape(value)}</span>'
        f'<span class="mark">{escape(mark)}</span>'
    )


def _rule(_: Rule) -> str:
    return "<hr>"


def _table(block: Table) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in block.header)
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in block.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(text: str) -> str:
    return f"<td>{escape(text)}</td>"


def _code(block: Code) -> str:
    squares = squares_of(block.text)
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(squares) for x, is_dark in enumerate(row) if is_dark
    )
    size = len(squares)
    return (
        f'<svg viewBox="0 0 {size} {size}" role="img" aria-label="{escape(block.text)}">'
        f'<path d="{path}"/></svg>'
    )


def _classes(names: Mapping[str, bool]) -> str:
    given: Iterable[str] = [name for name, is_given in names.items() if is_given]
    return f' class="{" ".join(given)}"' if given else ""


_WRITERS: Mapping[type[Block], Callable[[Any], str]] = MappingProxyType(
    {Text: _text, Fact: _fact, Sum: _sum, Item: _item, Table: _table, Rule: _rule, Code: _code}
)
