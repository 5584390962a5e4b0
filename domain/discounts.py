"""How much may be given away: a ceiling in percent of what a basket costs before its discounts."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil

from domain.errors import Detail, NotAllowed
from domain.pricing import Discount, Item, PricedBasket

#: What rounding may add to a basket's ceiling, however small its lines: a few minor units and 2 percent.
ROUNDING_UNITS, ROUNDING_SHARE = 10, Fraction(2, 100)


class DiscountAboveCeiling(NotAllowed):
    """The discount is more than you may give."""

    code = "discount_above_ceiling"
    remedy = "Give at most what your ceiling allows, or have somebody with a higher one approve it."


def check_ceiling(
    items: Sequence[Item], discounts: Sequence[Discount], basket: PricedBasket, ceiling: Decimal
) -> None:
    """Raise DiscountAboveCeiling unless each line and the whole basket have no more than the ceiling off.

    A line's own discounts count together with its share of the order's, and exactly: what is just the ceiling
    may round up, be it a percentage or an amount. So may each line of a basket, but only so far: else many
    small discounts, or a thing cut into many lines, would give more away than anybody may. The basket is
    priced already.
    """
    share = Fraction(ceiling) / 100

    def is_above(value: Fraction, net: Fraction, gross_total: int, off: int, rounding: int) -> bool:
        most = ceil(share * gross_total)
        return off > most and (value - net > share * value or off > most + rounding)

    # What rounds to less than it is worth is not charged, so nothing can be given off it either.
    values = [
        min(Fraction(item.quantity) * item.unit_price, Fraction(line.gross_total))
        for item, line in zip(items, basket.lines, strict=True)
    ]
    net = _net_values(items, values, discounts)
    fields = [
        f"lines.{index}.discounts"
        for index, line in enumerate(basket.lines)
        if is_above(values[index], net[index], line.gross_total, line.discount_total, 1)
    ]
    rounding = min(len(items), ROUNDING_UNITS + int(ROUNDING_SHARE * basket.subtotal))
    whole, rest = sum(values, Fraction()), sum(net, Fraction())
    is_whole_above = is_above(whole, rest, basket.subtotal, basket.discount_total, rounding)
    # Without discounts on the order the lines say it all, unless each by itself is within the ceiling.
    if is_whole_above and (discounts or not fields):
        fields.append("discounts")
    if fields:
        message = f"You may give {ceiling.normalize():f} percent off at most, all discounts together."
        details = [Detail(field, DiscountAboveCeiling.code, message) for field in fields]
        raise DiscountAboveCeiling(details=details)


def _net_values(
    items: Sequence[Item], values: Sequence[Fraction], discounts: Sequence[Discount]
) -> list[Fraction]:
    """What the discounts leave of each line's value, before anything is rounded."""
    net = [_after(value, item.discounts) for value, item in zip(values, items, strict=True)]
    for discount in discounts:
        whole = sum(net, Fraction())
        rest = _after(whole, [discount]) / whole if whole else Fraction()
        net = [value * rest for value in net]
    return net


def _after(value: Fraction, discounts: Sequence[Discount]) -> Fraction:
    for discount in discounts:
        number = Fraction(discount.value)
        value = value * (1 - number / 100) if discount.type == "percent" else max(Fraction(), value - number)
    return value
