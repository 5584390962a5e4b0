"""What an order consists of: its lines as they were sold, and what they come to."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.costing import unit_cost
from domain.pricing import Discount, LineTax


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """A line as it was sold. Later changes of the catalog do not reach it. Money is minor currency units."""

    id: UUID
    product_id: UUID
    variant_id: UUID
    sku: str
    name: str
    variant_name: str
    category_id: UUID | None
    brand_id: UUID | None
    quantity: Decimal
    unit_price: int
    list_price: int
    gross_total: int
    discount_total: int
    taxes: tuple[LineTax, ...]
    tax_total: int
    total: int
    gross_sales: int
    net_sales: int
    cost_total: int
    discounts: tuple[Discount, ...] = ()
    #: Whom the product was bought from at that time.
    supplier_id: UUID | None = None
    #: Whether its goods came out of stock; earlier sales do not say so.
    is_stocked: bool | None = None
    note: str | None = None

    @property
    def full_name(self) -> str:
        """The product, and which variant of it where there are several."""
        return f"{self.name}, {self.variant_name}" if self.variant_name else self.name

    @property
    def price_overridden(self) -> bool:
        """Whether somebody set another price than the catalog's."""
        return self.unit_price != self.list_price

    @property
    def unit_cost(self) -> int:
        """What one unit cost, rounded for display."""
        return unit_cost(self.cost_total, self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What the lines of an order come to, in minor currency units; `total` includes tax."""

    subtotal: int
    discount_total: int
    tax_total: int
    total: int
    gross_sales: int
    net_sales: int
    cost_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals(Sums):
    """The sums of an order that was paid, in minor currency units.

    Cash rounding and tips come on top of `total`, and `paid_total` is all three.
    """

    rounding: int
    tip_total: int
    paid_total: int
    change_total: int
