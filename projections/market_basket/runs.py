"""Arrays of many short pieces, as baskets are: what lies in them, where equal begin, pairs as one number."""

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


def pack(high: NDArray[Any], low: NDArray[Any], width: int) -> Longs:
    """Pairs of numbers as one each, which sort by `high` and then by `low`, all of these below `width`."""
    packed = high.astype(np.int64)
    packed *= width
    packed += low
    return packed


def is_first(numbers: NDArray[Any]) -> Flags:
    """Whether each number is the first of those equal to it, which follow each other."""
    first = np.ones(len(numbers), np.bool_)
    first[1:] = numbers[1:] != numbers[:-1]
    return first
