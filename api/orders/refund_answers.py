"""What is answered of refunds, and of what can still be given back."""

from typing import Annotated

from api.answers import NULL, Answer, Cost, Day, Id, Meaning, Moment, Money, OwnId, Quantity, SignedMoney
from api.fiscal.signatures import SignatureAnswer
from api.orders.tax_answers import TaxAnswer


class RefundLineAnswer(Answer):
    """The part of a line that came back; the fields mean what the line's do."""

    line_id: Annotated[Id, Meaning("The line of the order.")]
    product_id: Annotated[Id, Meaning("The product that the variant is of.")]
    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    quantity: Annotated[Quantity, Meaning("How much came back.", "1")]
    restock: Annotated[bool, Meaning("Whether it can be sold again, and is put back.", example=True)]
    gross_total: Annotated[Money, Meaning("As priced, before discounts.", 450)]
    discount_total: Annotated[Money, Meaning("What of the discounts is on it.", 45)]
    taxes: Annotated[list[TaxAnswer], Meaning("The taxes in it, each rate by itself.")]
    tax_total: Annotated[Money, Meaning("All taxes together, those that are in the prices as well.", 30)]
    total: Annotated[Money, Meaning("What is given back for it, tax included.", 435)]
    net_sales: Annotated[Money, Meaning("The same without tax.", 405)]
    cost_total: Annotated[Money, Cost("What of its cost comes back with it.", 200)]


class GoodwillAnswer(Answer):
    """Money given back on a line whose goods stay with the customer."""

    line_id: Annotated[Id, Meaning("The line of the order.")]
    amount: Annotated[Money, Meaning("What is given back, tax included.", 100)]
    taxes: Annotated[list[TaxAnswer], Meaning("The taxes in it, each rate by itself.")]
    tax_total: Annotated[Money, Meaning("All taxes together, those that are in the prices as well.", 7)]
    net_sales: Annotated[Money, Meaning("The same without tax.", 93)]


class RefundPaymentAnswer(Answer):
    """What is paid out in one way."""

    method: Annotated[str, Meaning("As in a sale; `exchange` pays goods instead.", "cash")]
    amount: Annotated[Money, Meaning("What is paid out of the total and its rounding.", 435)]
    reference: Annotated[str | None, Meaning("The terminal's or coupon's reference.")]
    tip: Annotated[Money, Meaning("What goes back of a tip, on top.", 0)]


class RefundSumsAnswer(Answer):
    """What a refund comes to. Money is in minor currency units."""

    lines: Annotated[list[RefundLineAnswer], Meaning("What comes back.")]
    goodwill: Annotated[list[GoodwillAnswer], Meaning("What is given back without goods.", [])]
    taxes: Annotated[list[TaxAnswer], Meaning("The taxes in both, each rate by itself.")]
    tax_total: Annotated[Money, Meaning("All taxes together, those that are in the prices as well.", 30)]
    total: Annotated[Money, Meaning("What is given back, tax included, before rounding and tip.", 435)]
    rounding: Annotated[SignedMoney, Meaning("What is paid out above or below it.", 0)]
    tip: Annotated[Money, Meaning("What goes back of tips, on top.", 0)]
    payments: Annotated[list[RefundPaymentAnswer], Meaning("How it is paid out.")]


class RefundAnswer(RefundSumsAnswer):
    """A refund. It belongs to the store, register, shift and day that paid."""

    id: OwnId
    number: Annotated[str, Meaning("Its number, in sequence.", "MAIN-1-R000007")]
    order_id: Annotated[Id, Meaning("The sale that it gives money back for.")]
    reason: Annotated[str, Meaning("Why.", "Too small")]
    note: Annotated[str | None, Meaning("Free text; nothing depends on it.")]
    store_id: Annotated[Id, Meaning("The store that paid.")]
    register_id: Annotated[Id | None, Meaning("The register that paid.")]
    shift_id: Annotated[Id | None, Meaning("The shift whose drawer paid.")]
    cashier_id: Annotated[Id | None, Meaning("Who refunded it.")]
    business_date: Annotated[Day, Meaning("The day it counts for.")]
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    exchange_order_id: Annotated[Id | None, Meaning("The order of what it was exchanged for.")]
    approved_by: Annotated[Id | None, Meaning("Who approved it.")]
    fiscal: Annotated[SignatureAnswer | None, Meaning("What a signing device said of it.", NULL)]
    receipt_url: Annotated[str, Meaning("Where its receipt is.", "/api/pos/orders/…/refunds/…/receipt")]


class ReturnableAnswer(Answer):
    """What can still be given back of a line."""

    quantity: Annotated[Quantity, Meaning("How much of it can still come back.", "1")]
    total: Annotated[Money, Meaning("How much money is left of it, tax included.", 435)]


class LineLeftAnswer(ReturnableAnswer):
    """What could be given back of a line after a refund."""

    line_id: Annotated[Id, Meaning("The line of the order.")]


class RefundQuoteAnswer(RefundSumsAnswer):
    """A refund as it would be; without payments in the request, `payments` are what is suggested."""

    left: Annotated[list[LineLeftAnswer], Meaning("What could be given back after it, line by line.")]
    left_total: Annotated[Money, Meaning("How much money would be left, tax included.", 0)]
    left_tip: Annotated[Money, Meaning("How much would be left of the tips.", 0)]
