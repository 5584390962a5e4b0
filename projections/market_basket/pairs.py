"""How often two things are bought together: counted exactly, in memory that does not grow with baskets."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from projections.market_basket.history import Ints, Longs
from projections.market_basket.limits import MOST_PAIRS, TooManyPairs, check_counted, check_slots, suggested
from projections.market_basket.runs import is_first, places_in

#: How many pairs are counted at a time, which takes some 30 MB; a multiple of it is no faster.
PART = 1 << 19
#: A table of all possible pairs is counted faster than a sorted list, if most of it would be filled.
_SPARSE = 4


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Pairs that enough baskets have: of the numbers `first` and `second`, in so many baskets together.

    The lower number comes first. `own` says of every number how many baskets have it; `baskets` is how many
    there are.
    """

    baskets: int
    own: Ints
    first: Ints
    second: Ints
    together: Ints

    @property
    def bytes(self) -> int:
        """How much memory they take."""
        return sum(one.nbytes for one in (self.own, self.first, self.second, self.together))


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """Slots by the rank of what is in them: what few baskets have comes first, within a basket and of all.

    So of what nearly every basket has, few pairs are its own, and none has far more than its share.
    `numbers` are what the ranks stand for; slot `n` of rank `ranks[n]` is followed by `rest[n]` more of its
    basket.
    """

    numbers: Ints
    ranks: Ints
    rest: Ints

    @property
    def pairs(self) -> int:
        """How many pairs there are in all baskets."""
        return int(self.rest.sum(dtype=np.int64))


def rank(of_slot: Longs, numbers: Ints, own: NDArray[Any], at_least: int) -> Ranked:
    """The slots of what enough baskets have. `of_slot` says of each slot in which basket it is."""
    frequent = np.flatnonzero(own >= max(at_least, 1)).astype(np.int32)
    by_rank = frequent[np.argsort(own[frequent], kind="stable")]
    rank_of = np.full(len(own), -1, np.int64)
    rank_of[by_rank] = np.arange(len(by_rank))
    ranks = rank_of[numbers]
    kept = ranks >= 0
    width = max(len(by_rank), 1)
    keys = of_slot[kept] * width + ranks[kept]
    keys.sort()
    baskets = keys // width
    ranks = keys - baskets * width
    begins = np.flatnonzero(is_first(baskets))
    # The place after the last slot of each slot's basket.
    ends = np.concatenate([begins[1:], [len(keys)]])[: len(begins)]
    rest = np.repeat(ends, ends - begins) - np.arange(len(keys)) - 1
    return Ranked(numbers=by_rank, ranks=ranks.astype(np.int32), rest=rest.astype(np.int32))


def count_pairs(of_slot: Longs, numbers: Ints, own: Longs, baskets: int, at_least: int) -> Pairs:
    """Count all pairs, and keep those that at least so many baskets have.

    `of_slot` says of each slot in which basket it is, `own` of each number how many baskets have it. Raises
    TooManyBaskets, TooManyPairs.
    """
    check_slots(len(of_slot))
    ranked = rank(of_slot, numbers, own, at_least)
    check_counted(ranked.pairs)
    found: list[Counted] = []
    # How many pairs so many baskets have: what to ask for instead, if all are too many to keep.
    tally = np.zeros(int(own.max(initial=0)) + 2, np.int64)
    for part in _parts(ranked):
        codes, together = _count(ranked, part)
        enough = together >= at_least
        tally += np.bincount(together[enough], minlength=len(tally))
        if tally.sum() <= MOST_PAIRS:
            found.append((codes[enough], together[enough]))
        else:
            found.clear()
    _check(tally, baskets)
    return _pairs(ranked, found, own, baskets)


def _check(tally: Longs, baskets: int) -> None:
    """Raise TooManyPairs unless there are few enough; it tells the fewest baskets of which there are."""
    at_least = np.cumsum(tally[::-1])[::-1]
    if at_least[0] > MOST_PAIRS:
        count = int(np.flatnonzero(at_least <= MOST_PAIRS)[0])
        raise TooManyPairs.by(
            estimate=int(at_least[0]),
            limit=MOST_PAIRS,
            field="min_support_count",
            **suggested(count, baskets),
        )


Counted = tuple[Longs, Ints]


def _pairs(ranked: Ranked, found: list[Counted], own: Longs, baskets: int) -> Pairs:
    codes = np.concatenate([np.zeros(0, np.int64), *(codes for codes, _ in found)])
    together = np.concatenate([np.zeros(0, np.int32), *(counts for _, counts in found)])
    low, high = np.divmod(codes, max(len(ranked.numbers), 1))
    first, second = ranked.numbers[low], ranked.numbers[high]
    return Pairs(
        baskets=baskets,
        own=own.astype(np.int32),
        first=np.minimum(first, second),
        second=np.maximum(first, second),
        together=together,
    )


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Slots of a few ranks, from the lowest of them, and how many pairs these make with what follows them."""

    slots: Longs
    lowest: int
    pairs: int


def _parts(ranked: Ranked) -> Iterator[_Part]:
    """The slots by rank, in parts of few pairs that share no rank, so that each pair is in one part."""
    slots = len(ranked.ranks)
    if not slots:
        return
    by_rank = ranked.ranks.astype(np.int64) * slots + np.arange(slots)
    by_rank.sort()
    by_rank %= slots
    ends = np.cumsum(np.bincount(ranked.ranks, minlength=len(ranked.numbers)))
    before = np.concatenate([[0], np.cumsum(ranked.rest[by_rank], dtype=np.int64)])[ends]
    begin, done, lowest = 0, 0, 0
    while lowest < len(ends):
        beyond = max(int(np.searchsorted(before, done + PART, "right")), lowest + 1)
        end, pairs = int(ends[beyond - 1]), int(before[beyond - 1])
        if pairs > done:
            yield _Part(slots=by_rank[begin:end], lowest=lowest, pairs=pairs - done)
        begin, done, lowest = end, pairs, beyond


def _count(ranked: Ranked, part: _Part) -> Counted:
    """The pairs of a part, as codes of their ranks, and how many baskets have each."""
    width = len(ranked.numbers)
    rest = ranked.rest[part.slots]
    following = places_in(part.slots + 1, rest)
    ranks = ranked.ranks[part.slots].astype(np.int64) - part.lowest
    codes = np.repeat(ranks * width, rest) + ranked.ranks[following]
    possible = (int(ranks[-1]) + 1) * width
    if possible <= _SPARSE * part.pairs:
        table = np.bincount(codes, minlength=possible)
        unique = np.flatnonzero(table)
        return unique + part.lowest * width, table[unique].astype(np.int32)
    # Half as wide numbers are sorted in less than half the time.
    codes = np.sort(codes.astype(np.uint32) if possible < 2**32 else codes)
    starts = np.flatnonzero(is_first(codes))
    together = np.diff(np.concatenate([starts, [part.pairs]])).astype(np.int32)
    return codes[starts].astype(np.int64) + part.lowest * width, together


def count_these(of_slot: Longs, numbers: Ints, own: Longs, these: Pairs) -> Ints:
    """In how many baskets these very pairs are together, however few that are. Raises TooManyBaskets."""
    check_slots(len(of_slot))
    size, found = len(own), np.zeros(len(these.first), np.int32)
    wanted = these.first.astype(np.int64) * size + these.second
    order = np.argsort(wanted, kind="stable")
    wanted = wanted[order]
    asked = np.zeros(size, np.bool_)
    asked[these.first] = asked[these.second] = True
    kept = asked[numbers]
    ranked = rank(of_slot[kept], numbers[kept], np.where(asked, own, 0), 1)
    check_counted(ranked.pairs)
    for part in _parts(ranked):
        counted = _pairs(ranked, [_count(ranked, part)], own, 0)
        codes = counted.first.astype(np.int64) * size + counted.second
        at = np.minimum(np.searchsorted(wanted, codes), len(wanted) - 1)
        same = wanted[at] == codes
        found[order[at[same]]] = counted.together[same]
    return found
