"""How many baskets have each thing by itself, kept up with the log instead of counted again."""

from dataclasses import dataclass, replace

import numpy as np

from projections.market_basket.history import History, Longs
from projections.market_basket.selection import Choice, Level, choose, of_level


@dataclass(frozen=True, kw_only=True)
class OwnCounts:
    """Of a choice of baskets, how many there are, and by number how many have each thing of a level."""

    choice: Choice
    level: Level
    baskets: int
    own: Longs


def count_own(history: History, choice: Choice, level: Level, earlier: OwnCounts | None = None) -> OwnCounts:
    """Count them; of what was counted at an earlier position only the baskets that changed since."""
    if earlier is None or earlier.choice.position > choice.position:
        return _count(history, choice, level, None)
    among = _changed(history, earlier.choice.position, choice.position)
    if not len(among) and len(earlier.own) == len(history.known) + 1:
        return replace(earlier, choice=choice)
    before, after = (_count(history, one, level, among) for one in (earlier.choice, choice))
    own = np.zeros(len(history.known) + 1, np.int64)
    # What was counted for another request may know of items that were first sold after this position.
    own[: len(earlier.own)] = earlier.own[: len(own)]
    return OwnCounts(
        choice=choice,
        level=level,
        baskets=earlier.baskets + after.baskets - before.baskets,
        own=own + after.own - before.own,
    )


def _count(history: History, choice: Choice, level: Level, among: Longs | None) -> OwnCounts:
    baskets = choose(history, choice, among)
    _, numbers = of_level(baskets, history.known, level)
    own = np.bincount(numbers, minlength=len(history.known) + 1)
    return OwnCounts(choice=choice, level=level, baskets=len(baskets), own=own)


def _changed(history: History, after: int, upto: int) -> Longs:
    """The places of the baskets that were made or changed after one position and up to another."""
    first, last = np.searchsorted(history.positions, (after, upto), "right")
    some, more = np.searchsorted(history.changed_at, (after, upto), "right")
    changed = np.searchsorted(history.positions, history.changed_basket[some:more])
    return np.union1d(np.arange(first, last), changed[changed < len(history.positions)])
