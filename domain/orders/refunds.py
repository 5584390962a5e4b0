"""Refunds: which goods come back, and which money is given for them, as it is asked for and recorded."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.payments import EXCHANGE
from domain.pricing import LineTax, OrderTax


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReturn:
    """Units of a line that the customer brings back, and whether they can be sold again (`restock`)."""

    line_id: UUID
    quantity: Decimal
    restock: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGoodwill:
    """Money to be given back on a line whose goods stay with the customer, tax included."""

    line_id: UUID
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedLine:
    """The part of a sold line that came back, in minor currency units; the fields mean what the line's do.

    `cost_total` is what leaves the cost of goods again: nothing for goods that are not put back (`restock`),
    of which `not_restocked_cost` says what they had cost. Earlier refunds say neither that nor the supplier.
    """

    line_id: UUID
    product_id: UUID
    variant_id: UUID
    category_id: UUID | None
    brand_id: UUID | None
    quantity: Decimal
    restock: bool
    gross_total: int
    discount_total: int
    taxes: tuple[LineTax, ...]
    tax_total: int
    total: int
    gross_sales: int
    net_sales: int
    cost_total: int
    supplier_id: UUID | None = None
    not_restocked_cost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodwill:
    """Money given back on a line without goods; `total` includes the line's share of tax."""

    line_id: UUID
    product_id: UUID
    variant_id: UUID
    category_id: UUID | None
    brand_id: UUID | None
    taxes: tuple[LineTax, ...]
    tax_total: int
    total: int
    net_sales: int
    supplier_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPayment:
    """What was given back in one way: `amount` was paid out, for the `exact` part of the refund's total.

    The two differ by cash rounding alone. A tip goes back on top.
    """

    method: str
    amount: int
    exact: int
    reference: str | None = None
    tip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overpaid:
    """What was paid of an order beyond what remains of it, in minor currency units.

    `rest` is what is left of its cash rounding, if nothing of the order remains: `amount` is what was paid.
    """

    exact: int
    rest: int = 0

    @property
    def amount(self) -> int:
        """What goes back where it is not rounded."""
        return self.exact + self.rest


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedRefund:
    """What goes back for what; `total` is exact and includes tax, `taxes` are those of lines and goodwill."""

    lines: tuple[RefundedLine, ...]
    goodwill: tuple[Goodwill, ...]
    taxes: tuple[OrderTax, ...]
    tax_total: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSettlement:
    """A refund paid out: the amounts of the payments are its total and the rounding, tips come on top."""

    payments: tuple[RefundPayment, ...]
    rounding: int
    tip: int

    @property
    def money(self) -> int:
        """What is paid out of the total, without what other goods were given for."""
        return sum(payment.amount for payment in self.payments if payment.method != EXCHANGE)
