"""Sets of things that enough baskets have together: two of them, three, and more."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from projections.market_basket.counting import Counting
from projections.market_basket.history import Ints
from projections.market_basket.limits import MOST_SETS, MOST_WORK, TooManyItemsets, suggested
from projections.market_basket.pairs import Pairs, Ranked, rank
from projections.market_basket.runs import is_first, places_in

#: What it takes to go on from a set, in slots that could be looked at meanwhile.
_A_SET = 2_000


@dataclass(frozen=True, kw_only=True)
class Itemset:
    """Things, by the numbers that stand for them, that so many baskets have together."""

    numbers: tuple[int, ...]
    together: int


@dataclass(frozen=True, kw_only=True)
class Itemsets:
    """Sets that enough of so many baskets have, those of most baskets first."""

    baskets: int
    sets: list[Itemset]

    @property
    def bytes(self) -> int:
        """How much memory they take, about."""
        return 200 * len(self.sets)


def find_itemsets(counting: Counting, at_least: int, longest: int) -> Itemsets:
    """All sets of two to `longest` things that so many baskets have.

    Raises TooManyItemsets, TooManyBaskets, TooManyPairs.
    """

    def count() -> Itemsets:
        pairs = counting.pairs(at_least)
        sets = grow_itemsets(*counting.slots(), pairs, at_least, longest)
        return Itemsets(baskets=pairs.baskets, sets=sets)

    return counting.counted(("itemsets", at_least, longest), count)


def grow_itemsets(of_slot: Ints, numbers: Ints, pairs: Pairs, at_least: int, longest: int) -> list[Itemset]:
    """The sets grow from the pairs that enough baskets have, one thing at a time, with those baskets.

    Raises TooManyItemsets, before it begins if that is clear by then.
    """
    _check_number(pairs)
    two = zip(pairs.first.tolist(), pairs.second.tolist(), pairs.together.tolist(), strict=True)
    found = [Itemset(numbers=(first, second), together=together) for first, second, together in two]
    if longest > 2 and found:  # noqa: PLR2004 pairs are there already
        ranked = rank(of_slot, numbers, pairs.own, at_least)
        budget = Budget(pairs, ranked)
        found += _Growth(ranked, at_least, longest, budget).all()
    return sorted(found, key=lambda one: (-one.together, one.numbers))


def _check_number(pairs: Pairs) -> None:
    """Raise TooManyItemsets if the pairs alone are too many."""
    if len(pairs.together) > MOST_SETS:
        count = int(np.sort(pairs.together)[-MOST_SETS]) + 1
        raise TooManyItemsets.by(
            estimate=len(pairs.together),
            limit=MOST_SETS,
            field="min_support",
            **suggested(count, pairs.baskets),
        )


class Budget:
    """How much work there is left: none is begun that would take too long."""

    def __init__(self, pairs: Pairs, ranked: Ranked) -> None:
        self._pairs = pairs
        own = np.bincount(ranked.ranks, minlength=len(ranked.numbers))
        rest = np.bincount(ranked.ranks, weights=ranked.rest, minlength=len(ranked.numbers))
        mean = np.zeros(len(pairs.own))
        mean[ranked.numbers] = rest / np.maximum(own, 1)
        # Of a pair, the slots after the one that comes later are looked at.
        self._work = _A_SET + pairs.together * np.minimum(mean[pairs.first], mean[pairs.second])
        self._left = float(MOST_WORK)
        self._check(float(self._work.sum()))

    def take(self, work: int) -> None:
        """Take what the next set takes. Raises TooManyItemsets."""
        self._left -= _A_SET + work
        if self._left < 0:
            self._check(2.0 * MOST_WORK)

    def _check(self, estimate: float) -> None:
        if estimate <= MOST_WORK:
            return
        count = self._affordable(MOST_WORK * MOST_WORK / estimate)
        raise TooManyItemsets.by(
            estimate=round(estimate),
            limit=MOST_WORK,
            field="min_support",
            **suggested(count, self._pairs.baskets),
        )

    def _affordable(self, limit: float) -> int:
        """The fewest baskets that sets may have whose pairs take no more than this."""
        by_count = np.argsort(-self._pairs.together, kind="stable")
        beyond = int(np.searchsorted(np.cumsum(self._work[by_count]), limit, "right"))
        return int(self._pairs.together[by_count[min(beyond, len(by_count) - 1)]]) + 1


@dataclass(frozen=True, kw_only=True)
class _Prefix:
    """A set that enough baskets have, by ranks, and in each of these the slot of its last thing."""

    ranks: tuple[int, ...]
    slots: NDArray[Any]


class _Growth:
    def __init__(self, ranked: Ranked, at_least: int, longest: int, budget: Budget) -> None:
        self._ranked = ranked
        self._at_least = at_least
        self._longest = longest
        self._budget = budget

    def all(self) -> Iterator[Itemset]:
        """Every set of three and more."""
        by_rank, ends = self._ranked.by_rank()
        waiting = [
            _Prefix(ranks=(one,), slots=slots) for one, slots in enumerate(np.split(by_rank, ends[:-1]))
        ]
        while waiting:
            prefix = waiting.pop()
            for longer in self._longer(prefix):
                if len(longer.ranks) > 2:  # noqa: PLR2004 pairs are told already
                    yield self._itemset(longer)
                if len(longer.ranks) < self._longest:
                    waiting.append(longer)

    def _itemset(self, prefix: _Prefix) -> Itemset:
        numbers = sorted(int(self._ranked.numbers[one]) for one in prefix.ranks)
        return Itemset(numbers=tuple(numbers), together=len(prefix.slots))

    def _longer(self, prefix: _Prefix) -> Iterator[_Prefix]:
        """The sets of one thing more that enough baskets have."""
        rest = self._ranked.rest[prefix.slots]
        self._budget.take(int(rest.sum(dtype=np.int64)) if len(prefix.ranks) > 1 else 0)
        slots = places_in(prefix.slots + 1, rest)
        ranks = self._ranked.ranks[slots]
        counts = np.bincount(ranks, minlength=1)
        enough = counts[ranks] >= self._at_least
        slots, ranks = slots[enough], ranks[enough]
        order = np.argsort(ranks, kind="stable")
        slots, ranks = slots[order], ranks[order]
        starts = np.flatnonzero(is_first(ranks))
        for part in np.split(slots, starts[1:]) if len(slots) else ():
            yield _Prefix(ranks=(*prefix.ranks, int(self._ranked.ranks[part[0]])), slots=part)
