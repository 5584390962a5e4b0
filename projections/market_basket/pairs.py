"""How often two things are bought together: counted exactly, in memory that does not grow with baskets."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from projections.market_basket.history import Ints, Longs
from projections.market_basket.limits import MOST_PAIRS, TooManyPairs, check_counted, check_slots, suggested
from projections.market_basket.runs import is_first, pack, places_in

#: How many pairs are counted at a time, which takes some 15 MB; a multiple of it is no faster.
PART = 1 << 18
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

    def only(self, kept: slice) -> "Pairs":
        """Those that are kept."""
        together = self.together[kept]
        return replace(self, first=self.first[kept], second=self.second[kept], together=together)

    @property
    def bytes(self) -> int:
        """How much memory they take."""
        return sum(one.nbytes for one in (self.own, self.first, self.second, self.together))


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """Slots by the rank of what is in them: what few baskets have comes first, within a basket and of all.

    So of what nearly every basket has, few pairs are its own, and none has far more than its share.
    `numbers` are what the ranks stand for, which `at_least` so many baskets have, and `own` says of every
    number how many do; slot `n` of rank `ranks[n]` is followed by `rest[n]` more of its basket.
    """

    own: Longs
    at_least: int
    numbers: Ints
    ranks: Ints
    rest: Ints

    @property
    def pairs(self) -> int:
        """How many pairs there are in all baskets."""
        return int(self.rest.sum(dtype=np.int64))

    def by_rank(self) -> tuple[Ints, Longs]:
        """The slots by rank, and where those of each rank end."""
        slots = len(self.ranks)
        by_rank = pack(self.ranks, np.arange(slots, dtype=np.int32), max(slots, 1))
        # An order of ranks alone takes seven times as long.
        by_rank.sort()
        by_rank %= max(slots, 1)
        ends = np.cumsum(np.bincount(self.ranks, minlength=len(self.numbers)))
        return by_rank.astype(np.int32), ends


def rank(of_slot: Ints, numbers: Ints, own: NDArray[Any], at_least: int) -> Ranked:
    """The slots of what enough baskets have. `of_slot` says of each slot in which basket it is.

    Raises TooManyBaskets.
    """
    check_slots(len(of_slot))
    frequent = np.flatnonzero(own >= max(at_least, 1)).astype(np.int32)
    by_rank = frequent[np.argsort(own[frequent], kind="stable")]
    rank_of = np.full(len(own), -1, np.int32)
    rank_of[by_rank] = np.arange(len(by_rank))
    ranks = rank_of[numbers]
    kept = ranks >= 0
    width = max(len(by_rank), 1)
    keys = pack(of_slot[kept], ranks[kept], width)
    del kept, ranks
    keys.sort()
    basket_of, ranks = (part.astype(np.int32) for part in np.divmod(keys, width))
    begins = np.flatnonzero(is_first(basket_of)).astype(np.int32)
    # The place after the last slot of each slot's basket.
    ends = np.concatenate([begins[1:], np.array([len(keys)], np.int32)])[: len(begins)]
    rest = np.repeat(ends, ends - begins) - np.arange(1, len(keys) + 1, dtype=np.int32)
    return Ranked(own=own, at_least=at_least, numbers=by_rank, ranks=ranks, rest=rest)


def count_pairs(ranked: Ranked, baskets: int) -> Pairs:
    """Count all pairs of so many baskets, and keep those that enough of them have.

    Raises TooManyBaskets, TooManyPairs.
    """
    check_counted(ranked.pairs)
    found: list[Counted] = []
    # How many pairs so many baskets have: what to ask for instead, if all are too many to keep.
    tally = np.zeros(int(ranked.own.max(initial=0)) + 2, np.int64)
    for part in _parts(ranked):
        counted = _count(ranked, part)
        tally += np.bincount(counted.together, minlength=len(tally))
        if tally.sum() <= MOST_PAIRS:
            found.append(counted)
        else:
            found.clear()
    _check(tally, baskets)
    return Pairs(
        baskets=baskets,
        own=ranked.own.astype(np.int32),
        first=_joined([one.first for one in found]),
        second=_joined([one.second for one in found]),
        together=_joined([one.together for one in found]),
    )


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, np.int32), *parts])


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


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Pairs of a part as in `Pairs`."""

    first: Ints
    second: Ints
    together: Ints


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Slots of a few ranks, from the lowest of them, and how many pairs these make with what follows them."""

    slots: Ints
    lowest: int
    pairs: int


def _parts(ranked: Ranked) -> Iterator[_Part]:
    """The slots by rank, in parts of few pairs that share no rank, so that each pair is in one part."""
    by_rank, ends = ranked.by_rank()
    before = np.concatenate([[0], np.cumsum(ranked.rest[by_rank], dtype=np.int64)])[ends]
    begin, done, lowest = 0, 0, 0
    while lowest < len(ends):
        beyond = max(int(np.searchsorted(before, done + PART, "right")), lowest + 1)
        end, pairs = int(ends[beyond - 1]), int(before[beyond - 1])
        if pairs > done:
            yield _Part(slots=by_rank[begin:end], lowest=lowest, pairs=pairs - done)
        begin, done, lowest = end, pairs, beyond


def _count(ranked: Ranked, part: _Part) -> Counted:
    """The pairs of a part that enough baskets have."""
    codes, together = _codes(ranked, part)
    enough = together >= ranked.at_least
    low, high = np.divmod(codes[enough], len(ranked.numbers))
    one, other = ranked.numbers[low + part.lowest], ranked.numbers[high]
    return Counted(first=np.minimum(one, other), second=np.maximum(one, other), together=together[enough])


def _codes(ranked: Ranked, part: _Part) -> tuple[Longs, Ints]:
    """The pairs of a part, as codes of their ranks from the lowest, and how many baskets have each."""
    width = len(ranked.numbers)
    rest = ranked.rest[part.slots]
    following = places_in(part.slots + 1, rest)
    ranks = ranked.ranks[part.slots] - part.lowest
    codes = pack(np.repeat(ranks, rest), ranked.ranks[following], width)
    possible = (int(ranks[-1]) + 1) * width
    if possible <= _SPARSE * part.pairs:
        table = np.bincount(codes, minlength=possible)
        unique = np.flatnonzero(table)
        return unique, table[unique].astype(np.int32)
    # Half as wide numbers are sorted in less than half the time.
    codes = np.sort(codes.astype(np.uint32) if possible < 2**32 else codes)
    starts = np.flatnonzero(is_first(codes))
    together = np.diff(np.concatenate([starts, [part.pairs]])).astype(np.int32)
    return codes[starts].astype(np.int64), together


def count_these(of_slot: Ints, numbers: Ints, own: Longs, these: Pairs) -> Ints:
    """In how many baskets these very pairs are together, however few that are. Raises TooManyBaskets."""
    size, found = len(own), np.zeros(len(these.first), np.int32)
    wanted = pack(these.first, these.second, size)
    order = np.argsort(wanted, kind="stable")
    wanted = wanted[order]
    asked = np.zeros(size, np.bool_)
    asked[these.first] = asked[these.second] = True
    kept = asked[numbers]
    ranked = rank(of_slot[kept], numbers[kept], np.where(asked, own, 0), 1)
    check_counted(ranked.pairs)
    for part in _parts(ranked):
        counted = _count(ranked, part)
        codes = pack(counted.first, counted.second, size)
        at = np.minimum(np.searchsorted(wanted, codes), len(wanted) - 1)
        same = wanted[at] == codes
        found[order[at[same]]] = counted.together[same]
    return found
