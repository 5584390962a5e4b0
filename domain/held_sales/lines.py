"""The lines of a parked sale, as they were priced when it was parked."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.pricing import Discount, LineTax, PricedLine
from domain.sale_context import VariantAtSale


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """A line as it was priced and called then. Money is minor currency units.

    It is sold at what the catalog says by then, unless somebody had set another price.
    """

    variant_id: UUID
    product_id: UUID
    sku: str
    name: str
    variant_name: str
    status: str
    is_stocked: bool
    quantity: Decimal
    unit_price: int
    list_price: int
    discounts: tuple[Discount, ...]
    gross_total: int
    discount_total: int
    taxes: tuple[LineTax, ...]
    tax_total: int
    total: int
    note: str | None = None

    @property
    def price_overridden(self) -> bool:
        """Whether somebody had set another price than the catalog's."""
        return self.unit_price != self.list_price

    @property
    def price_override(self) -> int | None:
        """The price that somebody had set, in minor currency units."""
        return self.unit_price if self.price_overridden else None


def hold_lines(
    variants: Sequence[VariantAtSale],
    discounts: Sequence[tuple[Discount, ...]],
    notes: Sequence[str | None],
    lines: Sequence[PricedLine],
) -> tuple[HeldLine, ...]:
    """The lines of a basket that is parked: what each is of, what is given off it, and what it comes to."""
    return tuple(
        HeldLine(
            variant_id=variant.id,
            product_id=variant.product_id,
            sku=variant.sku,
            name=variant.name,
            variant_name=variant.variant_name,
            status=variant.status,
            is_stocked=variant.track_stock,
            quantity=line.quantity,
            unit_price=line.unit_price,
            list_price=variant.price,
            discounts=own,
            gross_total=line.gross_total,
            discount_total=line.discount_total,
            taxes=line.taxes,
            tax_total=line.tax_total,
            total=line.total,
            note=note,
        )
        for variant, own, note, line in zip(variants, discounts, notes, lines, strict=True)
    )
