"""What is asked of clients who place orders, and take them further."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.fields import (
    Body,
    Choice,
    Day,
    Flag,
    Id,
    Many,
    ManyOrWord,
    Moment,
    Money,
    Object,
    OwnId,
    Quantity,
    Text,
    optional,
)
from api.orders.input import DiscountBody, GoodsBody, PaymentBody, discounts_of, lines_of
from api.orders.refund_input import RefundPaymentBody
from commands.orders.back_office.amended_lines import AmendedLine
from commands.orders.back_office.amending import AmendOrder
from commands.orders.back_office.placing import PlaceOrder
from domain.orders.handovers import LineQuantity
from domain.payments import STORE_CREDIT, Tender

CHANNELS = ("phone", "email", "web", "counter")


class OrderBasketBody(GoodsBody):
    """What is ordered, and where."""

    store_id = Id(
        allow_none=True,
        load_default=None,
        meaning="The store that takes the order; may be left out where there is only one.",
        example="52d2f15a-fa57-5f5e-9876-6fefb8b55298",
    )


class PartPaymentBody(PaymentBody):
    """A part of what is due: `amount` is what it pays of it, `tendered` what was handed over."""

    amount = Money(least=1, required=True, meaning="What it pays of the order.", example=869)


class OrderBody(OrderBasketBody):
    """An order that is placed in the back office."""

    id = OwnId(meaning="Its id; on creating you may choose it yourself.")
    channel = Choice(*CHANNELS, required=True, meaning="How it came.", example="phone")
    storage_id = Id(
        allow_none=True,
        load_default=None,
        meaning="Where its goods are reserved, if not in the storage that the store sells from.",
    )
    payments = Many(
        Object(PartPaymentBody()),
        longest=20,
        load_default=list,
        meaning="What is paid of it at once.",
        example=[],
    )
    on_account = Flag(
        load_default=False,
        meaning="Whether the customer owes what is handed over; takes `orders.on_account` and a customer.",
        example=False,
    )
    due_on = Day(
        allow_none=True,
        load_default=None,
        meaning="By when it is to be paid on account, if not after the days agreed with the customer.",
        example=None,
    )
    reserve_until = Moment(
        allow_none=True,
        meaning="Until when its goods are reserved; null: without an end. Left out, for as long as the "
        "company reserves (`order_reservation_days`).",
    )
    note = Text(longest=1000, allow_none=True, load_default=None, meaning="Free text; nothing depends on it.")
    expected_total = Money(
        allow_none=True,
        load_default=None,
        meaning="What you expect it to come to; at any other total nothing is recorded.",
        example=None,
    )


class AmendedLineBody(Body):
    """A line as it is to be: one of the order by its `id`, or a new one of a variant."""

    id = OwnId(
        meaning="The line of the order; of a new line you may choose it yourself.",
        example="c44b6211-b917-476f-a781-fdfb1e2d6273",
    )
    variant_id = Id(
        allow_none=True, load_default=None, meaning="The variant; a line of the order keeps its own."
    )
    quantity = Quantity(required=True, meaning="How much.", example="2")
    unit_price = Money(
        allow_none=True,
        load_default=None,
        meaning="Another price; takes `pos.price_override`. Left out, a line keeps its own.",
    )
    discounts = Many(
        Object(DiscountBody()),
        longest=10,
        allow_none=True,
        load_default=None,
        meaning="Its discounts, in this order; left out, a line keeps those it has.",
        example=[],
    )
    note = Text(
        longest=1000,
        allow_none=True,
        meaning="Free text about the line; left out, a line keeps what it has.",
        example="Gift wrap",
    )


class AmendmentBody(Body):
    """What changes of an order; what is left out stays."""

    note = optional(1000, meaning="Free text; nothing depends on it.")
    customer_id = Id(
        allow_none=True,
        meaning="Who orders. What was noted about another before, and why they were given discounts, is left "
        "out unless it is named again.",
    )
    reserve_until = Moment(
        allow_none=True,
        meaning="Until when its goods are reserved; null: without an end. What has lapsed is reserved again.",
    )
    lines = Many(
        Object(AmendedLineBody()),
        shortest=1,
        longest=500,
        meaning="All lines that it is to have. Those of the order that are left out are removed.",
    )
    discounts = Many(
        Object(DiscountBody()), longest=10, meaning="Discounts on the whole order, in this order.", example=[]
    )
    reprice = Flag(
        load_default=False, meaning="Whether old lines are to cost what the catalog says now.", example=False
    )
    reason = Text(longest=200, allow_none=True, load_default=None, meaning="Why.", example="They rang again")


class OrderPaymentsBody(Body):
    """What is paid of an order."""

    payments = Many(
        Object(PartPaymentBody()),
        required=True,
        shortest=1,
        longest=20,
        meaning="How it is paid; cash gives change.",
    )


class LineQuantityBody(Body):
    """So many units of a line of the order."""

    line_id = Id(required=True, meaning="Which line of the order, by the `id` that it has there.")
    quantity = Quantity(required=True, meaning="How much.", example="1")


class FulfilmentBody(Body):
    """What is handed over of an order."""

    lines = Many(
        Object(LineQuantityBody()),
        shortest=1,
        longest=500,
        load_default=None,
        meaning="What is handed over; left out, all that is left.",
    )
    storage_id = Id(
        allow_none=True, load_default=None, meaning="Where it is taken from, if not where it is reserved."
    )
    occurred_at = Moment(
        allow_none=True,
        load_default=None,
        meaning="When it happened, if not right now; at most `backdating_days` back, further with "
        "`pos.backdate`.",
    )
    tracking = Text(
        longest=200, allow_none=True, load_default=None, meaning="How the parcel is followed.", example=None
    )


class GivenBackBody(RefundPaymentBody):
    """What is paid out in one way. Cash may be exact or rounded."""

    amount = Money(least=1, required=True, meaning="What is paid out.", example=435)


class CancellationBody(Body):
    """What is cancelled of an order."""

    reason = Text(shortest=1, longest=200, required=True, meaning="Why.", example="Not needed any more")
    lines = Many(
        Object(LineQuantityBody()),
        shortest=1,
        longest=500,
        load_default=None,
        meaning="What is cancelled; left out, all that was not handed over.",
    )
    refund = ManyOrWord(
        Object(GivenBackBody()),
        word=STORE_CREDIT,
        longest=20,
        allow_none=True,
        load_default=None,
        meaning="How what was paid beyond what remains goes back: payments, or `store_credit` for all of it.",
    )


def placing_of(body: Mapping[str, Any]) -> PlaceOrder:
    """The order that a body places."""
    return PlaceOrder(
        id=body.get("id"),
        store_id=body["store_id"],
        customer_id=body["customer_id"],
        lines=lines_of(body["lines"]),
        discounts=discounts_of(body["discounts"]),
        channel=body["channel"],
        storage_id=body["storage_id"],
        tenders=tenders_of(body["payments"]),
        on_account=body["on_account"],
        due_on=body["due_on"],
        reserve_until=body.get("reserve_until"),
        is_reserved_by_rule="reserve_until" not in body,
        note=body["note"],
        expected_total=body["expected_total"],
    )


def amendment_of(order_id: UUID, body: Mapping[str, Any], versions: frozenset[int] | None) -> AmendOrder:
    """The change of an order that a body asks for."""
    lines, discounts = body.get("lines"), body.get("discounts")
    return AmendOrder(
        id=order_id,
        changes={name: body[name] for name in ("note", "customer_id", "reserve_until") if name in body},
        lines=None if lines is None else tuple(map(_amended_line, lines)),
        discounts=None if discounts is None else discounts_of(discounts),
        reprice=body.get("reprice", False),
        reason=body.get("reason"),
        expected_versions=versions,
    )


def _amended_line(body: Mapping[str, Any]) -> AmendedLine:
    discounts = body.get("discounts")
    return AmendedLine(
        id=body.get("id"),
        variant_id=body.get("variant_id"),
        quantity=body["quantity"],
        unit_price=body.get("unit_price"),
        discounts=None if discounts is None else discounts_of(discounts),
        note=body.get("note"),
        says_note="note" in body,
    )


def tenders_of(bodies: list[dict[str, Any]]) -> tuple[Tender, ...]:
    """How it is paid."""
    return tuple(Tender(**body) for body in bodies)


def quantities_of(bodies: list[dict[str, Any]] | None) -> tuple[LineQuantity, ...] | None:
    """Units of lines, if any are named."""
    return None if bodies is None else tuple(LineQuantity(**body) for body in bodies)
