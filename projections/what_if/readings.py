"""What is read of the log to decide sales again: all that decided about a price, and what came of it."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.orders import Order
from projections.base import Event
from projections.records import Reading


class Tax(Reading):
    """What is read of a tax."""

    tax_rate_id: UUID
    name: str
    rate: Decimal
    inclusive: bool
    jurisdiction: str | None
    taxable: int
    amount: int


class Discount(Reading):
    """What is read of a discount; its reason is private."""

    type: Literal["percent", "amount"]
    value: Decimal


class SoldLine(Reading):
    """What is read of a line of a sale."""

    variant_id: UUID
    category_id: UUID | None
    quantity: Decimal
    unit_price: int
    list_price: int
    taxes: tuple[Tax, ...]
    tax_total: int
    gross_sales: int
    net_sales: int
    discounts: tuple[Discount, ...]


class OrderedLine(SoldLine):
    """The same of a line of a placed order, with what parts of it are made of."""

    id: UUID
    gross_total: int
    discount_total: int
    total: int


class Payment(Reading):
    """What is read of a payment."""

    method: str
    amount: int


class Totals(Reading):
    """What is read of a sale's sums."""

    tax_total: int
    total: int
    gross_sales: int
    net_sales: int
    cost_total: int
    rounding: int


class Terms(Reading):
    """What is read of how an order was priced."""

    number: str
    currency: str
    rounding_level: str
    rounding_mode: str
    discounts: tuple[Discount, ...]


class Sale(Terms):
    """What is read of a sale."""

    store_id: UUID
    business_date: date
    cash_rounding: int | None
    lines: tuple[SoldLine, ...]
    payments: tuple[Payment, ...]
    totals: Totals


class Placement(Terms):
    """What is read of an order that was placed."""

    lines: tuple[OrderedLine, ...]


class Amendment(Reading):
    """What is read of one that was amended."""

    lines: tuple[OrderedLine, ...]
    discounts: tuple[Discount, ...]


class KeptLine(Reading):
    """What is read of a line that is left of an order."""

    id: UUID


class Cancellation(Reading):
    """What is read of what was cancelled: what is left."""

    kept: tuple[KeptLine, ...]


class HandedOverLine(Reading):
    """What is read of goods that were handed over."""

    line_id: UUID
    quantity: Decimal
    taxes: tuple[Tax, ...]
    tax_total: int
    gross_sales: int
    net_sales: int
    cost_total: int


class Handover(Reading):
    """What is read of a handover."""

    store_id: UUID
    business_date: date
    lines: tuple[HandedOverLine, ...]


#: Which events are read, and what of each.
READINGS: dict[Event, type[Reading]] = {
    Order.Sold: Sale,
    Order.Placed: Placement,
    Order.Amended: Amendment,
    Order.Cancelled: Cancellation,
    Order.Fulfilled: Handover,
}
