"""A slip in lines of letters that are all of one width, as its printers write it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.slips.letters import writable
from api.slips.model import Block, Code, Fact, Item, Rule, Slip, Sum, Table, Text
from api.slips.sides import Sides

#: How far what belongs to a name stands in, and the least that is left for a label beside its value.
_INDENT, _LEAST = "  ", 8
_WORDS = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that fits the paper; or, with `code`, what a QR code says."""

    text: str = ""
    is_strong: bool = False
    is_large: bool = False
    is_centered: bool = False
    code: str | None = None


def lines_of(slip: Slip, columns: int) -> Iterator[Line]:
    """The lines of a slip on paper of so many columns."""
    marks = [len(block.mark) for block in slip.blocks if isinstance(block, Item)]
    page = _Page(columns, max(marks, default=0))
    for block in slip.blocks:
        yield from page.lines(block)


def wrapped(text: str, width: float) -> Sequence[str]:
    """The text in lines of at most so many letters, broken between words where that is possible."""
    lines = [""]
    for word in _WORDS.findall(text):
        for piece in [word] if len(word.rstrip()) <= width else word:
            if lines[-1] and len(lines[-1]) + len(piece.rstrip()) > width:
                lines.append("")
            lines[-1] += piece
    return [line.rstrip() for line in lines]


class _Page:
    """Lines of so many columns, of which the last ones are for marks."""

    def __init__(self, columns: int, marks: int) -> None:
        self._columns = columns
        self._marks = marks + 1 if marks else 0

    def lines(self, block: Block) -> Iterator[Line]:
        match block:
            case Text():
                yield from self._text(block)
            case Fact():
                yield from self._across(block.label, block.value)
            case Sum():
                yield from self._sum(block)
            case Item():
                yield from self._item(block)
            case Table():
                yield from self._table(block)
            case Rule():
                yield Line(text="-" * self._columns)
            case Code():
                yield Line(code=block.text)

    def _text(self, block: Text) -> Iterator[Line]:
        for paragraph in writable(block.text).splitlines() or [""]:
            for line in wrapped(paragraph, self._columns):
                yield Line(
                    text=line,
                    is_strong=block.is_strong,
                    is_large=block.is_large,
                    is_centered=block.is_centered,
                )

    def _sum(self, block: Sum) -> Iterator[Line]:
        indent = _INDENT if block.is_detail else ""
        for line in self._beside(block.label, block.value, indent=indent):
            yield Line(text=line, is_strong=block.is_strong, is_large=block.is_large)

    def _item(self, block: Item) -> Iterator[Line]:
        label, indent = (block.detail, _INDENT) if block.detail else (block.name, "")
        if block.detail:
            yield from (Line(text=line) for line in wrapped(writable(block.name), self._columns))
        for line in self._beside(label, block.value, mark=block.mark, indent=indent):
            yield Line(text=line)

    def _table(self, block: Table) -> Iterator[Line]:
        """In columns as wide as what stands in them; where they do not fit, in two lines each."""
        rows = [[writable(cell) for cell in row] for row in (block.header, *block.rows)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for first, *others in rows:
            figures = " ".join(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
            yield from self._across(first, figures)

    def _beside(self, label: str, value: str, *, mark: str = "", indent: str = "") -> Iterator[str]:
        """A label, a value at the right, and behind the last line of both the mark."""
        width = self._columns - self._marks
        lines = _sides(width).lines(writable(label), writable(value), len(indent))
        for number, (left, right) in enumerate(lines, start=1):
            last = mark.rjust(self._marks) if number == len(lines) else ""
            yield f"{(indent if left else '') + left:<{width - len(right)}}{right}{last}".rstrip()

    def _across(self, label: str, value: str) -> Iterator[Line]:
        """The same over all columns."""
        for left, right in _sides(self._columns).lines(writable(label), writable(value)):
            yield Line(text=f"{left:<{self._columns - len(right)}}{right}".rstrip())


def _sides(width: int) -> Sides:
    return Sides(width=width, gap=1, least=_LEAST, length=len, wrapped=wrapped)
