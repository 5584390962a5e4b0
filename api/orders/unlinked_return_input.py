"""What is asked of clients who take goods back without their order."""

from typing import Any

from api.fields import Body, Code, Flag, Id, Many, Moment, Money, Object, OwnId, Quantity, Text
from api.orders.refund_input import RefundPaymentBody
from commands.orders.unlinked_goods import ReturnedItem
from commands.orders.unlinked_returns import TakeReturn
from domain.payments import Tender


class ReturnedItemBody(Body):
    """Units of a variant that come back."""

    variant_id = Id(
        required=True,
        meaning="Which variant, by the `id` that products, lookups and the till's list give it.",
    )
    quantity = Quantity(required=True, meaning="How much comes back.", example="1")
    unit_price = Money(
        required=True,
        meaning="What is given for one, at most what the store sells it for now; more takes "
        "`pos.price_override`.",
        example=450,
    )
    restock = Flag(load_default=True, meaning="Whether it can be sold again, and is put back.", example=True)


class PayoutBody(RefundPaymentBody):
    """What is paid out in one way. Cash may be exact or rounded."""

    method = Code(
        required=True,
        meaning="`cash`, `card`, `coupon`, `store_credit`, `account`, or the code of a payment method of "
        "the company.",
        example="cash",
    )
    amount = Money(required=True, meaning="What is paid out.", example=450)


class UnlinkedReturnBody(Body):
    """Goods that come back without their order."""

    id = OwnId(meaning="Its id; on creating you may choose it yourself.")
    register_id = Id(allow_none=True, load_default=None, meaning="The till that pays.")
    store_id = Id(
        allow_none=True,
        load_default=None,
        meaning="The store, where no register is named; may be left out by whoever is bound to one store.",
    )
    lines = Many(
        Object(ReturnedItemBody()),
        required=True,
        shortest=1,
        longest=500,
        meaning="One for each variant, in any order; they are kept as they come.",
    )
    payments = Many(Object(PayoutBody()), longest=20, load_default=list, meaning="How it is paid out.")
    reason = Text(shortest=1, longest=200, required=True, meaning="Why.", example="Gift, too small")
    customer_id = Id(
        allow_none=True,
        load_default=None,
        meaning="Who brings it back: needed to pay it out as store credit, else left out.",
    )
    external_reference = Text(
        shortest=1,
        longest=200,
        allow_none=True,
        load_default=None,
        meaning="What the customer has in hand, such as a receipt of before; no number of your own.",
        example="OLD-TILL-4711",
    )
    note = Text(longest=1000, allow_none=True, load_default=None, meaning="Free text; nothing depends on it.")
    occurred_at = Moment(
        allow_none=True,
        load_default=None,
        meaning="When it happened, if not right now; at most `backdating_days` back, further with "
        "`pos.backdate`.",
    )


def return_of(body: dict[str, Any]) -> TakeReturn:
    """The return that a body says."""
    names = ("register_id", "store_id", "customer_id", "reason", "external_reference", "note", "occurred_at")
    return TakeReturn(
        id=body.get("id"),
        lines=tuple(ReturnedItem(**line) for line in body["lines"]),
        tenders=tuple(Tender(**payment) for payment in body["payments"]),
        **{name: body[name] for name in names},
    )
