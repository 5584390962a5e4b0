"""What a lookup selects, and how a list that is short enough to be read whole is searched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from domain.settings import name_key
from projections.base import Database, Row
from projections.search.words import slips, words_of


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A text to search for, or None for the first of all; of what is in use, or of what is not.

    `store_id` narrows what belongs to stores, and `store_ids` are those that the caller works in (none: all).
    """

    search: str | None = None
    limit: int = 20
    active: bool = True
    store_id: UUID | None = None
    store_ids: tuple[UUID, ...] = ()
    #: The caller, if people other than themselves are not to be found.
    alone: UUID | None = None

    @property
    def stores(self) -> list[UUID] | None:
        """The stores whose things and people are shown; None: all, and what is of no store."""
        if self.store_id is None:
            return list(self.store_ids) or None
        is_ours = not self.store_ids or self.store_id in self.store_ids
        return [self.store_id] if is_ours else []


Lookup = Callable[[Database, Selection], list[Row]]


def choose(rows: Sequence[Row], selection: Selection) -> list[Row]:
    """The first of these rows that the text finds, the best first; rows come in the order of their labels.

    A row is found by its label and by what identifies it, a code or an id that is a word.
    """
    if not selection.search:
        return list(rows[: selection.limit])
    key, typed = name_key(selection.search), words_of(selection.search)
    ranked = [(rank, row) for row in rows if (rank := _rank(row, key, typed)) is not None]
    if not ranked and typed:
        ranked = [(number, row) for row in rows if (number := _slips(row, typed)) is not None]
    # The sort is stable, so that equals stay in the order of their labels.
    return [row for _, row in sorted(ranked, key=lambda pair: pair[0])][: selection.limit]


def in_order(rows: Sequence[Row], ids: Sequence[UUID]) -> list[Row]:
    """The rows in the order of these ids."""
    by_id = {row["id"]: row for row in rows}
    return [by_id[one] for one in ids if one in by_id]


def codes_of(row: Row) -> list[str]:
    """What identifies it in words."""
    return [code for code in (row.get("code"), row["id"]) if isinstance(code, str)]


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    return tuple(words_of(text))


def _rank(row: Row, key: str, typed: Sequence[str]) -> int | None:
    """0: its code; 1: its label begins so; 2: each word begins one of its words; None: neither."""
    if key in (name_key(code) for code in codes_of(row)):
        return 0
    if not typed:
        return None
    label = _words(row["label"])
    if " ".join(label).startswith(" ".join(typed)):
        return 1
    words = [*label, *(word for code in codes_of(row) for word in _words(code))]
    return 2 if all(any(word.startswith(one) for word in words) for one in typed) else None


def _slips(row: Row, typed: Sequence[str]) -> int | None:
    """With how many slips the text may mean this row, or None when with too many."""
    total = 0
    for one in typed:
        numbers = [number for word in _words(row["label"]) if (number := slips(one, word)) is not None]
        if not numbers:
            return None
        total += min(numbers)
    return total
