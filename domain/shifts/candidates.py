"""Why a drawer may be over or short: entries that come to the difference, in minor currency units."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice

#: How many are worth looking at; further ones explain nothing any more.
MOST = 50


def candidates_for(difference: int, amounts: Sequence[int]) -> list[tuple[int, ...]]:
    """The places of single amounts, then of pairs, that come to a difference, whichever way they went.

    What was recorded and never happened is off by its amount one way, what happened twice the other way.
    """
    if not difference:
        return []
    return list(islice(chain(_single(difference, amounts), _pairs(difference, amounts)), MOST))


def _single(difference: int, amounts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return ((place,) for place, amount in enumerate(amounts) if abs(amount) == abs(difference))


def _pairs(difference: int, amounts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Each pair once: the earlier places of what an amount lacks are looked up and not searched for."""
    earlier: dict[int, list[int]] = {}
    for place, amount in enumerate(amounts):
        if amount == 0 or abs(amount) == abs(difference):
            continue
        for total in (difference, -difference):
            yield from ((other, place) for other in earlier.get(total - amount, ()))
        earlier.setdefault(amount, []).append(place)
