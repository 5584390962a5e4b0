"""Coins and notes: what was counted one by one must add up to what was said."""

from collections.abc import Iterable

from domain.errors import Detail, Invalid
from domain.shifts.shift import Denomination

MISMATCH = "denominations_mismatch"


def check_denominations(denominations: Iterable[Denomination], amount: int) -> None:
    """Raise Invalid unless the coins and notes, if any were named, come to this amount of minor units."""
    counted = tuple(denominations)
    total = sum(one.value * one.count for one in counted)
    if counted and total != amount:
        message = f"They come to {total}, not to {amount}."
        raise Invalid(details=[Detail("denominations", MISMATCH, message)])
