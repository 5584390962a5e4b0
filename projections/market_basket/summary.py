"""How many baskets there are, and how much is in them."""

from dataclasses import dataclass

import numpy as np

from projections.market_basket.counting import Counting

#: Baskets of so many things and more are told together.
LARGEST = 20


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Baskets, the distinct things in all of them together, and how many baskets have how many."""

    baskets: int
    things: int
    slots: int
    sizes: list[int]

    @property
    def single(self) -> int:
        """How many baskets have one thing alone."""
        return self.sizes[1]

    @property
    def bytes(self) -> int:
        """How much memory it takes, about."""
        return 40 * len(self.sizes)


def summarise(counting: Counting) -> Summary:
    """Count what is in each basket, by the level; a basket may have nothing of it."""
    return counting.counted(("summary",), lambda: _count(counting))


def _count(counting: Counting) -> Summary:
    baskets = counting.own.baskets
    of_slot, numbers = counting.slots()
    sizes = np.bincount(of_slot, minlength=baskets)
    return Summary(
        baskets=baskets,
        things=len(np.unique(numbers)),
        slots=len(numbers),
        sizes=np.bincount(np.minimum(sizes, LARGEST), minlength=LARGEST + 1).tolist(),
    )
