"""What is asked of clients who quote and sell."""

from collections.abc import Mapping
from typing import Any

from api.fields import (
    MAX_AMOUNT,
    Body,
    Choice,
    Code,
    Exact,
    Id,
    Many,
    Moment,
    Money,
    Object,
    OwnId,
    Quantity,
    Text,
)
from commands.orders.baskets import BasketLine
from domain.pricing import Discount


class DiscountBody(Body):
    """Percent of what is left, or an amount in minor currency units."""

    type = Choice("percent", "amount", required=True, meaning="Percent of what is left, or an amount.")
    value = Exact(
        least=0, most=MAX_AMOUNT, required=True, meaning="The percentage, or the amount.", example="10"
    )
    reason = Text(longest=200, allow_none=True, load_default=None, meaning="Why.", example="Regular customer")


class BasketLineBody(Body):
    """A quantity of a variant; `unit_price` only for who may override prices."""

    id = OwnId(meaning="The line's id; you may choose it yourself.")
    variant_id = Id(
        required=True,
        meaning="Which variant, by the `id` that products, lookups and the till's list give it.",
    )
    quantity = Quantity(required=True, meaning="How much.", example="2")
    unit_price = Money(
        allow_none=True, load_default=None, meaning="Another price; takes `pos.price_override`."
    )
    discounts = Many(
        Object(DiscountBody()),
        longest=10,
        load_default=list,
        meaning="Discounts, in this order; takes `pos.discount`, and all together at most the "
        "ceiling of your role (`discount_ceilings` of the company).",
    )
    note = Text(
        longest=1000,
        allow_none=True,
        load_default=None,
        meaning="Free text about the line; nothing depends on it.",
        example="Gift wrap",
    )


class GoodsBody(Body):
    """What is bought, and by whom."""

    customer_id = Id(
        allow_none=True,
        load_default=None,
        meaning="Who buys: needed for store credit and for selling on account, else left out.",
    )
    lines = Many(
        Object(BasketLineBody()),
        required=True,
        shortest=1,
        longest=500,
        meaning="What is bought, priced in this order.",
    )
    discounts = Many(
        Object(DiscountBody()),
        longest=10,
        load_default=list,
        meaning="Discounts on the whole order, in this order; takes `pos.discount`, and all "
        "together at most the ceiling of your role (`discount_ceilings` of the company).",
        example=[],
    )


class BasketBody(GoodsBody):
    """A basket. Register, else store, else the only store there is, say where it is sold."""

    register_id = Id(allow_none=True, load_default=None, meaning="The till it is sold at.")
    store_id = Id(
        allow_none=True,
        load_default=None,
        meaning="The store, where no register is named; may be left out by whoever is bound to one store.",
    )


class PaymentBody(Body):
    """A part of the payment: `amount` is what it pays of the order, `tendered` what was handed over.

    `method` is one of those that every till takes, or the code of one of the company's own payment methods.
    """

    method = Code(
        required=True,
        meaning="`cash`, `card`, `coupon`, or the code of a payment method of the company; with a customer "
        "also `store_credit`, and `account` for who may sell on account (`orders.on_account`).",
        example="cash",
    )
    amount = Money(required=True, meaning="What it pays of the order.", example=869)
    tendered = Money(allow_none=True, load_default=None, meaning="What was handed over.", example=1000)
    reference = Text(
        longest=200,
        allow_none=True,
        load_default=None,
        meaning="The terminal's or coupon's reference; some methods require it.",
    )
    tip = Money(load_default=0, meaning="A tip on top.", example=0)


class SaleBody(BasketBody):
    """A sale at a till."""

    id = OwnId(meaning="Its id; on creating you may choose it yourself.")
    occurred_at = Moment(
        allow_none=True,
        load_default=None,
        meaning="When it happened, if not right now; at most `backdating_days` back, further with "
        "`pos.backdate`.",
    )
    shift_id = Id(
        allow_none=True,
        load_default=None,
        meaning="Its shift, which must be the open one of the register; that one is taken anyway.",
    )
    held_id = Id(
        allow_none=True, load_default=None, meaning="The parked sale that is sold so, if it was one."
    )
    expected_total = Money(
        allow_none=True,
        load_default=None,
        meaning="What you expect it to come to; at any other total nothing is sold.",
    )
    payments = Many(Object(PaymentBody()), longest=20, load_default=list, meaning="How it is paid.")
    note = Text(longest=1000, allow_none=True, load_default=None, meaning="Free text; nothing depends on it.")


def basket_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a body says of the basket, as the commands take it."""
    return {
        "register_id": body["register_id"],
        "store_id": body["store_id"],
        "customer_id": body["customer_id"],
        "lines": lines_of(body["lines"]),
        "discounts": discounts_of(body["discounts"]),
    }


def lines_of(bodies: list[dict[str, Any]]) -> tuple[BasketLine, ...]:
    """The lines of a basket."""
    return tuple(BasketLine(**{**line, "discounts": discounts_of(line["discounts"])}) for line in bodies)


def discounts_of(bodies: list[dict[str, Any]]) -> tuple[Discount, ...]:
    """Discounts, in their order."""
    return tuple(Discount(**body) for body in bodies)
