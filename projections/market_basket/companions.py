"""What is bought with one thing: for the till, which asks while the customer waits."""

from dataclasses import replace

import numpy as np

from projections.base import Database
from projections.market_basket.on_sale import ask_on_sale
from projections.market_basket.own_counts import OwnCounts
from projections.market_basket.pairs import Pairs
from projections.market_basket.rules import Rule, RuleQuery, find_rules

#: How many more than twice as many as are asked for are looked up.
_SPARE = 10


def pairs_of(number: int, own: OwnCounts, beside: OwnCounts, at_least: int) -> Pairs:
    """The pairs of one thing with every other that enough of its baskets have; it comes first in each.

    `own` counts all baskets, `beside` those that have the thing.
    """
    is_enough = beside.own >= max(at_least, 1)
    is_enough[number] = False
    others = np.flatnonzero(is_enough).astype(np.int32)
    return Pairs(
        baskets=own.baskets,
        own=own.own.astype(np.int32),
        first=np.full(len(others), number, np.int32),
        second=others,
        together=beside.own[others].astype(np.int32),
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
