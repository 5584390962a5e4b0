"""What is answered of quotes and orders."""

from typing import Annotated, Any, Literal

from api.answers import (
    Answer,
    Cost,
    Currency,
    Day,
    Id,
    Meaning,
    Moment,
    Money,
    OwnId,
    Percent,
    Quantity,
    SignedMoney,
    Version,
)
from domain.orders import FulfilmentStatus, OrderStatus, PaymentStatus


class TaxAnswer(Answer):
    """A tax, on a line or over the order."""

    tax_rate_id: Annotated[Id, Meaning("The tax rate.")]
    name: Annotated[str, Meaning("What it is called.", "Sales tax")]
    rate: Annotated[Percent, Meaning("The tax in percent.")]
    inclusive: Annotated[bool, Meaning("Whether prices already contain it.", example=False)]
    taxable: Annotated[Money, Meaning("What the tax is charged on.", 810)]
    amount: Annotated[Money, Meaning("The tax.", 59)]


class DiscountAnswer(Answer):
    """Percent of what is left, or an amount in minor currency units."""

    type: Annotated[Literal["percent", "amount"], Meaning("Percent of what is left, or an amount.")]
    value: Annotated[Quantity, Meaning("The percentage, or the amount.", "10")]
    reason: Annotated[str | None, Meaning("Why.", "Regular customer")]


class QuoteLineAnswer(Answer):
    """A priced line. Money is in minor currency units."""

    variant_id: Annotated[Id, Meaning("The variant.")]
    product_id: Annotated[Id, Meaning("The product.")]
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
    tax_total: Annotated[Money, Meaning("Tax.", 59)]
    total: Annotated[Money, Meaning("What it comes to, tax included.", 869)]


class LineAnswer(QuoteLineAnswer):
    """A line as it was sold; later changes of the catalog do not reach it."""

    id: OwnId
    returned_quantity: Annotated[Quantity, Meaning("How much of it came back.", "0")]
    unit_cost: Annotated[Money, Cost("What one unit cost, rounded.", 200)]
    cost_total: Annotated[Money, Cost("What it cost.", 400)]


class QuoteAnswer(Answer):
    """What a basket costs; `cash_total` is what it would cost if paid in cash."""

    currency: Currency
    lines: Annotated[list[QuoteLineAnswer], Meaning("The lines.")]
    taxes: Annotated[list[TaxAnswer], Meaning("The taxes, each rate by itself.")]
    subtotal: Annotated[Money, Meaning("The lines as priced, before discounts.", 900)]
    discount_total: Annotated[Money, Meaning("What discounts took off.", 90)]
    tax_total: Annotated[Money, Meaning("Tax.", 59)]
    total: Annotated[Money, Meaning("What it comes to, tax included.", 869)]
    cash_total: Annotated[Money, Meaning("What it comes to if paid in cash.", 869)]


class PaymentAnswer(Answer):
    """A payment as it was taken; `tendered` is `amount`, `tip` and `change` together."""

    method: Annotated[
        str, Meaning("`cash`, `card`, `coupon`, or the code of a payment method of the company.", "cash")
    ]
    amount: Annotated[Money, Meaning("What it pays of the order.", 869)]
    tendered: Annotated[Money, Meaning("What was handed over.", 1000)]
    change: Annotated[Money, Meaning("What was given back.", 131)]
    reference: Annotated[str | None, Meaning("The terminal's or coupon's reference.")]
    tip: Annotated[Money, Meaning("A tip on top.", 0)]


class OrderAnswer(Answer):
    """An order. `total` is the sum of its lines; `rounding` and `tip_total` come on top of it."""

    id: OwnId
    number: Annotated[str, Meaning("The order's number, in sequence.", "MAIN-1-000042")]
    channel: Annotated[str, Meaning("Where it was sold.", "pos")]
    store_id: Annotated[Id, Meaning("The store.")]
    register_id: Annotated[Id | None, Meaning("The register.")]
    shift_id: Annotated[Id | None, Meaning("The shift.")]
    cashier_id: Annotated[Id | None, Meaning("Who sold it.")]
    customer_id: Annotated[Id | None, Meaning("The customer.")]
    status: Annotated[OrderStatus, Meaning("Where it stands.", "completed")]
    payment_status: Annotated[PaymentStatus, Meaning("Whether it is paid.", "paid")]
    fulfilment_status: Annotated[FulfilmentStatus, Meaning("Whether the goods are handed over.", "fulfilled")]
    currency: Currency
    business_date: Annotated[Day, Meaning("The day it counts for.")]
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    lines: Annotated[list[LineAnswer], Meaning("The lines.")]
    taxes: Annotated[list[TaxAnswer], Meaning("The taxes, each rate by itself.")]
    discounts: Annotated[list[DiscountAnswer], Meaning("Discounts on the whole order, in this order.", [])]
    payments: Annotated[list[PaymentAnswer], Meaning("How it was paid.")]
    refunds: Annotated[list[dict[str, Any]], Meaning("What was refunded.", [])]
    subtotal: Annotated[Money, Meaning("The lines as priced, before discounts.", 900)]
    discount_total: Annotated[Money, Meaning("What discounts took off.", 90)]
    tax_total: Annotated[Money, Meaning("Tax.", 59)]
    rounding: Annotated[SignedMoney, Meaning("What cash rounding added or took away.", 0)]
    tip_total: Annotated[Money, Meaning("Tips on top.", 0)]
    total: Annotated[Money, Meaning("What it comes to, tax included.", 869)]
    paid_total: Annotated[Money, Meaning("What was paid.", 869)]
    change_total: Annotated[Money, Meaning("What was given back.", 131)]
    refunded_total: Annotated[Money, Meaning("What was refunded.", 0)]
    due_total: Annotated[Money, Meaning("What is still to pay.", 0)]
    note: Annotated[str | None, Meaning("A note.")]
    version: Version
    cost_total: Annotated[Money, Cost("What it cost.", 400)]


class UnreadableOrderAnswer(Answer):
    """An order that this server cannot read."""

    id: OwnId
    unreadable: Annotated[str, Meaning("`newer_event` or `damaged_event`.", "newer_event")]
