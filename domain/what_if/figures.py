"""What sales come to, as they were and as they would have been."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, Protocol, Self
from uuid import UUID

from domain.pricing import LineTax


class Amounts(Protocol):
    """What has amounts: a line, a part of one, or an order's sums; in minor currency units."""

    @property
    def gross_sales(self) -> int:
        """Before discounts, without tax."""

    @property
    def net_sales(self) -> int:
        """After them, without tax."""

    @property
    def tax_total(self) -> int:
        """Its taxes."""


@dataclass(slots=True)
class Figures:
    """Sums in minor currency units; `rounding` is what cash rounding added to what was to be paid."""

    gross_sales: int = 0
    net_sales: int = 0
    tax: int = 0
    rounding: int = 0
    cost_of_goods: int = 0

    @classmethod
    def of(cls, amounts: Iterable[Amounts], *, rounding: int = 0, cost_of_goods: int = 0) -> Self:
        """The sums of lines, of their parts, or of sums."""
        gross_sales = net_sales = tax = 0
        for one in amounts:
            gross_sales += one.gross_sales
            net_sales += one.net_sales
            tax += one.tax_total
        return cls(gross_sales, net_sales, tax, rounding, cost_of_goods)

    @property
    def discounts(self) -> int:
        """What discounts took off, without tax."""
        return self.gross_sales - self.net_sales

    @property
    def total(self) -> int:
        """What customers pay, tax included, before cash rounding and without tips."""
        return self.net_sales + self.tax

    @property
    def gross_profit(self) -> int:
        """What is left of net sales once what the goods cost is taken off, which is frozen."""
        return self.net_sales - self.cost_of_goods

    def add(self, other: "Figures") -> None:
        """Add these."""
        self.gross_sales += other.gross_sales
        self.net_sales += other.net_sales
        self.tax += other.tax
        self.rounding += other.rounding
        self.cost_of_goods += other.cost_of_goods


class TaxKey(NamedTuple):
    """A tax as it was charged, and what of a price it would take; of no tax all is None."""

    tax_rate_id: UUID | None = None
    name: str | None = None
    rate: Decimal | None = None
    inclusive: bool | None = None
    jurisdiction: str | None = None

    @classmethod
    def of(cls, tax: LineTax) -> Self:
        """That of a tax on a line."""
        return cls(tax.tax_rate_id, tax.name, tax.rate, tax.inclusive, tax.jurisdiction)


@dataclass(slots=True)
class TaxFigures:
    """What a tax is due on, and what it comes to, in minor currency units."""

    taxable: int = 0
    tax: int = 0

    def add(self, taxable: int, tax: int) -> None:
        """Add these."""
        self.taxable += taxable
        self.tax += tax


@dataclass(slots=True)
class Compared:
    """Orders, how many of them would differ, and their sums both ways."""

    orders: int = 0
    differing: int = 0
    as_sold: Figures = field(default_factory=Figures)
    what_if: Figures = field(default_factory=Figures)

    def add(self, as_sold: Figures, what_if: Figures) -> None:
        """Add an order."""
        self.orders += 1
        self.differing += as_sold != what_if
        self.as_sold.add(as_sold)
        self.what_if.add(what_if)


@dataclass(slots=True)
class ComparedTax:
    """A tax both ways."""

    as_sold: TaxFigures = field(default_factory=TaxFigures)
    what_if: TaxFigures = field(default_factory=TaxFigures)
