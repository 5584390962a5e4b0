"""On which page of a PDF everything on a slip stands, and where."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

from api.documents.scripts import ScriptPdf
from api.slips.layout import Layout, Strip
from api.slips.model import Paper, Slip

#: The size of letters in points: on a wide roll, on a narrow one, on A4.
_SIZES = {80: 8.5, 58: 7.0, 210: 10.0}
#: In millimetres: what stays free around a slip on a roll, around one on A4, and at the sides of one on A4
#: that is in one column, which is read in a narrow one; how wide two columns are together, and each of them.
_EDGE, _WIDE_EDGE, _SIDE, _HALVES, _HALF = 4.0, 20.0, 40.0, 170.0, 80.0
#: How high A4 is, and the longest page that every reader shows; what adds up may be off by the last bits.
_A4_HEIGHT, _LONGEST, _TINY = 297.0, 5080.0, 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Strips one below the other, and where the first of them begins."""

    left: float
    top: float
    strips: Sequence[Strip]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How high a page is, what stays free below, and the columns on it."""

    height: float
    edge: float
    columns: Sequence[Column]


def pages_of(pdf: ScriptPdf, slip: Slip, paper: Paper) -> Iterator[Page]:
    """The pages of a slip: on a roll one, as long as it needs to be, on A4 as many as it fills."""
    if paper.is_roll:
        yield from _on_a_roll(pdf, slip, paper)
    elif slip.in_halves:
        yield from _in_halves(pdf, slip, paper)
    else:
        strips = Layout(pdf, slip.blocks, paper.width - 2 * _SIDE, _SIZES[paper.width]).strips()
        for column in _filled(strips, repeat(_A4_HEIGHT - 2 * _WIDE_EDGE)):
            yield _a4(Column(left=_SIDE, top=_WIDE_EDGE, strips=column))


def _on_a_roll(pdf: ScriptPdf, slip: Slip, paper: Paper) -> Iterator[Page]:
    strips = list(Layout(pdf, slip.blocks, paper.width - 2 * _EDGE, _SIZES[paper.width]).strips())
    height = min(_height(strips) + 2 * _EDGE, _LONGEST)
    for column in _filled(strips, repeat(height - 2 * _EDGE)):
        yield Page(height=height, edge=_EDGE, columns=[Column(left=_EDGE, top=_EDGE, strips=column)])


def _in_halves(pdf: ScriptPdf, slip: Slip, paper: Paper) -> Iterator[Page]:
    """The head, and below it two columns, which are alike in length if they fit on that page."""
    first, *others = slip.parts
    head = list(Layout(pdf, first, _HALVES, _SIZES[paper.width]).strips())
    strips = list(Layout(pdf, [*chain(*others)], _HALF, _SIZES[paper.width]).strips())
    top, room = _WIDE_EDGE + _height(head), _A4_HEIGHT - 2 * _WIDE_EDGE
    columns = _halved(strips)
    if max(map(_height, columns)) > room - _height(head) + _TINY:
        columns = list(_filled(strips, chain(repeat(room - _height(head), 2), repeat(room))))
    yield _a4(Column(left=_WIDE_EDGE, top=_WIDE_EDGE, strips=head), *_side_by_side(columns[:2], top))
    for number in range(2, len(columns), 2):
        yield _a4(*_side_by_side(columns[number : number + 2], _WIDE_EDGE))


def _side_by_side(columns: Sequence[Sequence[Strip]], top: float) -> Iterator[Column]:
    for number, strips in enumerate(columns):
        yield Column(left=_WIDE_EDGE + number * (_HALVES - _HALF), top=top, strips=strips)


def _a4(*columns: Column) -> Page:
    return Page(height=_A4_HEIGHT, edge=_WIDE_EDGE, columns=columns)


def _halved(strips: Sequence[Strip]) -> Sequence[Sequence[Strip]]:
    """Two columns, the second from that rule on that makes the longer one of them shortest."""
    rules = [number for number, strip in enumerate(strips) if strip.is_rule]
    number = min(rules, key=lambda number: max(_height(strips[:number]), _height(strips[number:])), default=0)
    return strips[:number], strips[number:]


def _filled(strips: Iterable[Strip], rooms: Iterator[float]) -> Iterator[Sequence[Strip]]:
    """The strips in columns of so much room; those that belong together are in one."""
    column: list[Strip] = []
    used, room = 0.0, next(rooms)
    for bundle in _bundles(strips):
        height = _height(bundle)
        if column and used + height > room + _TINY:
            yield column
            column, used, room = [], 0.0, next(rooms)
        column += bundle
        used += height
    yield column


def _bundles(strips: Iterable[Strip]) -> Iterator[Sequence[Strip]]:
    bundle: list[Strip] = []
    for strip in strips:
        bundle.append(strip)
        if not strip.is_bound:
            yield bundle
            bundle = []


def _height(strips: Iterable[Strip]) -> float:
    return sum(strip.height for strip in strips)
