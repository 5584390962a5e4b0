"""The figures of a shift's report: an X while it is open, a Z once it is closed; minor currency units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from domain.shifts.perpetual import Perpetual


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What things and people were called when it was made, so that it is printed the same for ever."""

    company: str
    tax_number: str | None
    store: str
    register: str
    timezone: str
    opened_by: str | None
    closed_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxFigures:
    """One tax rate: what was taxed with it, sales and returns apart."""

    tax_rate_id: UUID
    name: str
    rate: Decimal
    inclusive: bool
    sales_taxable: int
    sales_amount: int
    returns_taxable: int
    returns_amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderFigures:
    """One way to pay: net = sales + tips - refunds. What was counted of it is there only if somebody did.

    `name` is what the company called a method of its own; what every till takes has none.
    """

    method: str
    name: str | None
    sales: int
    tips: int
    refunds: int
    net: int
    counted: int | None = None
    over_short: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonFigures:
    """What moved in the drawer for one reason."""

    reason: str
    count: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CashFigures:
    """The drawer; what only a close knows is left open in an X."""

    opening_float: int
    sales: int
    tips: int
    refunds: int
    paid_in: tuple[ReasonFigures, ...]
    paid_out: tuple[ReasonFigures, ...]
    drops: int
    expected: int
    counted: int | None = None
    over_short: int | None = None
    closing_float: int | None = None
    dropped_at_close: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrences:
    """How often something happened that is looked at, and what it came to together."""

    kind: str
    count: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CashierFigures:
    """What one cashier sold."""

    cashier_id: UUID | None
    name: str | None
    orders: int
    net_sales: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftFigures:
    """What a shift that is not closed has come to; `tenders` are by method, tips included, net of refunds."""

    expected_cash: int
    business_dates: tuple[date, ...]
    tenders: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftReport:
    """All that a shift came to, as it was known when the report was made. Voided sales are in no sum."""

    shift_id: UUID
    register_id: UUID
    store_id: UUID
    letterhead: Letterhead
    currency: str
    z_number: int | None
    opened_by: UUID | None
    opened_at: datetime
    closed_by: UUID | None
    closed_at: datetime | None
    business_dates: tuple[date, ...]
    first_receipt: str | None
    last_receipt: str | None
    receipts: int
    refunds: int
    items: Decimal
    gross_sales: int
    discounts: int
    returns: int
    net_sales: int
    tax: int
    tips: int
    rounding: int
    total_collected: int
    taxes: tuple[TaxFigures, ...]
    tenders: tuple[TenderFigures, ...]
    cash: CashFigures
    occurrences: tuple[Occurrences, ...]
    cashiers: tuple[CashierFigures, ...]
    held_count: int
    held_value: int
    late_count: int
    late_total: int
    offline_applied: int
    offline_flagged: int
    offline_missing: int
    offline_waiting: int
    offline_rejected: int
    perpetual: Perpetual
