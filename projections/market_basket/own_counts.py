"""How many baskets have each thing, kept up with the log instead of counted again."""

from dataclasses import dataclass, replace

import numpy as np

from projections.market_basket.history import History, Ints, Longs
from projections.market_basket.selection import Choice, Level, choose, having, of_level


@dataclass(frozen=True, kw_only=True)
class OwnCounts:
    """Of a choice of baskets, how many there are, and by number how many have each thing of a level."""

    choice: Choice
    level: Level
    baskets: int
    own: Longs


def count_own(
    history: History,
    choice: Choice,
    level: Level,
    earlier: OwnCounts | None = None,
    *,
    beside: int | None = None,
) -> OwnCounts:
    """Count them, in all baskets or in those beside one thing.

    Of what was counted at an earlier position, only the baskets that changed since are counted.
    """
    if earlier is None or earlier.choice.position > choice.position:
        among = None if beside is None else having(history, level, beside)
        return _count(history, choice, level, among, beside)
    among = _changed(history, earlier.choice.position, choice.position)
    if not len(among) and len(earlier.own) == len(history.known) + 1:
        return replace(earlier, choice=choice)
    before, after = (_count(history, one, level, among, beside) for one in (earlier.choice, choice))
    own = np.zeros(len(history.known) + 1, np.int64)
    # What was counted for another request may know of items that were first sold after this position.
    own[: len(earlier.own)] = earlier.own[: len(own)]
    return OwnCounts(
        choice=choice,
        level=level,
        baskets=earlier.baskets + after.baskets - before.baskets,
        own=own + after.own - before.own,
    )


def _count(
    history: History, choice: Choice, level: Level, among: Longs | None, beside: int | None
) -> OwnCounts:
    baskets = choose(history, choice, among)
    of_slot, numbers = of_level(baskets, history.known, level)
    count = len(baskets)
    if beside is not None:
        numbers, count = _of_those_with(beside, of_slot, numbers, count)
    own = np.bincount(numbers, minlength=len(history.known) + 1)
    return OwnCounts(choice=choice, level=level, baskets=count, own=own)


def _of_those_with(beside: int, of_slot: Ints, numbers: Ints, baskets: int) -> tuple[Ints, int]:
    """What is in the baskets that have the thing, and how many these are; none has it twice."""
    theirs = of_slot[numbers == beside]
    if len(theirs) < baskets:
        has = np.zeros(baskets, np.bool_)
        has[theirs] = True
        numbers = numbers[has[of_slot]]
    return numbers, len(theirs)


def _changed(history: History, after: int, upto: int) -> Longs:
    """The places of the baskets that were made or changed after one position and up to another."""
    first, last = np.searchsorted(history.positions, (after, upto), "right")
    some, more = np.searchsorted(history.changed_at, (after, upto), "right")
    changed = np.searchsorted(history.positions, history.changed_basket[some:more])
    return np.union1d(np.arange(first, last), changed[changed < len(history.positions)])
