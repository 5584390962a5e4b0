"""What stands on a slip, from top to bottom, with every figure already written out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text that takes the lines it needs; on a page it leads to its `address`, if it has one."""

    text: str
    address: str | None = None
    is_strong: bool = False
    is_large: bool = False
    is_centered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label, and at the edge of the paper what it is about."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A label and an amount, below those of the items; `is_detail` stands in, as part of what is above."""

    label: str
    value: str
    is_strong: bool = False
    is_large: bool = False
    is_detail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that was sold: its name, how much at which price, what that comes to, and a letter behind."""

    name: str
    detail: str = ""
    value: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of figures; what stands in the first column is a text."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A QR code that says `text`."""

    text: str


Block = Text | Fact | Sum | Item | Table | Rule | Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A slip in a language; written again with the same `made_at` it is the same to the last byte.

    With `opens_drawer` a printer gives the drawer's lock a pulse. A slip `in_halves` has what is below its
    first rule in two columns side by side on paper that is no roll.
    """

    title: str
    language: str
    made_at: datetime
    blocks: Sequence[Block]
    opens_drawer: bool = False
    in_halves: bool = False

    @property
    def parts(self) -> Sequence[Sequence[Block]]:
        """What stands above the first rule, and each rule with what stands below it."""
        parts: list[list[Block]] = [[]]
        for block in self.blocks:
            if isinstance(block, Rule):
                parts.append([])
            parts[-1].append(block)
        return parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper: millimetres across, and how many letters a printer of slips writes in a line."""

    width: int
    columns: int
    is_roll: bool = True


#: The papers by name. A printer of slips has no pages, so that A4 is to it like its wider roll.
PAPERS: Mapping[str, Paper] = MappingProxyType(
    {
        "80mm": Paper(width=80, columns=48),
        "58mm": Paper(width=58, columns=32),
        "a4": Paper(width=210, columns=48, is_roll=False),
    }
)
