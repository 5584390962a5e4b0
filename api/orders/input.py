"""What is asked of clients who quote, sell, and look for their sales."""

from typing import Any

from marshmallow import fields, validate

from api.fields import MAX_AMOUNT, Body, Code, Day, Exact, Id, Many, Moment, Money, OwnId, Quantity, Text
from api.queries import PageQuery
from commands.orders import BasketLine
from domain.pricing import Discount


class DiscountBody(Body):
    """Percent of what is left, or an amount in minor currency units."""

    type = fields.String(required=True, validate=validate.OneOf(["percent", "amount"]))
    value = Exact(least=0, most=MAX_AMOUNT, required=True)
    reason = Text(longest=200, allow_none=True, load_default=None)


class BasketLineBody(Body):
    """A quantity of a variant; `unit_price` only for who may override prices."""

    variant_id = Id(required=True)
    quantity = Quantity(required=True)
    unit_price = Money(allow_none=True, load_default=None)
    discounts = Many(fields.Nested(DiscountBody()), longest=10, load_default=list)


class BasketBody(Body):
    """A basket. Register, else store, else the only store there is, say where it is sold."""

    register_id = Id(allow_none=True, load_default=None)
    store_id = Id(allow_none=True, load_default=None)
    customer_id = Id(allow_none=True, load_default=None)
    lines = Many(fields.Nested(BasketLineBody()), required=True, shortest=1, longest=500)
    discounts = Many(fields.Nested(DiscountBody()), longest=10, load_default=list)


class PaymentBody(Body):
    """A part of the payment: `amount` is what it pays of the order, `tendered` what was handed over.

    `method` is `cash`, `card`, `coupon`, or the code of one of the company's own payment methods.
    """

    method = Code(required=True)
    amount = Money(required=True)
    tendered = Money(allow_none=True, load_default=None)
    reference = Text(longest=200, allow_none=True, load_default=None)
    tip = Money(load_default=0)


class SaleBody(BasketBody):
    """A sale at a till."""

    id = OwnId()
    occurred_at = Moment(allow_none=True, load_default=None)
    payments = Many(fields.Nested(PaymentBody()), longest=20, load_default=list)
    note = Text(longest=1000, allow_none=True, load_default=None)


class OrdersQuery(PageQuery):
    """Filters of the cashier's own sales; `search` is a whole order number."""

    search = Text(shortest=1, longest=60)
    from_date = Day(data_key="from")
    to_date = Day(data_key="to")


def basket_of(body: dict[str, Any]) -> dict[str, Any]:
    """What a body says of the basket, as the commands take it."""
    return {
        "register_id": body["register_id"],
        "store_id": body["store_id"],
        "customer_id": body["customer_id"],
        "lines": tuple(
            BasketLine(**{**line, "discounts": _discounts(line["discounts"])}) for line in body["lines"]
        ),
        "discounts": _discounts(body["discounts"]),
    }


def _discounts(bodies: list[dict[str, Any]]) -> tuple[Discount, ...]:
    return tuple(Discount(**body) for body in bodies)
