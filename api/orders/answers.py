"""What is answered of quotes and orders."""

from typing import Annotated, Literal

from msgspec import UNSET, UnsetType

from api.answers import (
    NULL,
    Answer,
    Cost,
    Currency,
    Day,
    Id,
    Meaning,
    Moment,
    Money,
    OwnId,
    Quantity,
    SignedMoney,
    Version,
    with_examples,
)
from api.fiscal.signatures import SignatureAnswer
from api.orders.refund_answers import RefundAnswer, RefundPaymentAnswer, ReturnableAnswer
from api.orders.tax_answers import TaxAnswer
from domain.orders import FulfilmentStatus, OrderStatus, PaymentStatus


class DiscountAnswer(Answer):
    """Percent of what is left, or an amount in minor currency units."""

    type: Annotated[Literal["percent", "amount"], Meaning("Percent of what is left, or an amount.")]
    value: Annotated[Quantity, Meaning("The percentage, or the amount.", "10")]
    reason: Annotated[str | None, Meaning("Why.", "Regular customer")]


class QuoteLineAnswer(Answer):
    """A priced line. Money is in minor currency units."""

    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    product_id: Annotated[Id, Meaning("The product that the variant is of.")]
    sku: Annotated[str, Meaning("The stock-keeping unit, unique in the company.", "BEANS-250")]
    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
    variant_name: Annotated[str, Meaning("What the variant is called.", "250 g")]
    quantity: Annotated[Quantity, Meaning("How much.")]
    unit_price: Annotated[Money, Meaning("The price of one unit.", 450)]
    list_price: Annotated[Money, Meaning("The catalog's price of one unit in that store.", 450)]
    price_overridden: Annotated[bool, Meaning("Whether somebody set another price.", example=False)]
    gross_total: Annotated[Money, Meaning("As priced, before discounts.", 900)]
    discount_total: Annotated[Money, Meaning("What discounts took off.", 90)]
    taxes: Annotated[list[TaxAnswer], Meaning("The taxes, each rate by itself.")]
    tax_total: Annotated[Money, Meaning("All taxes together, those that are in the prices as well.", 59)]
    total: Annotated[Money, Meaning("What it comes to, tax included.", 869)]


class LineAnswer(QuoteLineAnswer):
    """A line as it was sold; later changes of the catalog do not reach it."""

    id: OwnId
    fulfilled_quantity: Annotated[Quantity, Meaning("How much of it was handed over.", "2")]
    returned_quantity: Annotated[Quantity, Meaning("How much of it came back.", "0")]
    unit_cost: Annotated[Money, Cost("What one unit cost, rounded.", 200)]
    cost_total: Annotated[Money, Cost("What it cost.", 400)]
    note: Annotated[str | None, Meaning("Free text about it; nothing depends on it.", "Gift wrap")]
    returnable: (
        Annotated[
            ReturnableAnswer,
            Meaning("What can still be given back of it; in the answer to a receipt's code."),
        ]
        | UnsetType
    ) = UNSET


class QuoteAnswer(Answer):
    """What a basket costs; `cash_total` is what it would cost if paid in cash."""

    currency: Currency
    lines: Annotated[list[QuoteLineAnswer], Meaning("In the order in which they were entered.")]
    taxes: Annotated[list[TaxAnswer], Meaning("The taxes, each rate by itself.")]
    subtotal: Annotated[Money, Meaning("The lines as priced, before discounts.", 900)]
    discount_total: Annotated[Money, Meaning("What discounts took off.", 90)]
    tax_total: Annotated[Money, Meaning("All taxes together, those that are in the prices as well.", 59)]
    total: Annotated[Money, Meaning("What it comes to, tax included.", 869)]
    cash_total: Annotated[Money, Meaning("What it comes to if paid in cash.", 869)]


class PaymentAnswer(Answer):
    """A payment as it was taken; `tendered` is `amount`, `tip` and `change` together."""

    method: Annotated[
        str,
        Meaning(
            "`cash`, `card`, `coupon`, `store_credit`, `account`, or the code of a payment method of "
            "the company.",
            "cash",
        ),
    ]
    amount: Annotated[Money, Meaning("What it pays of the order.", 869)]
    tendered: Annotated[Money, Meaning("What was handed over.", 1000)]
    change: Annotated[Money, Meaning("What was given back.", 131)]
    reference: Annotated[str | None, Meaning("The terminal's or coupon's reference.")]
    tip: Annotated[Money, Meaning("A tip on top.", 0)]


class ExchangeAnswer(Answer):
    """What goods were exchanged for: of the new order the refund, of the refunded one the new order."""

    refund_id: Annotated[Id | None, Meaning("The refund of what was brought back for this.")]
    order_id: Annotated[Id | None, Meaning("The order of what went out instead.")]


class VoidAnswer(Answer):
    """A sale was taken back in its shift."""

    at: Annotated[Moment, Meaning("When.")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    by: Annotated[Id | None, Meaning("By whom.")]
    reason: Annotated[str, Meaning("Why.", "Wrong customer")]
    approved_by: Annotated[Id | None, Meaning("Who approved it.")]
    fiscal: Annotated[SignatureAnswer | None, Meaning("What a signing device said of it.", NULL)]


class OfflineSaleAnswer(Answer):
    """What a till told of later."""

    device_id: Annotated[Id, Meaning("The device that sold it while it had no connection.")]
    seq: Annotated[int, Meaning("Which of its operations it was.", 17)]
    received_at: Annotated[Moment, Meaning("When it arrived.")]
    flags: Annotated[list[str], Meaning("Where it differs from what is decided online.", ["price_differs"])]


class LineQuantityAnswer(Answer):
    """So many units of a line of the order."""

    line_id: Annotated[Id, Meaning("Which line of the order.")]
    quantity: Annotated[Quantity, Meaning("How much.", "1")]


class HandoverAnswer(Answer):
    """Goods of the order that were handed over together."""

    at: Annotated[Moment, Meaning("When.")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    by: Annotated[Id | None, Meaning("By whom.")]
    storage_id: Annotated[Id | None, Meaning("The storage that they were taken from.")]
    tracking: Annotated[str | None, Meaning("How the parcel is followed.", "JD0146000039")]
    lines: Annotated[list[LineQuantityAnswer], Meaning("What was handed over.")]


class CancelledLineAnswer(LineQuantityAnswer):
    """Units of a line that are ordered no more; the line itself may be gone."""

    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    sku: Annotated[str, Meaning("The stock-keeping unit.", "BEANS-250")]
    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]


class ReservedAnswer(Answer):
    """So much of a variant is reserved for the order."""

    storage_id: Annotated[Id, Meaning("Where it lies.")]
    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    quantity: Annotated[Quantity, Meaning("How much.", "1")]


class BackOfficeAnswer(Answer):
    """What only orders of the back office have. Money is in minor currency units."""

    storage_id: Annotated[Id | None, Meaning("Where its goods are reserved.")]
    on_account: Annotated[bool, Meaning("Whether what is handed over is owed.", example=False)]
    due_on: Annotated[Day | None, Meaning("By when it is due; null: after the customer's days.")]
    charged_total: Annotated[Money, Meaning("What was charged to the customer's account for it.", 0)]
    settled_total: Annotated[Money, Meaning("What of that was paid there.", 0)]
    reserve_until: Annotated[Moment | None, Meaning("Until when its goods are reserved; null: no end.")]
    has_lapsed: Annotated[bool, Meaning("Whether its goods are reserved no more.", example=False)]
    reserved: Annotated[list[ReservedAnswer], Meaning("What is reserved for it.")]
    handovers: Annotated[list[HandoverAnswer], Meaning("What was handed over, oldest first.", [])]
    cancelled: Annotated[list[CancelledLineAnswer], Meaning("What was cancelled of it.", [])]
    given_back: Annotated[
        list[RefundPaymentAnswer], Meaning("What was given back for what was cancelled.", [])
    ]


class OrderAnswer(Answer):
    """An order. `total` is the sum of its lines; `rounding` and `tip_total` come on top of it."""

    id: OwnId
    number: Annotated[str, Meaning("The order's number, in sequence.", "MAIN-1-000042")]
    channel: Annotated[str, Meaning("Where it was sold.", "pos")]
    store_id: Annotated[Id, Meaning("Where it was sold, or is to be: its books, its number series.")]
    register_id: Annotated[Id | None, Meaning("The till that sold it; null: only a store was named.")]
    shift_id: Annotated[
        Id | None, Meaning("The shift whose drawer was paid; null: none was open, or nothing is paid.")
    ]
    cashier_id: Annotated[Id | None, Meaning("Who sold it.")]
    customer_id: Annotated[Id | None, Meaning("Who bought it; null: nobody was named.")]
    status: Annotated[OrderStatus, Meaning("Where it stands.", "completed")]
    payment_status: Annotated[PaymentStatus, Meaning("Whether it is paid.", "paid")]
    fulfilment_status: Annotated[FulfilmentStatus, Meaning("Whether the goods are handed over.", "fulfilled")]
    currency: Currency
    business_date: Annotated[Day, Meaning("The day it counts for.")]
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    lines: Annotated[list[LineAnswer], Meaning("In the order in which they were entered.")]
    taxes: Annotated[list[TaxAnswer], Meaning("The taxes, each rate by itself.")]
    discounts: Annotated[list[DiscountAnswer], Meaning("Discounts on the whole order, in this order.", [])]
    payments: Annotated[list[PaymentAnswer], Meaning("How it was paid.")]
    refunds: Annotated[list[RefundAnswer], Meaning("What was given back of it, oldest first.", [])]
    subtotal: Annotated[Money, Meaning("The lines as priced, before discounts.", 900)]
    discount_total: Annotated[Money, Meaning("What discounts took off.", 90)]
    tax_total: Annotated[Money, Meaning("All taxes together, those that are in the prices as well.", 59)]
    rounding: Annotated[SignedMoney, Meaning("What cash rounding added or took away.", 0)]
    tip_total: Annotated[Money, Meaning("Tips on top.", 0)]
    total: Annotated[Money, Meaning("What it comes to, tax included.", 869)]
    paid_total: Annotated[Money, Meaning("What was paid.", 869)]
    change_total: Annotated[Money, Meaning("What was given back.", 131)]
    refunded_total: Annotated[Money, Meaning("What was refunded, or given back for what was cancelled.", 0)]
    due_total: Annotated[Money, Meaning("What is still to pay.", 0)]
    note: Annotated[str | None, Meaning("Free text; nothing depends on it.")]
    approved_by: Annotated[Id | None, Meaning("Who approved its prices and discounts.")]
    exchange: Annotated[ExchangeAnswer | None, Meaning("What it was exchanged with.", NULL)]
    voided: Annotated[VoidAnswer | None, Meaning("When, by whom and why it was taken back.", NULL)]
    offline: Annotated[OfflineSaleAnswer | None, Meaning("How a till without a connection told of it.", NULL)]
    fiscal: Annotated[
        SignatureAnswer | None,
        Meaning("What a signing device said of the sale; null where none is set up.", NULL),
    ]
    back_office: Annotated[
        BackOfficeAnswer | None,
        Meaning("What only orders of the back office have; null for others.", NULL),
    ]
    prints: Annotated[int, Meaning("How often its receipt was printed.", 1)]
    receipt_url: Annotated[str, Meaning("Where its receipt is.", "/api/cashier/orders/…/receipt")]
    version: Version
    cost_total: Annotated[Money, Cost("What it cost.", 400)]


PlacedOrderAnswer = with_examples(
    OrderAnswer,
    "PlacedOrderAnswer",
    number="MAIN-SO000042",
    channel="phone",
    register_id=NULL,
    shift_id=NULL,
    status="open",
    payment_status="partially_paid",
    fulfilment_status="unfulfilled",
    paid_total=369,
    change_total=0,
    due_total=500,
    receipt_url="/api/admin/orders/…/receipt",
    back_office=None,
)


class UnreadableOrderAnswer(Answer):
    """An order that this server cannot read."""

    id: OwnId
    unreadable: Annotated[str, Meaning("`newer_event` or `damaged_event`.", "newer_event")]
