"""The baskets that a question is about: of some stores and dates, as they stood at a position of the log."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from projections.market_basket.history import Flags, History, Ints, Items, Longs
from projections.market_basket.runs import is_first, pack, places_in

#: By what baskets are told: variants, or what these belonged to when they were sold.
Level = Literal["variant", "product", "category", "brand"]

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which baskets: recorded up to a position, of these stores (by number; None for all), on these dates."""

    position: int
    stores: tuple[int, ...] | None
    from_date: date
    to_date: date


@dataclass(frozen=True, kw_only=True)
class Baskets:
    """Chosen baskets without what had left them; those that were left empty are none.

    `places` are their places in the history. A slot is a thing in a basket: `of_slot` says in which of these
    baskets, from 0, and `items` which item it is.
    """

    places: Longs
    of_slot: Ints
    items: Ints

    def __len__(self) -> int:
        return len(self.places)


def choose(history: History, choice: Choice, among: Longs | None = None) -> Baskets:
    """The baskets that are asked for, `among` those at these places (ascending) if any are named."""
    places = _places(history, choice, among)
    changes = _changes(history, choice.position, places)
    of_slot, items = _slots(history, places)
    # Sizes are fewer than slots, and mostly nothing of what is asked for has changed.
    filled = history.offsets[places + 1] > history.offsets[places]
    if len(changes.at):
        of_slot, items = _as_changed(of_slot, items, changes, history.known)
        filled = np.zeros(len(places), np.bool_)
        filled[of_slot] = True
    if not filled.all():
        places, of_slot = places[filled], (np.cumsum(filled, dtype=np.int32) - 1)[of_slot]
    return Baskets(places=places, of_slot=of_slot, items=items)


def having(history: History, level: Level, number: int) -> Longs:
    """The places of the baskets that have or ever had this thing of a level."""
    items = np.flatnonzero(getattr(history.known, level) == number).astype(np.int32)
    slots = np.flatnonzero(_is_any(history.items, items))
    places = np.searchsorted(history.offsets, slots, "right") - 1
    places = places[is_first(places)]
    joined = history.changed_basket[np.isin(history.changed_item, items) & (history.change > 0)]
    if not len(joined):
        return places
    return np.union1d(places, np.searchsorted(history.positions, joined))


#: Up to so many are compared one by one: 0.4 ms each for 1.5 million slots, less than looking all of them up.
_FEW = 8


def _is_any(items: Ints, wanted: Ints) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    if len(wanted) > _FEW:
        return np.isin(items, wanted)
    found = np.zeros(len(items), np.bool_)
    for one in wanted:
        found |= items == one
    return found


def last_position(history: History, choice: Choice) -> int:
    """The position of the last fact that the baskets which are asked for follow from; 0 without any.

    For as long as it is the same, so are they.
    """
    places = _places(history, choice, None)
    changes = _changes(history, choice.position, places)
    return max(_last(history.positions[places]), _last(history.changed_at[changes.at]))


def _last(positions: Longs) -> int:
    return int(positions[-1]) if len(positions) else 0


def _places(history: History, choice: Choice, among: Longs | None) -> Longs:
    """The places of baskets up to the position, of these dates and stores."""
    count = int(np.searchsorted(history.positions, choice.position, "right"))
    places = slice(0, count) if among is None else among[among < count]
    first, last = ((day - _EPOCH).days for day in (choice.from_date, choice.to_date))
    days = history.days[places]
    asked: Flags = (days >= first) & (days <= last)
    if choice.stores is not None:
        asked &= np.isin(history.stores[places], choice.stores)
    chosen = np.flatnonzero(asked)
    return chosen if isinstance(places, slice) else places[chosen]


def _slots(history: History, places: Longs) -> tuple[Ints, Ints]:
    """What is in the baskets at these places: in which of them, from 0, and which item."""
    begins = history.offsets[places]
    sizes = history.offsets[places + 1] - begins
    of_slot = np.repeat(np.arange(len(places), dtype=np.int32), sizes)
    if len(places) == len(history.positions):
        return of_slot, history.items
    return of_slot, history.items[places_in(begins, sizes)]


@dataclass(frozen=True, kw_only=True)
class _Changes:
    """Changes of chosen baskets in the order of the log: their own places, and in which basket, from 0."""

    at: Longs
    baskets: Ints
    items: Ints
    change: Ints


def _changes(history: History, position: int, places: Longs) -> _Changes:
    """What changed up to the position in the baskets at these places."""
    upto = int(np.searchsorted(history.changed_at, position, "right"))
    positions, asked = history.positions[places], history.changed_basket[:upto]
    baskets = np.searchsorted(positions, asked)
    at = np.flatnonzero(baskets < len(places))
    at = at[positions[baskets[at]] == asked[at]]
    baskets = baskets[at].astype(np.int32)
    return _Changes(at=at, baskets=baskets, items=history.changed_item[at], change=history.change[at])


def _as_changed(of_slot: Ints, items: Ints, changes: _Changes, known: Items) -> tuple[Ints, Ints]:
    """The slots without what had left, and with what had joined: the last change of a variant counts."""
    voided = changes.baskets[changes.items == 0]
    width = len(known) + 1
    keys = pack(changes.baskets, known.variant[changes.items], width)
    final, newest = np.unique(keys[::-1], return_index=True)
    ends = len(keys) - 1 - newest
    has_left = changes.change[ends] < 0
    # Few baskets change: what is in the others is not looked at.
    changed = np.zeros(1 + max(int(changes.baskets.max()), int(of_slot.max(initial=0))), np.bool_)
    changed[changes.baskets] = True
    touched = np.flatnonzero(changed[of_slot])
    slot_keys = pack(of_slot[touched], known.variant[items[touched]], width)
    stays = np.ones(len(of_slot), np.bool_)
    leaves = np.isin(slot_keys, final[has_left]) | np.isin(of_slot[touched], voided)
    stays[touched[leaves]] = False
    joins = ends[~has_left & ~np.isin(final, slot_keys) & ~np.isin(changes.baskets[ends], voided)]
    return (
        np.concatenate([of_slot[stays], changes.baskets[joins]]),
        np.concatenate([items[stays], changes.items[joins]]),
    )


def of_level(baskets: Baskets, known: Items, level: Level) -> tuple[Ints, Ints]:
    """The baskets told by a level: each basket once for what it has of it, by the number that stands for it.

    Slots come in no order. What has no category or brand is in no slot of that level.
    """
    numbers: Ints = getattr(known, level)[baskets.items]
    has_number = numbers > 0
    if not known.is_any_shared[level] and has_number.all():
        return baskets.of_slot, numbers
    is_shared = known.shared[level][numbers]
    # What one item alone stands for is in a basket once; only of the rest several may be the same.
    several = np.flatnonzero(is_shared & has_number)
    if not len(several) and has_number.all():
        return baskets.of_slot, numbers
    width = len(known) + 1
    keys = pack(baskets.of_slot[several], numbers[several], width)
    keys.sort()
    keys = keys[is_first(keys)]
    single = has_number & ~is_shared
    of_slot, shared = np.divmod(keys, width)
    return (
        np.concatenate([baskets.of_slot[single], of_slot.astype(np.int32)]),
        np.concatenate([numbers[single], shared.astype(np.int32)]),
    )
