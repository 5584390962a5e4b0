"""What is bought with one thing: for the till, which asks while the customer waits."""

from dataclasses import replace

import numpy as np

from projections.base import Database
from projections.market_basket.history import History, Ints, Longs
from projections.market_basket.on_sale import ask_on_sale
from projections.market_basket.own_counts import OwnCounts
from projections.market_basket.pairs import Pairs
from projections.market_basket.rules import Rule, RuleQuery, find_rules
from projections.market_basket.runs import is_first
from projections.market_basket.selection import Level, choose, of_level

#: How many more than twice as many as are asked for are looked up.
_SPARE = 10


def count_companions(history: History, own: OwnCounts, number: int, at_least: int) -> Pairs:
    """The pairs of one thing with every other that enough of its baskets have; it comes first in each."""
    those = choose(history, own.choice, having(history, own.level, number))
    of_slot, numbers = of_level(those, history.known, own.level)
    # It may have left a basket that still has others.
    has = np.zeros(len(those), np.bool_)
    has[of_slot[numbers == number]] = True
    if not has.all():
        numbers = numbers[has[of_slot]]
    together = np.bincount(numbers, minlength=len(own.own))
    together[number] = 0
    others = np.flatnonzero(together >= max(at_least, 1)).astype(np.int32)
    return Pairs(
        baskets=own.baskets,
        own=own.own.astype(np.int32),
        first=np.full(len(others), number, np.int32),
        second=others,
        together=together[others].astype(np.int32),
    )


def find_companions(db: Database, pairs: Pairs, asked: RuleQuery) -> list[Rule]:
    """The first rules of products that can be sold now, as many as are asked for."""
    # A few have been archived: some more than are asked for are looked up at once, all only where that fails.
    for limit in (2 * asked.limit + _SPARE, len(pairs.first)):
        page = find_rules(pairs, replace(asked, limit=max(limit, 1)))
        on_sale = ask_on_sale(db, [rule.consequent for rule in page.rules]).read()
        found = [rule for rule in page.rules if rule.consequent in on_sale][: asked.limit]
        if len(found) == asked.limit or len(page.rules) == page.count:
            break
    return found


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
