"""What the reports of sales read of sales, refunds and voids."""

from datetime import date
from decimal import Decimal

from projections.records import Reading


class SoldLine(Reading):
    """What is read of a line that was sold, or of the part of it that was handed over."""

    variant_id: str
    category_id: str | None
    brand_id: str | None
    quantity: Decimal
    tax_total: int
    gross_sales: int
    net_sales: int
    cost_total: int


class Paid(Reading):
    """What is read of a payment."""

    method: str
    amount: int
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


class Sale(AtTill):
    """What is read of a sale, and of its void, which repeats it."""

    lines: tuple[SoldLine, ...]
    payments: tuple[Paid, ...]
    totals: Totals


class Handover(Place):
    """What is read of goods of a placed order that were handed over."""

    lines: tuple[SoldLine, ...]
    charged: int
    is_first: bool


class PlacedPayment(Place):
    """What is read of what was paid on a placed order."""

    payments: tuple[Paid, ...]
    rounding: int
    tip_total: int


class GivenBack(Reading):
    """What is read of money that was given back; `exact` is before cash rounding."""

    method: str
    amount: int
    exact: int
    tip: int


class Cancellation(Place):
    """What is read of what was given back for what was cancelled of a placed order."""

    payments: tuple[GivenBack, ...]


class ReturnedLine(Reading):
    """What is read of goods that came back."""

    variant_id: str
    category_id: str | None
    brand_id: str | None
    quantity: Decimal
    tax_total: int
    net_sales: int
    cost_total: int


class GoodwillLine(Reading):
    """What is read of money that was given back without goods."""

    variant_id: str
    category_id: str | None
    brand_id: str | None
    tax_total: int
    net_sales: int


class Return(AtTill):
    """What is read of a return without an order, and of every refund."""

    lines: tuple[ReturnedLine, ...]
    payments: tuple[Paid, ...]
    rounding: int


class Refund(Return):
    """What is read of a refund."""

    goodwill: tuple[GoodwillLine, ...]
