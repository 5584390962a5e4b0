"""How a sheet names the brands, categories, units, suppliers and tax rates that products refer to."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from domain.catalog.cells import escaped, id_or_none, split_escaped, unescaped
from domain.settings import name_key

#: The kinds of settings that products refer to.
KINDS = ("brands", "categories", "units", "suppliers", "tax-rates")

CATEGORIES, UNITS = "categories", "units"


class SettingNames(NamedTuple):
    """A setting by its names. `parent_id` is the category above; only units have a symbol."""

    kind: str
    id: UUID
    name: str
    parent_id: UUID | None = None
    symbol: str | None = None
    is_archived: bool = False


class ReferenceBook:
    """Finds a setting by what a cell calls it, and calls it so that it is found again.

    Names are those of settings that are not archived: a brand's, a supplier's, a tax rate's, the symbol of a
    unit if no other has it, else its name, and for a category the path from the root, `Drinks > Milk`.
    Anything at all can be called by its id.
    """

    def __init__(self, named: Iterable[SettingNames]) -> None:
        self._named: dict[tuple[str, UUID], SettingNames] = {}
        self._by_name: dict[tuple[str, UUID | None, str], UUID] = {}
        self._by_symbol: dict[str, UUID | None] = {}
        self._labels: dict[tuple[str, UUID], str] = {}
        for one in named:
            self.add(one)

    def add(self, one: SettingNames) -> None:
        """Know one more."""
        self._labels.clear()
        self._named[one.kind, one.id] = one
        if one.is_archived:
            return
        self._by_name[one.kind, one.parent_id, name_key(one.name)] = one.id
        if one.kind == UNITS and one.symbol:
            # A symbol that two units have names neither.
            self._by_symbol[one.symbol] = None if one.symbol in self._by_symbol else one.id

    def is_open(self, kind: str, setting_id: UUID) -> bool:
        """Whether products may begin to refer to it."""
        one = self._named.get((kind, setting_id))
        return one is not None and not one.is_archived

    def child(self, kind: str, name: str, parent_id: UUID | None = None) -> UUID | None:
        """The one of that name, among those below the parent; None if there is none."""
        return self._by_name.get((kind, parent_id, name_key(name)))

    def find(self, kind: str, text: str) -> UUID | None:
        """The one that a cell calls so; None if there is none. An id is taken as it is."""
        match = self._by_symbol.get(text) if kind == UNITS else None
        if match is None:
            match = self._down(path_of(text)) if kind == CATEGORIES else self.child(kind, text)
        return match or id_or_none(text)

    def label(self, kind: str, setting_id: UUID | None) -> str:
        """What to call it, such that it is found again; nothing is the empty text."""
        if setting_id is None:
            return ""
        key = (kind, setting_id)
        if key not in self._labels:
            self._labels[key] = self._label(kind, setting_id)
        return self._labels[key]

    def _label(self, kind: str, setting_id: UUID) -> str:
        one = self._named.get((kind, setting_id))
        if one is not None and not one.is_archived:
            for name in self._names(one):
                if self.find(kind, name) == setting_id:
                    return name
        return str(setting_id)

    def _names(self, one: SettingNames) -> Sequence[str]:
        if one.kind == CATEGORIES:
            return (" > ".join(escaped(name) for name in self._path(one)),)
        return (one.symbol, one.name) if one.symbol else (one.name,)

    def _path(self, one: SettingNames) -> list[str]:
        path, visited = [one.name], {one.id}
        above = one.parent_id
        while above is not None and above not in visited and (parent := self._named.get((CATEGORIES, above))):
            path.insert(0, parent.name)
            visited.add(above)
            above = parent.parent_id
        return path

    def _down(self, path: Sequence[str]) -> UUID | None:
        category_id: UUID | None = None
        for name in path:
            category_id = self.child(CATEGORIES, name, category_id)
            if category_id is None:
                return None
        return category_id


def path_of(text: str) -> list[str]:
    """The names of a category's path, from the root."""
    return [unescaped(part).strip() for part in split_escaped(text, ">")]
