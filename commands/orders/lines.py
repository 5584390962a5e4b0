"""The lines of an order as they are recorded: the goods as the catalog has them, at what they were priced."""

from typing import Any
from uuid import UUID

from domain.orders import SaleLine
from domain.pricing import Discount, PricedLine
from domain.sale_context import VariantAtSale


def line_of(
    variant: VariantAtSale,
    priced: PricedLine,
    *,
    line_id: UUID,
    discounts: tuple[Discount, ...],
    note: str | None,
    cost_total: int = 0,
) -> SaleLine:
    """A line of this variant; what it cost (minor currency units) is known once it is handed over."""
    return SaleLine(
        id=line_id,
        cost_total=cost_total,
        discounts=discounts,
        note=note,
        **goods_of(variant),
        **amounts_of(priced),
    )


def goods_of(variant: VariantAtSale) -> dict[str, Any]:
    """What of a line the catalog decides, by the names of its fields."""
    return {
        "product_id": variant.product_id,
        "variant_id": variant.id,
        "sku": variant.sku,
        "name": variant.name,
        "variant_name": variant.variant_name,
        "category_id": variant.category_id,
        "brand_id": variant.brand_id,
        "list_price": variant.price,
        "supplier_id": variant.supplier_id,
        "is_stocked": variant.track_stock,
    }


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
