"""What is bought together more often, or less, than in another period."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from domain.market_basket import Counts, can_be_compared, direction, rise, rise_score
from projections.market_basket.counting import Counting
from projections.market_basket.history import Flags, Longs
from projections.market_basket.pairs import Pairs, count_these
from projections.market_basket.rules import (
    Directed,
    Floats,
    Rule,
    RuleQuery,
    directed,
    first_of,
    matches,
    sort_values,
)
from projections.market_basket.runs import pack

Trend = Literal["rising", "fading", "steady"]
_TRENDS: Mapping[int, Trend] = {1: "rising", -1: "fading", 0: "steady"}
_DIRECTIONS: Mapping[Trend, int] = {trend: sign for sign, trend in _TRENDS.items()}
#: What compared rules can be sorted by besides: the rise of support, and by how many standard errors it is.
SORTS = ("change", "score")


class Compared:
    """The rules that enough baskets of one period or of the other have, with the counts of both, in step."""

    def __init__(self, now: Directed, earlier: Directed) -> None:
        self.now = now
        self.earlier = earlier

    def __len__(self) -> int:
        return len(self.now)

    def only(self, kept: NDArray[Any] | slice) -> "Compared":
        """Those that are kept."""
        return Compared(self.now.only(kept), self.earlier.only(kept))

    def matching(self, query: RuleQuery) -> "Compared":
        """Those whose measures are as high as is asked for in the one period or in the other."""
        places = [_matching(rules, query) for rules in (self.now, self.earlier)]
        return self.only(np.union1d(*places))

    @property
    def scores(self) -> Floats:
        """By how many standard errors the support of each rose, as `rise_score` tells of one."""
        return np.asarray(rise_score(self.now.counts, self.earlier.counts), np.float64)

    @property
    def changes(self) -> Floats:
        """By how much the support of each rose."""
        return np.asarray(rise(self.now.counts, self.earlier.counts), np.float64)

    def of_trend(self, trend: Trend) -> "Compared":
        """Those that rise, fade, or do neither by more than chance does; none beside no baskets at all."""
        if not can_be_compared(self.now.counts, self.earlier.counts):
            return self.only(slice(0))
        directions = np.asarray(direction(self.now.counts, self.earlier.counts))
        return self.only(np.flatnonzero(directions == _DIRECTIONS[trend]))

    def page(self, query: RuleQuery) -> list[tuple[Rule, Rule]]:
        """One page, each rule beside what it was in the other period."""
        places = first_of(self.now, query, self._values(query.sort.removeprefix("-")))[query.begin :]
        return list(zip(self.now.only(places).rules(), self.earlier.only(places).rules(), strict=True))

    def _values(self, name: str) -> Floats:
        """What they are sorted by; a measure of what is not sold any more is the lowest."""
        if name in SORTS:
            return self.changes if name == "change" else self.scores
        return np.where(_is_sold(self.now), sort_values(self.now, name), -np.inf)


def _is_sold(rules: Directed) -> Flags:
    """Whether both things of each are in any basket: of what is in none there are no measures."""
    return np.asarray((rules.counts.a > 0) & (rules.counts.b > 0))


def _matching(rules: Directed, query: RuleQuery) -> Longs:
    sold = np.flatnonzero(_is_sold(rules))
    return sold[matches(rules.only(sold), query)]


@dataclass(frozen=True, kw_only=True)
class BothPairs:
    """The pairs of two periods, in step."""

    now: Pairs
    earlier: Pairs

    @property
    def bytes(self) -> int:
        """How much memory they take."""
        return self.now.bytes + self.earlier.bytes


def compare(now: Counting, earlier: Counting, at_least: tuple[int, int], antecedent: int | None) -> Compared:
    """The rules of both periods; a pair that only one of them has often enough is counted in the other."""

    def count() -> BothPairs:
        here, there = now.pairs(at_least[0]), earlier.pairs(at_least[1])
        return BothPairs(now=_with_missing(now, here, there), earlier=_with_missing(earlier, there, here))

    both = now.counted(("both", at_least, *earlier.question, earlier.state), count)
    return Compared(directed(both.now, antecedent), directed(both.earlier, antecedent))


def trend_of(now: Counts, earlier: Counts) -> Trend | None:
    """Whether support rises or fades by more than chance does, nineteen times of twenty.

    None beside a period without baskets.
    """
    return _TRENDS[direction(now, earlier)] if can_be_compared(now, earlier) else None


def _with_missing(counting: Counting, pairs: Pairs, other: Pairs) -> Pairs:
    """The pairs, and those that only the other has, in the order of their numbers: the same for both."""
    width = max(len(pairs.own), len(other.own))
    codes, others = (pack(one.first, one.second, width) for one in (pairs, other))
    gone = ~np.isin(others, codes)
    own = counting.own
    more = Pairs(
        baskets=own.baskets,
        own=own.own.astype(np.int32),
        first=other.first[gone],
        second=other.second[gone],
        together=np.zeros(0, np.int32),
    )
    counted = np.zeros(0, np.int32)
    if len(more.first):
        counted = count_these(*counting.slots(), own.own, more)
    order = np.argsort(np.concatenate([codes, others[gone]]), kind="stable")
    return Pairs(
        baskets=own.baskets,
        own=own.own.astype(np.int32),
        first=np.concatenate([pairs.first, more.first])[order],
        second=np.concatenate([pairs.second, more.second])[order],
        together=np.concatenate([pairs.together, counted])[order],
    )
