"""Baskets made up at random, as sets of numbers and as the arrays that are counted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from projections.market_basket.history import Ints, Longs
from projections.market_basket.limits import TooMuch
from projections.market_basket.pairs import Pairs

#: However busy the machine is.
patient = settings(deadline=None)

#: So many things there are at most; 0 is none.
MOST = 9
Plain = Sequence[frozenset[int]]

BASKETS = st.lists(st.frozensets(st.integers(1, MOST), max_size=6), max_size=25)


def slots(baskets: Plain) -> tuple[Ints, Ints]:
    """In which basket each thing is, and which it is."""
    pairs = [(place, thing) for place, basket in enumerate(baskets) for thing in sorted(basket)]
    return (
        np.array([place for place, _ in pairs], np.int32),
        np.array([thing for _, thing in pairs], np.int32),
    )


def own_counts(baskets: Plain) -> Longs:
    """In how many baskets each thing is."""
    return np.bincount(slots(baskets)[1], minlength=MOST + 1)


def count_sets(baskets: Plain, size: int, at_least: int) -> dict[tuple[int, ...], int]:
    """Every set of this size that so many baskets have, as somebody would count who has all day."""
    counts = Counter(one for basket in baskets for one in combinations(sorted(basket), size))
    return {one: count for one, count in counts.items() if count >= at_least}


def told(pairs: Pairs) -> dict[tuple[int, int], int]:
    """Pairs by number; each is there once."""
    rows = list(zip(pairs.first.tolist(), pairs.second.tolist(), pairs.together.tolist(), strict=True))
    assert len({row[:2] for row in rows}) == len(rows)
    return {(first, second): together for first, second, together in rows}


def pairs_of(counts: dict[tuple[int, int], int], own: Iterable[int], baskets: int) -> Pairs:
    """Pairs that were counted elsewhere."""
    return Pairs(
        baskets=baskets,
        own=np.array(list(own), np.int32),
        first=np.array([first for first, _ in counts], np.int32),
        second=np.array([second for _, second in counts], np.int32),
        together=np.array(list(counts.values()), np.int32),
    )


@contextmanager
def with_limits(module: Any, **limits: int) -> Iterator[None]:
    """For a while the limits of a module are these, so that a few baskets are many."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in limits.items():
            patch.setattr(module, name, value)
        yield


def number(refused: TooMuch, name: str) -> int:
    """What a refusal tells."""
    return int(str(refused.beside[name]))
