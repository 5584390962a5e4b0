"""What is found by its name, as words and where it stands; how products and settings become so."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from uuid import UUID

import msgspec
from msgspec.structs import replace

from domain.catalog.products import STATUS_AFTER, Product
from domain.entities import Entity
from domain.settings import Setting
from projections.base import Fact
from projections.search.reading import KIND_OF, Labelled
from projections.search.words import (
    LONGEST_WORD,
    inside,
    shared_beginnings,
    shared_inside,
    text_of,
    words_of,
)

VARIANTS = "variants"
#: Where a word stands: it leads the name, or does not, or stands inside another one. The first is the best.
LEADING, WITHIN, INSIDE = 0, 1, 2
DRAFT, ACTIVE, INACTIVE, ARCHIVED = "draft", "active", "inactive", "archived"


class Entry(msgspec.Struct, frozen=True):
    """One thing as it is found: the words of its name, more words of its own, and its status.

    A variant has an entry only if it has words of its own; by its product's words it is found with the
    product, whose status it has.
    """

    kind: str
    id: UUID
    name: str
    more: str = ""
    status: str = ACTIVE
    parent_id: UUID | None = None

    @property
    def text(self) -> str:
        """All its words."""
        return self.name + self.more

    def rows(self) -> Iterator[tuple[int, str, int]]:
        """Each word to find it by: its place, the word, what it shares with the one before.

        The word that leads stands for the whole name, which begins with it, so that names are in order.
        """
        name, words = self.name.split(), set(self.text.split())
        if self.kind == VARIANTS:
            words.difference_update(name)
        leading = name[0] if name else ""
        if self.kind != VARIANTS and not name:
            yield LEADING, "", 0
        in_order = sorted(words)
        for word, shared in zip(in_order, shared_beginnings(in_order), strict=True):
            leads = word == leading
            yield (LEADING, self.name[1 : LONGEST_WORD + 1], shared) if leads else (WITHIN, word, shared)
        found = inside(in_order)
        for word, shared in zip(found, shared_inside(found, in_order), strict=True):
            yield INSIDE, word, shared


Key = tuple[str, UUID]


class Fold:
    """The entries that a run of facts is about, and the texts, by kind, that they had on the way."""

    def __init__(self, former: Mapping[Key, Entry]) -> None:
        self.entries = dict(former)
        self.texts: set[tuple[str, str]] = set()
        self._variants: defaultdict[UUID | None, set[UUID]] = defaultdict(set)
        for entry in former.values():
            self._variants[entry.parent_id].add(entry.id)

    def take(self, fact: Fact) -> None:
        """Take over what a fact says."""
        if issubclass(fact.event, Entity.Registered):
            self._register(KIND_OF[fact.event], fact)
        elif fact.event is Product.VariantAdded:
            self._label(fact.stream_id, fact.data.variant.id, fact.data.variant)
        elif fact.event is Product.VariantRemoved:
            self.entries.pop((VARIANTS, fact.data.variant_id), None)
        elif fact.event is Product.Relabelled:
            self._label(fact.stream_id, fact.data.variant_id, fact.data)
        else:
            self._change(KIND_OF[fact.event], fact)

    def _register(self, kind: str, fact: Fact) -> None:
        data, status = fact.data, DRAFT if kind == Product.kind else ACTIVE
        self._set(Entry(kind, fact.stream_id, text_of(words_of(data.name)), status=status))
        for variant in data.variants if kind == Product.kind else ():
            self._label(fact.stream_id, variant.id, variant)

    def _label(self, product_id: UUID, variant_id: UUID, label: Labelled) -> None:
        product, key = self.entries[Product.kind, product_id], (VARIANTS, variant_id)
        own = " ".join((label.name, *label.options.values()))
        if more := text_of(words_of(own)) if own else "":
            self._set(Entry(VARIANTS, variant_id, product.name, more, product.status, product_id))
            self._variants[product_id].add(variant_id)
        else:
            self.entries.pop(key, None)

    def _change(self, kind: str, fact: Fact) -> None:
        family = [(kind, fact.stream_id), *((VARIANTS, one) for one in self._variants[fact.stream_id])]
        for key in family:
            if entry := self.entries.get(key):
                self._set(_changed(entry, fact))

    def _set(self, entry: Entry) -> None:
        self.entries[entry.kind, entry.id] = entry
        self.texts.add((entry.kind, entry.text))


def _changed(entry: Entry, fact: Fact) -> Entry:
    """An entry of what a fact is about, or of something below it, after that fact."""
    if issubclass(fact.event, Product.Moved):
        return replace(entry, status=STATUS_AFTER[fact.event.__name__])
    if issubclass(fact.event, Setting.Switched):
        return replace(entry, status=ACTIVE if fact.event.is_active else INACTIVE)
    if issubclass(fact.event, Entity.Archived):
        return replace(entry, status=ARCHIVED)
    return replace(entry, name=text_of(words_of(fact.data.name)))
