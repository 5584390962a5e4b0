"""What is answered of a cashier's day."""

from typing import Annotated, Literal, get_args

from api.answers import (
    Answer,
    Count,
    Currency,
    Day,
    Expected,
    Id,
    Meaning,
    Moment,
    Money,
    Quantity,
    Ratio,
    Sum,
)
from api.shifts.answers import ShiftAnswer
from domain.orders import FulfilmentStatus, OrderStatus, PaymentStatus

AlertCode = Literal["stale_shift", "late", "rejected_operations", "needs_review"]
ALERT_CODES: tuple[AlertCode, ...] = get_args(AlertCode)


class DashboardStoreAnswer(Answer):
    """The store one works in."""

    id: Annotated[Id, Meaning("By which other calls name it as `store_id`.")]
    name: Annotated[str, Meaning("What it is called.", "Harbour")]
    code: Annotated[str, Meaning("A short code of its own.", "MAIN")]


class OwnSalesAnswer(Answer):
    """What one sold, less what one gave back, as the sales summary counts it."""

    orders: Annotated[int, Meaning("How many sales, without those that were voided.", 42)]
    items: Annotated[Quantity, Meaning("How many units were sold; what came back does not lower it.", "97")]
    net_sales: Annotated[Sum, Meaning("Without tax, discounts and what came back.", 31_400)]
    total_collected: Annotated[Sum, Expected("With tax, tips and rounding.", 37_366)]
    average_order: Annotated[Sum | None, Meaning("`net_sales / orders`; null without sales.", 748)]
    average: Annotated[Sum | None, Meaning("The same as `average_order`.", 748)]
    items_per_order: Annotated[Ratio | None, Meaning("`items / orders`; null without sales.", "2.3095")]
    tips: Annotated[Sum, Expected("Tips, without those that were given back.", 0)]


class OwnRefundsAnswer(Answer):
    """What one gave back, whoever had sold it."""

    count: Annotated[Count, Meaning("How many refunds, and returns without an order.", 1)]
    total: Annotated[Sum, Meaning("What they come to, tax included, without tips and rounding.", 1_249)]


class OwnHourAnswer(Answer):
    """One hour of the store's clock in which something happened."""

    hour: Annotated[int, Meaning("The local hour.", 9)]
    orders: Annotated[int, Meaning("How many sales.", 7)]
    net_sales: Annotated[Sum, Meaning("Without tax, discounts and what came back.", 5_230)]


class OwnPaymentAnswer(Answer):
    """What one payment method brought in, change already given back; refunds stand apart."""

    method: Annotated[
        str,
        Meaning(
            "`cash`, `card`, `coupon`, `store_credit`, `account`, the code of a payment method, or "
            "`exchange`, which ties what came back to what it was exchanged for.",
            "cash",
        ),
    ]
    payments: Annotated[int, Meaning("How many payments.", 96)]
    amount: Annotated[Sum, Meaning("What came in, change already given back.", 98_310)]
    tips: Annotated[Sum, Meaning("On top of what was sold, paid in this way.", 0)]
    refund_count: Annotated[int, Meaning("How many payments back.", 1)]
    refunds: Annotated[Sum, Meaning("What was paid back, without tips.", 1_100)]


class OwnProductAnswer(Answer):
    """A variant that one sold, as it is called now; one that is no more has no name."""

    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    product_id: Annotated[Id | None, Meaning("The product that the variant is of.")]
    sku: Annotated[str | None, Meaning("The stock-keeping unit, unique in the company.", "BEANS-250")]
    name: Annotated[str | None, Meaning("What it is called.", "Espresso beans")]
    variant_name: Annotated[str | None, Meaning("What the variant is called.", "250 g")]
    quantity: Annotated[Quantity, Meaning("How much was sold; what came back does not lower it.")]
    net_sales: Annotated[Sum, Meaning("Without tax, discounts and what came back.", 5_230)]


class OwnOrderAnswer(Answer):
    """One of one's sales."""

    id: Annotated[Id, Meaning("By which other calls name it as `order_id`.")]
    number: Annotated[str, Meaning("What its receipt says.", "MAIN-1-000042")]
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    total: Annotated[Money, Meaning("What it came to, tax included.", 869)]
    status: Annotated[OrderStatus, Meaning("Where it stands.", "completed")]
    payment_status: Annotated[PaymentStatus, Meaning("Whether it is paid.", "paid")]
    fulfilment_status: Annotated[FulfilmentStatus, Meaning("Whether the goods are handed over.", "fulfilled")]


class OwnHeldAnswer(Answer):
    """What one has parked."""

    count: Annotated[Count, Meaning("How many sales.", 1)]
    total: Annotated[Sum, Meaning("What they came to when they were parked.", 869)]


class AlertAnswer(Answer):
    """Something to see to.

    `stale_shift`: a shift of one's own that is open for more than 24 hours. Of one's shifts of the last seven
    days, `late`: something became known after the close, `needs_review`: somebody should look at it.
    `rejected_operations`: what one did at a till without a connection waits in the inbox.
    """

    code: Annotated[AlertCode, Meaning("What it is about.")]
    count: Annotated[Count, Meaning("How many shifts, or operations.", 1)]


class DashboardShiftAnswer(ShiftAnswer, kw_only=True):
    """The shift one has opened, with what one did in it oneself."""

    sales: Annotated[Sum, Meaning("What one sold in it: without tax, discounts and what came back.", 31_400)]
    orders: Annotated[int, Meaning("How many sales, without those that were voided.", 42)]
    refunds: Annotated[Sum, Meaning("What one gave back in it, tax included.", 1_249)]


class DashboardAnswer(Answer):
    """A day of one's own."""

    read_position: Annotated[int, Meaning("The position of the log this knows.", 42)]
    computed_at: Annotated[Moment, Meaning("When this was computed.")]
    date: Annotated[Day, Meaning("By the store's clock and the hour at which its day ends.")]
    currency: Currency
    store: Annotated[DashboardStoreAnswer, Meaning("The store one works in, of several the first by name.")]
    shift: Annotated[DashboardShiftAnswer | None, Meaning("The shift one has opened, until it is closed.")]
    sales: Annotated[OwnSalesAnswer, Meaning("What one sold.")]
    refunds: Annotated[OwnRefundsAnswer, Meaning("What one gave back.")]
    by_hour: Annotated[
        list[OwnHourAnswer], Meaning("The hours of the day that had sales, by the store's clock.")
    ]
    by_method: Annotated[list[OwnPaymentAnswer], Expected("By payment methods, largest amount first.")]
    top_products: Annotated[
        list[OwnProductAnswer], Meaning("The five variants that brought most, by `net_sales`.")
    ]
    last_orders: Annotated[list[OwnOrderAnswer], Meaning("The last five sales, newest first.")]
    held: Annotated[OwnHeldAnswer, Meaning("What one has parked and nobody has sold or dropped.")]
    alerts: Annotated[list[AlertAnswer], Meaning("What to see to.", [])]
