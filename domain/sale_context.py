"""What a sale is decided on: the till, its store, the catalog and the stock of one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from domain.accounts import CustomerAccounts
from domain.business_date import business_date, local_hour
from domain.companies import Backdating, ReturnPolicy
from domain.pricing import Rules, TaxRate
from domain.shifts import Drawer
from domain.stock.levels import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAtSale:
    """The store, its clock, and where its goods lie."""

    id: UUID
    code: str
    timezone: str
    day_cut: time
    storage_id: UUID | None
    allow_negative: bool

    def business_date(self, moment: datetime) -> date:
        """The trading day that a moment counts for here."""
        return business_date(moment, self.timezone, self.day_cut)

    def hour(self, moment: datetime) -> int:
        """The hour, 0 to 23, that its clock shows."""
        return local_hour(moment, self.timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantAtSale:
    """A variant as the catalog offers it at this moment; prices and costs in minor currency units."""

    id: UUID
    product_id: UUID
    sku: str
    name: str
    variant_name: str
    category_id: UUID | None
    brand_id: UUID | None
    price: int
    cost: int
    status: str
    track_stock: bool
    precision: int
    tax_rates: tuple[TaxRate, ...]
    supplier_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleContext:
    """Everything a sale is decided on, read and locked in one round trip."""

    rules: Rules
    store: StoreAtSale | None
    register_id: UUID | None
    register_code: str | None
    variants: Mapping[UUID, VariantAtSale]
    levels: Mapping[UUID, Level]
    next_number: int
    backdating: Backdating
    #: The largest discount in percent by role; roles that are not named give none.
    discount_ceilings: Mapping[str, Decimal]
    #: How many sales the company's package allows in a month of the company's calendar; None: any number.
    orders_limit: int | None = None
    company_timezone: str = "UTC"
    #: The drawer of the register, held; None without a register.
    drawer: Drawer | None = None
    is_shift_required: bool = False
    #: Whether the store and the register are open, and the customer is one by now.
    is_open: bool = True
    is_customer_known: bool = True
    #: The accounts of the customer, held, if the sale is paid from them.
    accounts: CustomerAccounts | None = None
    returns: ReturnPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTill:
    """The drawer of a register, None where it has none, and what number comes next in each series; held."""

    drawer: Drawer | None
    next_numbers: Mapping[UUID, int]
