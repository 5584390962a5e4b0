"""What is asked of clients who give money back."""

from typing import Any

from api.fields import Body, Code, Flag, Id, Many, Moment, Money, Object, OwnId, Quantity, Text
from domain.errors import Detail, Invalid
from domain.orders import LineGoodwill, LineReturn
from domain.payments import Tender


class LineReturnBody(Body):
    """Units of a line that come back."""

    line_id = Id(required=True, meaning="The line of the order.")
    quantity = Quantity(required=True, meaning="How much comes back.", example="1")
    restock = Flag(load_default=True, meaning="Whether it can be sold again, and is put back.", example=True)


class LineGoodwillBody(Body):
    """Money given back on a line whose goods stay with the customer."""

    line_id = Id(required=True, meaning="The line of the order.")
    amount = Money(least=1, required=True, meaning="What is given back, tax included.", example=100)


class RefundPaymentBody(Body):
    """What is paid out in one way. Cash may be exact or rounded."""

    method = Code(
        required=True,
        meaning="How it goes back. Another method than those that paid, or more than one paid, takes "
        "`orders.refund_other_method`.",
        example="cash",
    )
    amount = Money(required=True, meaning="What is paid out.", example=435)
    reference = Text(
        longest=200, allow_none=True, load_default=None, meaning="The terminal's or coupon's reference."
    )


class TippedPaymentBody(RefundPaymentBody):
    """What is paid out in one way. Cash may be exact or rounded; a tip is no part of the amount."""

    tip = Money(load_default=0, meaning="What of the tips goes back with it, on top.", example=0)


class RefundQuoteBody(Body):
    """What would be given back of an order."""

    register_id = Id(
        allow_none=True,
        load_default=None,
        meaning="The till that pays; without it the one that sold, if it is of one of your stores.",
    )
    lines = Many(Object(LineReturnBody()), longest=500, load_default=list, meaning="What comes back.")
    goodwill = Many(
        Object(LineGoodwillBody()),
        longest=500,
        load_default=list,
        meaning="Money without goods, at most what is left of each line.",
        example=[],
    )
    tip = Money(
        allow_none=True,
        load_default=None,
        meaning="What goes back of tips: by the methods of `payments` as far as they took tips, then by the "
        "others that did. Where `payments` say tips, it is their sum or left out.",
        example=0,
    )
    payments = Many(Object(TippedPaymentBody()), longest=20, load_default=list, meaning="How it is paid out.")
    occurred_at = Moment(
        allow_none=True,
        load_default=None,
        meaning="When it happened, if not right now; at most `backdating_days` back, further with "
        "`pos.backdate`.",
    )
    reason = Text(longest=200, allow_none=True, load_default=None, meaning="Why.", example="Too small")
    note = Text(longest=1000, allow_none=True, load_default=None, meaning="Free text; nothing depends on it.")
    storage_id = Id(
        allow_none=True,
        load_default=None,
        meaning="Where goods are put back, if not into the storage that the paying store sells from.",
    )
    id = Id(allow_none=True, load_default=None, meaning="The refund's id; a quote has no use for it.")


class RefundBody(RefundQuoteBody):
    """What is given back of an order."""

    id = OwnId(meaning="Its id; on creating you may choose it yourself.")
    reason = Text(shortest=1, longest=200, required=True, meaning="Why.", example="Too small")


class VoidBody(Body):
    """Why a sale is taken back."""

    reason = Text(shortest=1, longest=200, required=True, meaning="Why.", example="Wrong customer")


def refund_of(body: dict[str, Any]) -> dict[str, Any]:
    """What a body says of a refund, as the commands take it."""
    return {
        "returns": tuple(LineReturn(**line) for line in body["lines"]),
        "goodwill": tuple(LineGoodwill(**gift) for gift in body["goodwill"]),
        "tip": _tip_of(body),
        "tenders": tuple(Tender(**payment) for payment in body["payments"]),
        "register_id": body["register_id"],
        "occurred_at": body["occurred_at"],
    }


def _tip_of(body: dict[str, Any]) -> int:
    """What goes back of tips. Raises Invalid where the payments say another sum."""
    said: int = sum(payment["tip"] for payment in body["payments"])
    total: int | None = body["tip"]
    if total is None:
        return said
    if said and said != total:
        raise Invalid(details=[Detail("tip", "invalid", f"The tips of the payments come to {said}.")])
    return total
