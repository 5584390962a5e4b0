"""What is priced, by which rules, and what it comes to: amounts are minor units of the currency."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.money import RoundingMode


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """A tax in percent, either contained in the price (inclusive) or added to it."""

    id: UUID
    name: str
    rate: Decimal
    inclusive: bool
    jurisdiction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """A reduction in percent of what is left, or of an amount in minor units."""

    type: Literal["percent", "amount"]
    value: Decimal
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is to be priced: a quantity of one variant at a unit price in minor units."""

    variant_id: UUID
    quantity: Decimal
    unit_price: int
    discounts: tuple[Discount, ...] = ()
    tax_rates: tuple[TaxRate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a company rounds; stored on every order, so that a later change does not reach it."""

    currency: str
    rounding_level: Literal["line", "order"] = "line"
    rounding_mode: RoundingMode = "half_up"
    cash_rounding: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTax:
    """One tax on one line: the tax-exclusive value it is due on, and its amount, and whom it is due to."""

    tax_rate_id: UUID
    name: str
    rate: Decimal
    inclusive: bool
    taxable: int
    amount: int
    jurisdiction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTax(LineTax):
    """One tax over the whole order: the sum of its lines'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """A line's amounts in minor units.

    gross_total is as priced, before discounts; total is what the customer pays, tax included.
    net_sales = total - tax_total; gross_sales is the tax-exclusive value before discounts, never below it.
    """

    quantity: Decimal
    unit_price: int
    gross_total: int
    discount_total: int
    taxes: tuple[LineTax, ...]
    tax_total: int
    total: int
    gross_sales: int
    net_sales: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedBasket:
    """The lines and their sums; subtotal is the sum of the lines' gross_total."""

    lines: tuple[PricedLine, ...]
    taxes: tuple[OrderTax, ...]
    subtotal: int
    discount_total: int
    tax_total: int
    total: int
    gross_sales: int
    net_sales: int
