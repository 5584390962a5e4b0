"""Handing an order over in parts: what belongs to the units of each, and what they were promised from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from domain.money import RoundingMode, shortest
from domain.orders.lines import SaleLine, Sums
from domain.orders.portions import resize_line
from domain.pricing import LineTax, OrderTax, order_taxes

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineQuantity:
    """So many units of a line of the order."""

    line_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilledLine:
    """The part of a line that was handed over, in minor currency units; the fields mean what the line's do.

    `cost_total` is frozen here, as nothing was taken from stock before. Earlier handovers name no supplier.
    """

    line_id: UUID
    product_id: UUID
    variant_id: UUID
    category_id: UUID | None
    brand_id: UUID | None
    quantity: Decimal
    gross_total: int
    discount_total: int
    taxes: tuple[LineTax, ...]
    tax_total: int
    total: int
    gross_sales: int
    net_sales: int
    cost_total: int
    supplier_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedChange:
    """By how much an order changes what is promised of a variant in its storage."""

    storage_id: UUID
    variant_id: UUID
    quantity: Decimal


def part_of(
    priced: SaleLine,
    quantity: Decimal,
    earlier: Sequence[FulfilledLine],
    *,
    cost_total: int,
    mode: RoundingMode,
) -> FulfilledLine:
    """The part of a line that goes with its next units, of the line as it was `priced`.

    It is what belongs to all units up to these, less what went with the earlier ones: all parts add up to
    the line in every field, whatever was cancelled or amended between them.
    """
    before = sum((part.quantity for part in earlier), _NOTHING)
    upto = resize_line(priced, before + quantity, mode)

    def less(field: str) -> int:
        return int(getattr(upto, field)) - sum(int(getattr(part, field)) for part in earlier)

    net_sales = less("net_sales")
    return FulfilledLine(
        line_id=priced.id,
        product_id=priced.product_id,
        variant_id=priced.variant_id,
        category_id=priced.category_id,
        brand_id=priced.brand_id,
        supplier_id=priced.supplier_id,
        quantity=quantity,
        gross_total=less("gross_total"),
        discount_total=less("discount_total"),
        taxes=tuple(
            replace(
                tax, taxable=net_sales, amount=tax.amount - sum(part.taxes[at].amount for part in earlier)
            )
            for at, tax in enumerate(upto.taxes)
        ),
        tax_total=less("tax_total"),
        total=less("total"),
        gross_sales=less("gross_sales"),
        net_sales=net_sales,
        cost_total=cost_total,
    )


def resized(line: SaleLine, priced: SaleLine, quantity: Decimal, mode: RoundingMode) -> SaleLine:
    """The line with so many units, at what one came to when it was `priced`: nothing is rounded twice.

    Its cost is that of what was handed over.
    """
    if quantity == line.quantity:
        return line
    kept = resize_line(priced, quantity, mode)
    return replace(
        line,
        quantity=quantity,
        gross_total=kept.gross_total,
        discount_total=kept.discount_total,
        taxes=kept.taxes,
        tax_total=kept.tax_total,
        total=kept.total,
        gross_sales=kept.gross_sales,
        net_sales=kept.net_sales,
    )


def sums_of(lines: Sequence[SaleLine]) -> Sums:
    """What lines come to."""
    return Sums(
        subtotal=sum(line.gross_total for line in lines),
        discount_total=sum(line.discount_total for line in lines),
        tax_total=sum(line.tax_total for line in lines),
        total=sum(line.total for line in lines),
        gross_sales=sum(line.gross_sales for line in lines),
        net_sales=sum(line.net_sales for line in lines),
        cost_total=sum(line.cost_total for line in lines),
    )


def taxes_of(lines: Iterable[SaleLine]) -> tuple[OrderTax, ...]:
    """The taxes of lines, each over all of them."""
    return order_taxes(tuple(lines))


class _Units(Protocol):
    """Units of a line."""

    @property
    def line_id(self) -> UUID:
        """The line."""

    @property
    def quantity(self) -> Decimal:
        """How many."""


def added(quantities: Mapping[UUID, Decimal], lines: Iterable[_Units]) -> dict[UUID, Decimal]:
    """The quantities by line, with these."""
    total = dict(quantities)
    for line in lines:
        total[line.line_id] = total.get(line.line_id, _NOTHING) + line.quantity
    return total


def needed(lines: Iterable[SaleLine], fulfilled: Mapping[UUID, Decimal]) -> dict[UUID, Decimal]:
    """What is still to be handed over of each variant that is counted in stock."""
    need: dict[UUID, Decimal] = {}
    for line in lines:
        left = line.quantity - fulfilled.get(line.id, _NOTHING)
        if line.is_stocked and left:
            need[line.variant_id] = need.get(line.variant_id, _NOTHING) + left
    return need


def changes_between(
    storage_id: UUID | None, now: Mapping[UUID, Decimal], then: Mapping[UUID, Decimal]
) -> tuple[ReservedChange, ...]:
    """What changes of the promises, and nothing of those that stay."""
    if storage_id is None:
        return ()
    return tuple(
        ReservedChange(storage_id=storage_id, variant_id=variant_id, quantity=shortest(difference))
        for variant_id in sorted({*now, *then})
        if (difference := then.get(variant_id, _NOTHING) - now.get(variant_id, _NOTHING))
    )
