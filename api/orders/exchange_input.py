"""What is asked of clients who exchange goods."""

from typing import Any

from api.fields import Body, Id, Many, Moment, Object, OwnId, Text
from api.orders.input import BasketLineBody, DiscountBody, PaymentBody, basket_of
from api.orders.refund_input import LineReturnBody, RefundPaymentBody
from commands.orders.exchange_terms import ExchangeGoods
from commands.orders.refunds import RefundOrder
from commands.orders.sales import PlaceSale
from domain.orders import LineReturn
from domain.payments import Tender

#: Why goods come back, where nobody says so.
_REASON = "exchange"


class ExchangeBody(Body):
    """Goods of an order that come back, and others that go out."""

    id = OwnId(meaning="The id of the new order; you may choose it yourself.")
    order_id = Id(required=True, meaning="The order that goods come back of.")
    register_id = Id(
        allow_none=True,
        load_default=None,
        meaning="The till; without it the one that sold, if it is of one of your stores.",
    )
    returns = Many(
        Object(LineReturnBody()), required=True, shortest=1, longest=500, meaning="What comes back."
    )
    lines = Many(Object(BasketLineBody()), required=True, shortest=1, longest=500, meaning="What goes out.")
    discounts = Many(
        Object(DiscountBody()),
        longest=10,
        load_default=list,
        meaning="Discounts on all that goes out, in this order; takes `pos.discount`, and all together at "
        "most the ceiling of your role (`discount_ceilings` of the company).",
        example=[],
    )
    payments = Many(
        Object(PaymentBody()),
        longest=20,
        load_default=list,
        meaning="How the difference is paid.",
        example=[{"method": "cash", "amount": 434, "tendered": 500}],
    )
    refund_payments = Many(
        Object(RefundPaymentBody()),
        longest=20,
        load_default=list,
        meaning="How the difference is paid out, if less goes out than comes back; takes `orders.refund`.",
        example=[],
    )
    reason = Text(longest=200, allow_none=True, load_default=None, meaning="Why.", example="Too small")
    note = Text(longest=1000, allow_none=True, load_default=None, meaning="Free text; nothing depends on it.")
    occurred_at = Moment(
        allow_none=True,
        load_default=None,
        meaning="When it happened, if not right now; at most `backdating_days` back, further with "
        "`pos.backdate`.",
    )


def exchange_of(body: dict[str, Any]) -> ExchangeGoods:
    """The exchange that a body says."""
    return ExchangeGoods(
        refund=RefundOrder(
            order_id=body["order_id"],
            register_id=body["register_id"],
            returns=tuple(LineReturn(**line) for line in body["returns"]),
            tenders=tuple(Tender(**payment) for payment in body["refund_payments"]),
            reason=body["reason"] or _REASON,
            occurred_at=body["occurred_at"],
        ),
        sale=PlaceSale(
            **basket_of({**body, "store_id": None, "customer_id": None}),
            id=body.get("id"),
            tenders=tuple(Tender(**payment) for payment in body["payments"]),
            occurred_at=body["occurred_at"],
            note=body["note"],
        ),
    )
