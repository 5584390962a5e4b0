"""The lines of an order as they are recorded: the goods as the catalog has them, at what they were priced."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.money import checked, round_ratio
from domain.orders import SaleLine
from domain.pricing import Discount, PricedLine
from domain.sale_context import VariantAtSale


def line_of(
    variant: VariantAtSale,
    priced: PricedLine,
    *,
    line_id: UUID,
    discounts: tuple[Discount, ...],
    cost_total: int = 0,
) -> SaleLine:
    """A line of this variant; what it cost (minor currency units) is known once it is handed over."""
    return SaleLine(
        id=line_id,
        product_id=variant.product_id,
        variant_id=variant.id,
        sku=variant.sku,
        name=variant.name,
        variant_name=variant.variant_name,
        category_id=variant.category_id,
        brand_id=variant.brand_id,
        list_price=variant.price,
        cost_total=cost_total,
        **amounts_of(priced),
        discounts=discounts,
        supplier_id=variant.supplier_id,
        is_stocked=variant.track_stock,
    )


def amounts_of(priced: PricedLine) -> dict[str, Any]:
    """What of a line its price decides, by the names of its fields."""
    return {
        "quantity": priced.quantity,
        "unit_price": priced.unit_price,
        "gross_total": priced.gross_total,
        "discount_total": priced.discount_total,
        "taxes": priced.taxes,
        "tax_total": priced.tax_total,
        "total": priced.total,
        "gross_sales": priced.gross_sales,
        "net_sales": priced.net_sales,
    }


def untracked_cost(quantity: Decimal, cost: int) -> int:
    """What so much of a thing costs that is not counted in stock: as the catalog assumes for one.

    Both are minor currency units. Raises AmountTooLarge.
    """
    numerator, denominator = quantity.as_integer_ratio()
    return checked(round_ratio(numerator * cost, denominator, "half_up"))
