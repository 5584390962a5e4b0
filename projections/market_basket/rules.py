"""Rules: what is bought with what, measured, filtered and sorted before any of it has a name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.market_basket import MEASURES, Counts
from projections.market_basket.history import Ints, Longs
from projections.market_basket.pairs import Pairs

#: What rules can be sorted by beside their measures.
COUNTS = ("pair_count", "antecedent_count", "consequent_count")
SORTS = (*MEASURES, *COUNTS)

Floats = NDArray[np.float64]

#: Rules of so many pairs are measured at a time, which takes some 10 MB; all at once take twice as long.
PART = 1 << 16
#: Whole numbers of an array are shorter than this; products of floats differ by less than that of them.
_LONGEST, _CLOSE = 2**63, 1e-12


@dataclass(frozen=True, kw_only=True)
class RuleQuery:
    """Which rules: of one antecedent only, or of any; with each of these measures at least so high."""

    antecedent: int | None = None
    at_least: tuple[tuple[str, Decimal], ...] = ()
    sort: str = "-lift_low"
    page: int = 1
    limit: int = 20

    @property
    def begin(self) -> int:
        """How many rules come before the page."""
        return (self.page - 1) * self.limit

    @property
    def end(self) -> int:
        """How many there are with the page."""
        return self.page * self.limit


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule, by the numbers that stand for what it is about."""

    antecedent: int
    consequent: int
    counts: Counts


@dataclass(frozen=True, kw_only=True)
class Directed:
    """Pairs with a direction: each pair is two rules, save where only one antecedent is asked for."""

    antecedent: Ints
    consequent: Ints
    counts: Counts

    def __len__(self) -> int:
        return len(self.antecedent)

    def only(self, kept: NDArray[Any] | slice) -> "Directed":
        """Those that are kept, in the order in which they are named if they are named by their places."""
        baskets, a, b, n = self.counts
        counts = Counts(baskets, a[kept], b[kept], n[kept])
        return Directed(antecedent=self.antecedent[kept], consequent=self.consequent[kept], counts=counts)

    def __add__(self, more: "Directed") -> "Directed":
        """These, and after them more of the same baskets."""
        baskets, *counts = self.counts
        joined = [np.concatenate(both) for both in zip(counts, more.counts[1:], strict=True)]
        return Directed(
            antecedent=np.concatenate([self.antecedent, more.antecedent]),
            consequent=np.concatenate([self.consequent, more.consequent]),
            counts=Counts(baskets, *joined),
        )

    def rules(self) -> list[Rule]:
        """Each of them, with whole numbers."""
        baskets, a, b, n = self.counts
        columns = (self.antecedent.tolist(), self.consequent.tolist(), a.tolist(), b.tolist(), n.tolist())
        return [
            Rule(antecedent=one, consequent=other, counts=Counts(baskets, *counts))
            for one, other, *counts in zip(*columns, strict=True)
        ]


@dataclass(frozen=True, kw_only=True)
class RulesPage:
    """One page of rules, and how many there are in all."""

    rules: list[Rule]
    count: int

    @property
    def bytes(self) -> int:
        """How much memory it takes, about."""
        return 400 * len(self.rules)


def find_rules(pairs: Pairs, query: RuleQuery) -> RulesPage:
    """The page of rules that is asked for."""
    count, best = 0, directed(pairs.only(slice(0)), None)
    for part in _parts(pairs):
        rules = directed(part, query.antecedent)
        rules = rules.only(matches(rules, query))
        count += len(rules)
        best += rules.only(first_of(rules, query))
        best = best.only(first_of(best, query))
    return RulesPage(rules=best.only(slice(query.begin, None)).rules(), count=count)


def _parts(pairs: Pairs) -> Iterator[Pairs]:
    for begin in range(0, len(pairs.first), PART):
        yield pairs.only(slice(begin, begin + PART))


def directed(pairs: Pairs, antecedent: int | None) -> Directed:
    """The rules of all pairs."""
    first, second, together = pairs.first, pairs.second, pairs.together
    if antecedent is not None:
        those = (first == antecedent) | (second == antecedent)
        first, second, together = first[those], second[those], together[those]
    one, other = np.concatenate([first, second]), np.concatenate([second, first])
    together = np.concatenate([together, together]).astype(np.int64)
    own = pairs.own.astype(np.int64)
    counts = Counts(pairs.baskets, own[one], own[other], together)
    rules = Directed(antecedent=one, consequent=other, counts=counts)
    return rules if antecedent is None else rules.only(one == antecedent)


def matches(rules: Directed, query: RuleQuery) -> Longs:
    """The places of those whose measures are as high as is asked for, compared exactly."""
    places = np.arange(len(rules))
    # Each measure is worked out of those alone that are left, which after the first are few.
    for name, least in query.at_least:
        left = rules.only(places)
        places = places[_reaches(*MEASURES[name].of(left.counts), least)]
    return places


def _reaches(numerator: NDArray[Any], denominator: NDArray[Any], least: Decimal) -> NDArray[Any]:
    """Whether these ratios are so high. What has none, as nothing of it is missing, is above any."""
    over, under = least.as_integer_ratio()
    one, other = (int(np.abs(part).max(initial=0)) for part in (numerator, denominator))
    if max(one * under, other * abs(over)) < _LONGEST:
        return np.asarray(numerator * under >= denominator * over)
    # Products that are longer than numbers of an array are compared as floats, and exactly where these
    # are too close to tell.
    left, right = numerator * float(under), denominator * float(over)
    reached = np.asarray(left > right)
    close = np.flatnonzero(np.isclose(left, right, rtol=_CLOSE))
    exact = [part[close].astype(object) for part in (numerator, denominator)]
    reached[close] = exact[0] * under >= exact[1] * over
    return np.asarray(reached | (denominator == 0))


def first_of(rules: Directed, query: RuleQuery, values: Floats | None = None) -> Longs:
    """The places of the first rules up to the end of the page, sorted.

    Equal ones are sorted by the baskets that have them, then by age. They are sorted by these values, if any
    are given, else by what is asked for.
    """
    if values is None:
        values = sort_values(rules, query.sort.removeprefix("-"))
    if query.sort.startswith("-"):
        values = -values
    among = np.arange(len(values))
    if query.end < len(values):
        # Only those that may be on the page or before it are sorted.
        among = np.flatnonzero(values <= np.partition(values, query.end - 1)[query.end - 1])
    keys = (rules.consequent, rules.antecedent, -rules.counts.n, values)
    return among[np.lexsort([key[among] for key in keys])][: query.end]


def sort_values(rules: Directed, name: str) -> Floats:
    """What rules are sorted by; a measure that nothing limits is the highest."""
    counts = rules.counts
    if name in COUNTS:
        of: Mapping[str, Any] = dict(zip(COUNTS, (counts.n, counts.a, counts.b), strict=True))
        return np.asarray(of[name], np.float64)
    numerator, denominator = MEASURES[name].of(counts)
    values = np.full(len(rules), np.inf)
    np.divide(numerator, denominator, out=values, where=np.asarray(denominator != 0))
    return values
