"""What a report reads of the sales of a shift; decoding a long day whole takes five times as long."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from domain.orders import Order
from projections.base import Event
from projections.records import Reading
from projections.shifts.entries import OfflineFlags, Paid


class SoldLine(Reading):
    """What is read of a line."""

    quantity: Decimal
    unit_price: int
    list_price: int
    gross_total: int
    discount_total: int


class SoldTax(Reading):
    """What is read of a tax of the whole sale."""

    tax_rate_id: UUID
    name: str
    rate: Decimal
    inclusive: bool
    taxable: int
    amount: int


class SoldTotals(Reading):
    """What is read of the sums of a sale."""

    gross_sales: int
    net_sales: int
    tax_total: int
    tip_total: int
    rounding: int
    total: int


class SoldInShift(Reading):
    """What is read of a sale."""

    number: str
    shift_id: UUID | None
    cashier_id: UUID | None
    business_date: date
    occurred_at: datetime
    lines: tuple[SoldLine, ...]
    taxes: tuple[SoldTax, ...]
    payments: tuple[Paid, ...]
    totals: SoldTotals
    exchange_refund_id: UUID | None
    approved_by: UUID | None
    offline: OfflineFlags | None


#: Of everything else there is little, so that it is read whole.
READINGS: Mapping[Event, type[Reading]] = MappingProxyType({Order.Sold: SoldInShift})
