"""Pricing a basket again that was sold: the same calculator, on what was frozen, with what is otherwise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from domain.orders.lines import SaleLine
from domain.payments import CASH, Payment, Tender, settle
from domain.pricing import Discount, DiscountExceedsValue, Item, PricedBasket, PricedLine, Rules, price
from domain.what_if.changes import Changes


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """Lines as they would have been sold; `is_capped` says that a discount found less than it would take."""

    lines: Sequence[PricedLine]
    is_capped: bool = False


def rules_of(terms: Any) -> Rules:
    """How the terms of an order say that it was rounded."""
    return Rules(
        currency=terms.currency,
        rounding_level="order" if terms.rounding_level == "order" else "line",
        rounding_mode="half_even" if terms.rounding_mode == "half_even" else "half_up",
    )


def replay(
    lines: Sequence[SaleLine], discounts: Sequence[Discount], rules: Rules, changes: Changes
) -> Replayed | None:
    """What these lines would have come to, priced together; None where nothing of them would be otherwise.

    Of lines and discounts nothing is read but what decides about the price. Raises AmountTooLarge.
    """
    changed = changes.rules(rules)
    if changed == rules and not changes.has_promotions_of_orders and not any(map(changes.touches, lines)):
        return None
    items = [changes.item(line) for line in lines]
    own = tuple(discounts)
    if changes.has_promotions_of_orders:
        subtotal = price([replace(item, discounts=()) for item in items], (), changed).subtotal
        own = (*own, *changes.of_orders(subtotal))
    try:
        return Replayed(lines=price(items, own, changed).lines)
    except DiscountExceedsValue:
        return Replayed(lines=_priced_within(items, own, changed).lines, is_capped=True)


def _priced_within(items: Sequence[Item], discounts: Sequence[Discount], rules: Rules) -> PricedBasket:
    """The same where amounts were given that are more than would be left to pay: each takes what is left."""
    own = [_item_within(item, rules) for item in items]
    return price(own, _within(discounts, lambda given: price(own, given, rules)), rules)


def _item_within(item: Item, rules: Rules) -> Item:
    def priced(given: tuple[Discount, ...]) -> PricedBasket:
        return price([replace(item, discounts=given)], (), rules)

    return replace(item, discounts=_within(item.discounts, priced))


def _within(
    discounts: Sequence[Discount], priced: Callable[[tuple[Discount, ...]], PricedBasket]
) -> tuple[Discount, ...]:
    given: tuple[Discount, ...] = ()
    for one in discounts:
        value = one.value
        if one.type == "amount":
            basket = priced(given)
            value = min(value, Decimal(basket.subtotal - basket.discount_total))
        given = (*given, Discount(type=one.type, value=value))
    return given


def rounding_of(total: int, payments: Sequence[Payment], cash_rounding: int) -> int:
    """What cash rounding would add to a total, in minor units, if cash took what the other methods leave.

    What was paid otherwise stays. Where that is more than the total nothing is left to be paid in cash.
    """
    if not any(payment.method == CASH for payment in payments):
        return 0
    others = sum(payment.amount for payment in payments if payment.method != CASH)
    if others >= total:
        return 0
    rest = Tender(method=CASH, amount=total - others)
    return settle(total, [Tender(method="card", amount=others), rest], cash_rounding).rounding
