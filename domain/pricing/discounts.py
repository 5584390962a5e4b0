"""Discounts: what each takes off, and of which line."""

from collections.abc import Sequence

from domain.errors import Conflict, Detail, Invalid
from domain.money import SCALE, RoundingMode, apportion, round_ratio, scaled
from domain.pricing.lines import FULL, Line, common
from domain.pricing.records import Discount, Item


class DiscountExceedsValue(Conflict):
    """A discount cannot be more than what is left to pay."""

    code = "discount_exceeds_value"
    remedy = "Give at most what the line or the order still comes to."


class DiscountNotValid(Invalid):
    """A discount is 0 to 100 percent, or a whole number of minor units not below zero."""

    code = "discount_not_valid"
    remedy = "Send `percent` with 0 to 100, or `amount` with a whole number of minor units."


def discount_shares(
    items: Sequence[Item], discounts: Sequence[Discount], mode: RoundingMode
) -> list[tuple[int, ...]]:
    """What each discount takes of each line as it is priced: the line's own first, then those of all lines.

    Together they are the line's `discount_total`. Raises what `price` does.
    """
    lines = [Line(item, mode) for item in items]
    own = [[take_off([line], one, mode, "")[0] for one in line.item.discounts] for line in lines]
    of_all = [take_off(lines, one, mode, "") for one in discounts]
    return [(*mine, *(shares[at] for shares in of_all)) for at, mine in enumerate(own)]


def take_off(lines: list[Line], discount: Discount, mode: RoundingMode, field: str) -> list[int]:
    """Take a discount off and return the share of each line."""
    number = scaled(discount.value)
    remaining = sum(line.remaining for line in lines)
    if discount.type == "percent":
        percent, amount = number, _percent_of(lines, number, remaining, mode, field)
    else:
        percent, amount = None, _amount_within(number, remaining, field)
    shares = [amount] if len(lines) == 1 else apportion(amount, [line.remaining for line in lines])
    for line, share in zip(lines, shares, strict=True):
        line.reduce(share, percent)
    return shares


def _percent_of(lines: list[Line], percent: int, remaining: int, mode: RoundingMode, field: str) -> int:
    if not 0 <= percent <= FULL:
        detail = Detail(field, DiscountNotValid.code, "Must be from 0 to 100 percent.")
        raise DiscountNotValid(details=[detail])
    if percent == FULL:
        return remaining
    numerators, denominator = common((line.numerator, line.denominator) for line in lines)
    # The exact values of many fractional lines may add up to more than the rounded ones.
    return min(remaining, round_ratio(sum(numerators) * percent, denominator * FULL, mode))


def _amount_within(number: int, remaining: int, field: str) -> int:
    amount, fraction = divmod(number, SCALE)
    if fraction or amount < 0:
        detail = Detail(field, DiscountNotValid.code, "Must be a whole number of minor units.")
        raise DiscountNotValid(details=[detail])
    if amount > remaining:
        detail = Detail(
            field, DiscountExceedsValue.code, f"{amount} is more than the {remaining} left to pay."
        )
        raise DiscountExceedsValue(details=[detail])
    return amount
