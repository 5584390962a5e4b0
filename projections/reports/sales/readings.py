"""What the reports of sales read of sales, refunds, voids and the steps of placed orders."""

from datetime import date
from decimal import Decimal
from typing import Literal

from projections.records import Reading


class Taxation(Reading):
    """That a line is taxed, no matter by what: how much of which tax it is stands at the whole."""

    amount: int


class Tax(Reading):
    """What is read of a tax over all lines."""

    name: str
    rate: Decimal
    inclusive: bool
    jurisdiction: str | None
    taxable: int
    amount: int


class LineDiscount(Reading):
    """What is read of a discount; its reason is private."""

    type: Literal["percent", "amount"]
    value: Decimal


class Goods(Reading):
    """What is read of every line: what its goods were when they were sold."""

    variant_id: str
    product_id: str
    category_id: str | None
    brand_id: str | None
    supplier_id: str | None
    taxes: tuple[Taxation, ...]
    tax_total: int
    net_sales: int


class HandedOverLine(Goods):
    """What is read of the part of a line that was handed over."""

    quantity: Decimal
    gross_sales: int
    cost_total: int


class VoidedLine(HandedOverLine):
    """What is read of a line of a sale that was taken back."""

    unit_price: int
    list_price: int


class SoldLine(VoidedLine):
    """What is read of a line that was sold, with what it was called; `discount_total` is as it is priced."""

    discounts: tuple[LineDiscount, ...]
    discount_total: int
    sku: str
    name: str
    variant_name: str


class OrderedLine(Reading):
    """What is read of a line that was ordered: nothing but what it was called."""

    variant_id: str
    product_id: str
    sku: str
    name: str
    variant_name: str


class ReturnedLine(Goods):
    """What is read of goods that came back."""

    quantity: Decimal
    restock: bool
    cost_total: int
    not_restocked_cost: int


class NamedReturnedLine(ReturnedLine):
    """The same of goods that came back without their order, with what they were called."""

    sku: str
    name: str
    variant_name: str


class GoodwillLine(Goods):
    """What is read of money that was given back without goods."""


class Payment(Reading):
    """What is read of a payment."""

    method: str
    amount: int
    tip: int
    change: int


class RefundPayment(Reading):
    """What is read of money that was given back; `exact` is before cash rounding."""

    method: str
    amount: int
    exact: int
    tip: int


class Totals(Reading):
    """What is read of a sale's sums."""

    tax_total: int
    gross_sales: int
    net_sales: int
    cost_total: int
    rounding: int
    tip_total: int


class Place(Reading):
    """What is read of every fact: where it counts, and for whom."""

    store_id: str
    cashier_id: str | None
    customer_id: str | None
    business_date: date
    hour: int


class AtTill(Place):
    """The same of what happens at a till, at one of its registers if it names it."""

    register_id: str | None
    shift_id: str | None


class Void(AtTill):
    """What is read of a void, which repeats the sale but for its discounts."""

    lines: tuple[VoidedLine, ...]
    taxes: tuple[Tax, ...]
    payments: tuple[Payment, ...]
    totals: Totals


class Sale(AtTill):
    """What is read of a sale."""

    channel: str
    rounding_mode: str
    lines: tuple[SoldLine, ...]
    taxes: tuple[Tax, ...]
    discounts: tuple[LineDiscount, ...]
    payments: tuple[Payment, ...]
    totals: Totals


class Placement(Reading):
    """What is read of an order that was placed: how it came, and what its lines were called."""

    channel: str
    lines: tuple[OrderedLine, ...]


class Amendment(Reading):
    """What is read of an order that was amended."""

    lines: tuple[OrderedLine, ...]


class Handover(Place):
    """What is read of goods of a placed order that were handed over."""

    lines: tuple[HandedOverLine, ...]
    taxes: tuple[Tax, ...]
    charged: int
    is_first: bool


class Deposit(Place):
    """What is read of what was paid on a placed order."""

    payments: tuple[Payment, ...]
    rounding: int
    tip_total: int


class Cancellation(Place):
    """What is read of what was given back for what was cancelled of a placed order."""

    payments: tuple[RefundPayment, ...]


class Refund(AtTill):
    """What is read of a refund."""

    lines: tuple[ReturnedLine, ...]
    goodwill: tuple[GoodwillLine, ...]
    taxes: tuple[Tax, ...]
    payments: tuple[RefundPayment, ...]
    rounding: int


class Return(AtTill):
    """What is read of a return without an order."""

    lines: tuple[NamedReturnedLine, ...]
    taxes: tuple[Tax, ...]
    payments: tuple[RefundPayment, ...]
    rounding: int
