"""How often the things that most baskets have are bought with each other, as a square of numbers."""

from dataclasses import dataclass

import numpy as np

from projections.market_basket.counting import Counting
from projections.market_basket.pairs import count_pairs, rank


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """The numbers of things, and of each with each how many baskets have both; with itself, have it."""

    baskets: int
    numbers: list[int]
    together: list[list[int]]

    @property
    def bytes(self) -> int:
        """How much memory it takes, about."""
        return 40 * len(self.numbers) ** 2


def find_matrix(counting: Counting, size: int) -> Matrix:
    """The matrix of the `size` things that most baskets have. Raises TooManyBaskets."""
    return counting.counted(("matrix", size), lambda: _count(counting, size))


def _count(counting: Counting, size: int) -> Matrix:
    own = counting.own
    by_own = np.argsort(-own.own, kind="stable")[:size]
    numbers = by_own[own.own[by_own] > 0]
    of_slot, told = counting.slots()
    kept = np.isin(told, numbers)
    pairs = count_pairs(rank(of_slot[kept], told[kept], own.own, 1), own.baskets)
    place = np.zeros(len(own.own), np.int64)
    place[numbers] = np.arange(len(numbers))
    table = np.diag(own.own[numbers])
    first, second = place[pairs.first], place[pairs.second]
    table[first, second] = table[second, first] = pairs.together
    return Matrix(baskets=own.baskets, numbers=numbers.tolist(), together=table.tolist())
