"""Arrays of many short pieces, as baskets are: what lies in the pieces, and where equal numbers begin."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from projections.market_basket.history import Flags, Longs


def places_in(begins: NDArray[Any], sizes: NDArray[Any]) -> Longs:
    """The places in these pieces, one after another: from each beginning so many."""
    ends = np.cumsum(sizes, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    places: Longs = np.arange(total) + np.repeat(begins - (ends - sizes), sizes)
    return places


def is_first(numbers: NDArray[Any]) -> Flags:
    """Whether each number is the first of those equal to it, which follow each other."""
    first = np.ones(len(numbers), np.bool_)
    first[1:] = numbers[1:] != numbers[:-1]
    return first
