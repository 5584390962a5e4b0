"""How high and wide everything on a slip is on paper, measured in the fonts it is drawn in."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from api.documents.scripts import ScriptPdf
from api.slips.codes import squares_of
from api.slips.model import Block, Code, Fact, Item, Rule, Sum, Table, Text
from api.slips.sides import Sides

#: How much larger what is large is.
_LARGER = 1.4
#: In millimetres: a point with what is between lines, and the side of a QR code.
_LINE, _CODE = 0.46, 30.0
#: What stays free between a label and its value, above and below a rule, and how far details stand in.
_GAP, _AROUND, _INDENT = 1.5, 1.0, 3.0
#: What stays free between the columns of a table where there is room, else as much as beside a label.
_WIDE_GAP = 4.0
#: What adds up may be off by the last bits.
_TINY = 1e-6
#: The least share of a line that a label gets beside its value.
_LEAST_SHARE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A piece that is not divided: how high it is, and what draws it from its left and its top on.

    One that `is_bound` stands on the same page as the next; one that is a rule begins something else.
    """

    height: float
    draw: Callable[[float, float], None]
    is_bound: bool = False
    is_rule: bool = False


class Layout:
    """Measures blocks in a column of a width, in letters of a size, and says how each is drawn."""

    def __init__(self, pdf: ScriptPdf, blocks: Sequence[Block], width: float, size: float) -> None:
        self._pdf = pdf
        self._blocks = blocks
        self._width = width
        self._size = size
        self._set_font()
        marks = [pdf.length(block.mark) for block in blocks if isinstance(block, Item)]
        self._marks = max(marks, default=0.0) and max(marks) + _GAP

    def strips(self) -> Iterator[Strip]:
        """What is drawn, from top to bottom."""
        for block in self._blocks:
            match block:
                case Text():
                    yield from self._text(block)
                case Fact():
                    yield from _bound(self._fact(block))
                case Sum():
                    yield from _bound(self._sum(block))
                case Item():
                    yield from _bound(self._item(block))
                case Table():
                    yield from self._table(block)
                case Rule():
                    yield self._rule()
                case Code():
                    yield self._code(block)

    def _text(self, block: Text) -> Iterator[Strip]:
        align = "C" if block.is_centered else "L"
        self._set_font(is_strong=block.is_strong, is_large=block.is_large)
        for paragraph in block.text.splitlines() or [""]:
            for line in self._pdf.wrapped(paragraph, self._width):
                yield self._line([(line, 0.0, self._width, align)], block)

    def _fact(self, block: Fact) -> Iterator[Strip]:
        self._set_font()
        for left, right in self._sides(self._width).lines(block.label, block.value):
            yield self._line([(left, 0.0, self._width, "L"), (right, 0.0, self._width, "R")])

    def _sum(self, block: Sum) -> Iterator[Strip]:
        self._set_font(is_strong=block.is_strong, is_large=block.is_large)
        yield from self._amount(block.label, block.value, block, _INDENT if block.is_detail else 0.0)

    def _item(self, block: Item) -> Iterator[Strip]:
        self._set_font()
        if not block.detail:
            yield from self._amount(block.name, block.value, block)
            return
        for line in self._pdf.wrapped(block.name, self._width):
            yield self._line([(line, 0.0, self._width, "L")])
        yield from self._amount(block.detail, block.value, block, _INDENT)

    def _rule(self) -> Strip:
        def draw(left: float, top: float) -> None:
            self._pdf.set_line_width(0.15)
            self._pdf.line(left, top + _AROUND, left + self._width, top + _AROUND)

        return Strip(height=2 * _AROUND, draw=draw, is_rule=True)

    def _table(self, block: Table) -> Iterator[Strip]:
        self._set_font()
        rows = [block.header, *block.rows]
        names, *columns = ([self._pdf.length(cell) for cell in column] for column in zip(*rows, strict=True))
        room = self._width - max(names) - sum(map(max, columns))
        gap = min(max(room / len(columns), _GAP), _WIDE_GAP)
        widths = [max(column) + gap for column in columns]
        for first, *others in rows:
            yield from self._row(first, list(zip(others, widths, strict=True)))

    def _code(self, block: Code) -> Strip:
        def draw(left: float, top: float) -> None:
            self._draw_code(block.text, left + (self._width - _CODE) / 2, top + 2 * _AROUND)

        return Strip(height=_CODE + 4 * _AROUND, draw=draw)

    def _draw_code(self, text: str, left: float, top: float) -> None:
        squares = squares_of(text)
        side = _CODE / len(squares)
        for y, row in enumerate(squares):
            for x, length in _dark_runs(row):
                self._pdf.rect(left + x * side, top + y * side, length * side, side, style="F")

    def _row(self, first: str, others: Sequence[tuple[str, float]]) -> Iterator[Strip]:
        """A row of a table: figures in columns at the right, the text beside them or above."""
        cells = []
        right = self._width
        for text, width in reversed(others):
            right -= width
            cells.append((text, right, width, "R"))
        if right + _TINY >= self._pdf.length(first):
            yield self._line([(first, 0.0, right, "L"), *cells])
            return
        for line in self._pdf.wrapped(first, self._width):
            yield self._line([(line, 0.0, self._width, "L")])
        yield self._line(cells)

    def _amount(self, label: str, value: str, block: Item | Sum, indent: float = 0.0) -> Iterator[Strip]:
        """A label, an amount at the right, and behind the last line of both the mark."""
        width = self._width - self._marks
        lines = self._sides(width).lines(label, value, indent)
        for number, (left, right) in enumerate(lines, start=1):
            cells = [(left, indent, width - indent, "L"), (right, 0.0, width, "R")]
            if isinstance(block, Item) and number == len(lines):
                cells.append((block.mark, width, self._marks, "R"))
            yield self._line(cells, block)

    def _sides(self, width: float) -> Sides:
        pdf = self._pdf
        return Sides(
            width=width, gap=_GAP, least=width * _LEAST_SHARE, length=pdf.length, wrapped=pdf.wrapped
        )

    def _line(self, cells: Sequence[tuple[str, float, float, str]], block: Block | None = None) -> Strip:
        """A line of texts, each with its place from the left, its width and where in it it stands."""
        is_strong = isinstance(block, (Text, Sum)) and block.is_strong
        is_large = isinstance(block, (Text, Sum)) and block.is_large
        height = self._size * _LINE * (_LARGER if is_large else 1.0)

        def draw(left: float, top: float) -> None:
            self._set_font(is_strong=is_strong, is_large=is_large)
            for text, place, width, align in cells:
                if text.strip():
                    self._pdf.put(text.rstrip(), (left + place, top, width, height), align)

        return Strip(height=height, draw=draw)

    def _set_font(self, *, is_strong: bool = False, is_large: bool = False) -> None:
        size = self._size * (_LARGER if is_large else 1.0)
        self._pdf.set_font("sans", style="B" if is_strong else "", size=size)


def _bound(strips: Iterable[Strip]) -> Iterator[Strip]:
    *first, last = strips
    yield from (replace(strip, is_bound=True) for strip in first)
    yield last


def _dark_runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where dark squares begin, and how many stand side by side."""
    start = None
    for x, is_dark in enumerate([*row, False]):
        if is_dark and start is None:
            start = x
        elif not is_dark and start is not None:
            yield start, x - start
            start = None
