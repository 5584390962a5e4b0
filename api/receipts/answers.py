"""A receipt as data: what is printed, figure by figure; never a cost.

`subtotal` is the sum of the lines' amounts less their discounts; less `order_discount` and with the taxes
that are not contained in prices it is `total`. With rounding and tips that is `paid_total` and what is `due`;
the tenders less the change, and less what was `given_back`, are `paid_total`. A gift receipt has no figures.
"""

from typing import Annotated, Literal

from api.answers import (
    NULL,
    Answer,
    Count,
    Currency,
    Day,
    Email,
    Id,
    Meaning,
    Moment,
    Money,
    Percent,
    Quantity,
    SignedMoney,
)
from api.fiscal.signatures import SignatureAnswer
from api.orders.answers import OrderAnswer


class ReceiptCompanyAnswer(Answer):
    """The company as receipts name it."""

    name: Annotated[str, Meaning("What it is called.", "Corner Shop")]
    address: Annotated[str | None, Meaning("Postal address.", "12 Harbour Street")]
    phone: Annotated[str | None, Meaning("Telephone number.", "+1 555 0100")]
    email: Annotated[Email | None, Meaning("E-mail address.")]
    tax_number: Annotated[str | None, Meaning("The number it is taxed under.", "DE811907980")]


class ReceiptStoreAnswer(Answer):
    """The store as receipts name it, and its texts, or the company's where it has none of its own."""

    name: Annotated[str, Meaning("What it is called.", "Harbour")]
    code: Annotated[str, Meaning("A short code of its own.", "MAIN")]
    address: Annotated[str | None, Meaning("Postal address.", "12 Harbour Street")]
    phone: Annotated[str | None, Meaning("Telephone number.", "+1 555 0100")]
    receipt_header: Annotated[str | None, Meaning("Printed above each receipt.", "Welcome!")]
    receipt_footer: Annotated[str | None, Meaning("Printed below each receipt.", "Thank you.")]
    timezone: Annotated[str, Meaning("A time zone of the IANA database.", "Europe/Berlin")]


class PrintedLineAnswer(Answer):
    """A line as it is printed."""

    name: Annotated[str, Meaning("What was sold.", "Espresso beans, 250 g")]
    quantity: Annotated[Quantity | None, Meaning("How much; null for goodwill.")]
    unit_price: Annotated[Money | None, Meaning("The price of one unit; null in refunds.", 450)]
    list_price: Annotated[Money | None, Meaning("The catalog's price, if it was sold at another.", 490)]
    amount: Annotated[Money | None, Meaning("What it comes to without taxes that are added to prices.", 900)]
    discount: Annotated[Money | None, Meaning("What its own discounts take off that.", 0)]
    discount_percent: Annotated[Percent | None, Meaning("That in percent, if it is one percentage.")]
    tax_letters: Annotated[str, Meaning("The letters of its taxes.", "A")]
    handed_over: Annotated[
        Quantity | None, Meaning("How much of it was handed over, if that is not all of it.", None)
    ]


class PrintedTaxAnswer(Answer):
    """A tax over the whole receipt."""

    letter: Annotated[str, Meaning("The letter by which lines refer to it.", "A")]
    name: Annotated[str, Meaning("What it is called.", "Sales tax")]
    rate: Annotated[Percent, Meaning("The tax in percent.")]
    inclusive: Annotated[bool, Meaning("Whether prices already contain it.", example=False)]
    taxable: Annotated[Money, Meaning("What the tax is charged on.", 810)]
    amount: Annotated[Money, Meaning("The tax.", 59)]
    gross: Annotated[Money, Meaning("Both together.", 869)]


class PrintedTenderAnswer(Answer):
    """A payment, or what was paid out in a refund; `tendered` is all of it, tip and change included."""

    method: Annotated[str, Meaning("The code of the payment method.", "cash")]
    name: Annotated[str, Meaning("What it is called, in the language of the receipt.", "Cash")]
    tendered: Annotated[Money, Meaning("What was handed over.", 1000)]
    change: Annotated[Money, Meaning("What was given back.", 131)]


class PrintedReceiptAnswer(Answer, kw_only=True):
    """A receipt of a sale or of a refund."""

    kind: Annotated[
        Literal["sale", "refund", "order"],
        Meaning("What it is the receipt of; an order is one until it is completed.", "sale"),
    ]
    number: Annotated[str, Meaning("Its number, in sequence.", "MAIN-1-000042")]
    sale_number: Annotated[str | None, Meaning("For a refund, the number of the sale.")]
    copy: Annotated[Count, Meaning("Which copy a print is: 0 is the original.", 0)]
    gift: Annotated[bool, Meaning("Whether it is for a gift, and has no prices.", example=False)]
    voided: Annotated[bool, Meaning("Whether it was taken back or cancelled.", example=False)]
    offline: Annotated[bool, Meaning("Whether the till had no connection.", example=False)]
    training: Annotated[
        bool, Meaning("Whether it is none of a sale: its company is a clone to try things out in.", False)
    ]
    currency: Currency
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    company: Annotated[ReceiptCompanyAnswer, Meaning("Whose receipt it is.")]
    store: Annotated[ReceiptStoreAnswer, Meaning("Where it happened.")]
    register: Annotated[str | None, Meaning("The register's name.", "Till 1")]
    cashier: Annotated[str | None, Meaning("The cashier's name without a mail host.", "cashier")]
    customer: Annotated[str | None, Meaning("Who ordered; null for sales at a till, and once erased.", NULL)]
    due_on: Annotated[Day | None, Meaning("By when it is due, if a day was agreed for the order.", NULL)]
    lines: Annotated[list[PrintedLineAnswer], Meaning("In the order in which they were entered.")]
    subtotal: Annotated[Money | None, Meaning("The lines less their own discounts.", 900)]
    order_discount: Annotated[Money | None, Meaning("What discounts on the whole order take off that.", 90)]
    taxes: Annotated[list[PrintedTaxAnswer], Meaning("The taxes, each rate by itself.")]
    total: Annotated[Money | None, Meaning("What it comes to, tax included.", 869)]
    rounding: Annotated[SignedMoney | None, Meaning("What cash rounding adds or takes away.", 0)]
    tip_total: Annotated[Money | None, Meaning("Tips on top.", 0)]
    paid_total: Annotated[Money | None, Meaning("What was paid of all that, or paid out.", 869)]
    settled: Annotated[Money | None, Meaning("What was paid on the customer's account.", 0)]
    due: Annotated[Money | None, Meaning("What is still to pay.", 0)]
    on_account: Annotated[bool, Meaning("Whether that is owed on account.", example=False)]
    tenders: Annotated[list[PrintedTenderAnswer], Meaning("How it was paid, or paid out.")]
    given_back: Annotated[
        list[PrintedTenderAnswer], Meaning("How money was given back for what was cancelled.", [])
    ]
    qr_text: Annotated[str, Meaning("What its QR code says.", "/api/receipts/…")]
    fiscal: Annotated[
        SignatureAnswer | None,
        Meaning("What a signing device said of it, whose code is printed too; of a void, of that.", NULL),
    ]


class OrdersReceiptAnswer(PrintedReceiptAnswer, kw_only=True):
    """The receipt of a sale or an order, with the order itself; never a cost."""

    order: Annotated[OrderAnswer | None, Meaning("The order; null on a gift receipt.")]


class RefundReceiptAnswer(PrintedReceiptAnswer, kw_only=True):
    """The receipt of a refund."""

    refund_id: Annotated[Id, Meaning("What was refunded, within the order.")]


class SentReceiptAnswer(Answer):
    """A message that is to bring a receipt."""

    message_id: Annotated[Id, Meaning("Under which the outbox keeps it.")]
    email: Annotated[Email, Meaning("To whom it goes.")]
    status: Annotated[str, Meaning("`waiting`, `sent` or `failed`.", "waiting")]
