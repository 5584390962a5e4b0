"""How the file of another system is laid out: its columns under the words that its reader uses."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.catalog.moving_in.findings import Findings
from domain.catalog.moving_in.goods import Goods
from domain.sheets import unguarded

# How spreadsheets are kept from taking digits for a number.
_FORCED_TEXT = re.compile(r'="(.*)"\Z', re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Format:
    """The form in which another system hands out its catalog.

    `fields` names, by a word of ours, the columns that say it, of which the first that is there counts;
    `series` the columns that there may be several of, as patterns whose group tells them apart. A file is of
    this form if it has one column of each of `marks`; they begin as those there, if they end with `…`.
    """

    #: What `format` calls it.
    name: str
    #: What its makers call it.
    title: str
    marks: Sequence[tuple[str, ...]]
    fields: Mapping[str, tuple[str, ...]]
    read: Callable[[Sequence["Line"], Findings], Iterator[Goods]]
    series: Mapping[str, str] = field(default_factory=dict)

    def missing(self, header: Sequence[str]) -> list[str]:
        """The marks that a header lacks, each by its first name."""
        keys = {key(one) for one in header}
        return [names[0] for names in self.marks if not any(_has(keys, name) for name in names)]

    def known(self, header: Sequence[str]) -> int:
        """How many of the columns it knows."""
        layout = Layout(self, header)
        return len(layout.taken)


class Layout:
    """Where in a file each word of a format stands."""

    def __init__(self, form: Format, header: Sequence[str]) -> None:
        self.header = header
        keys = [key(one) for one in header]
        self.indexes: dict[str, int] = {}
        self.series: dict[str, list[tuple[str, int]]] = {}
        for word, names in form.fields.items():
            if name := next((one for one in names if one in keys), None):
                self.indexes[word] = keys.index(name)
        for word, pattern in form.series.items():
            matches = [re.fullmatch(pattern, one.strip(), re.IGNORECASE) for one in header]
            self.series[word] = [
                ((match[1] or "").strip(), index) for index, match in enumerate(matches) if match
            ]
        several = {index for places in self.series.values() for _, index in places}
        #: The columns that somebody reads.
        self.taken = several | set(self.indexes.values())

    def label(self, word: str) -> str:
        """What the file calls that column; nothing, if it has none."""
        index = self.indexes.get(word)
        if index is None:
            index = next((one for _, one in self.series.get(word, ())), None)
        return "" if index is None else self.header[index].strip()


class Line:
    """A row of the file, read by the words of its format."""

    __slots__ = ("_cells", "layout", "number")

    def __init__(self, number: int, cells: Sequence[str], layout: Layout) -> None:
        self.number = number
        self.layout = layout
        self._cells = cells

    def __getitem__(self, word: str) -> str:
        """What stands there; nothing where there is no such column."""
        index = self.layout.indexes.get(word)
        return "" if index is None else _text(self._cells[index])

    def cell(self, index: int) -> str:
        """What stands in a column that may have no word."""
        return self._cells[index].strip()

    def has(self, word: str) -> bool:
        """Whether the file has such a column at all."""
        return word in self.layout.indexes

    def each(self, word: str) -> dict[str, str]:
        """What stands in each column of a series, where anything does."""
        cells = ((name, _text(self._cells[index])) for name, index in self.layout.series[word])
        return {name: text for name, text in cells if text}


def key(header: str) -> str:
    """A column's name as it is compared: letter case, blanks and underscores do not count."""
    return " ".join(header.replace("_", " ").split()).casefold()


def _has(keys: set[str], name: str) -> bool:
    if name.endswith("…"):
        return any(one.startswith(name[:-1]) for one in keys)
    return name in keys


def _text(cell: str) -> str:
    text = unguarded(cell.strip()).strip()
    if text.startswith('="') and (match := _FORCED_TEXT.match(text)):
        return match[1].strip()
    return text
