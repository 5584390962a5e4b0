"""What the discounts of a line took by themselves, apart from its share of those on the whole order."""

from typing import cast

from domain.money import RoundingMode, round_ratio
from domain.orders.lines import SaleLine
from domain.orders.order import Order
from domain.pricing import Item, Rules, price


def own_discount(line: SaleLine, order: Order) -> int:
    """It in minor currency units; what is left of the line's `discount_total` is its share of the order's.

    Of a line that was priced with another quantity it is in proportion, as all its amounts are.
    """
    terms, priced = order.terms, order.priced.get(line.id, line)
    if not terms.discounts or not priced.discount_total:
        return line.discount_total
    own = _of_priced(priced, terms)
    return round_ratio(own * line.discount_total, priced.discount_total)


def _of_priced(line: SaleLine, terms: Order.Terms) -> int:
    rules = Rules(currency=terms.currency, rounding_mode=cast("RoundingMode", terms.rounding_mode))
    item = Item(
        variant_id=line.variant_id,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discounts=line.discounts,
    )
    # Line discounts come off first, so that without the others they are what they were.
    return min(price([item], (), rules).discount_total, line.discount_total)
