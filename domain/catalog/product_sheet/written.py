"""Writing the catalog as a sheet, so that reading it gives the same."""

from collections.abc import Mapping
from typing import Any

from domain.catalog import cells
from domain.catalog.product_sheet.columns import COLUMNS, NUMBERS
from domain.catalog.reference_book import ReferenceBook
from domain.money import exponent
from domain.sheets import guarded


def columns_of(*, with_costs: bool) -> tuple[str, ...]:
    """The columns of an export, in their order."""
    return tuple(name for name in COLUMNS if with_costs or name != "cost")


def row_of(row: Mapping[str, Any], book: ReferenceBook, currency: str, *, with_costs: bool) -> list[str]:
    """A variant with its product as cells, so that reading them gives the same; texts are guarded."""
    places = exponent(currency)
    texts = {
        "product_id": str(row["product_id"]),
        "name": row["name"],
        "description": row["description"] or "",
        "status": row["status"],
        "launch_at": cells.moment_text(row["launch_at"]),
        "brand": book.label("brands", row["brand_id"]),
        "category": book.label("categories", row["category_id"]),
        "unit": book.label("units", row["unit_id"]),
        "supplier": book.label("suppliers", row["supplier_id"]),
        "tax_rates": cells.parts_text(book.label("tax-rates", rate) for rate in row["tax_rate_ids"]),
        "track_stock": "true" if row["track_stock"] else "false",
        "variant_id": str(row["variant_id"]),
        "variant_name": row["variant_name"],
        "sku": row["sku"],
        "barcodes": "|".join(row["barcodes"]),
        "options": cells.options_text(row["options"]),
        "price": cells.money_text(row["price"], places),
        "cost": cells.money_text(row["cost"], places),
        "reorder_level": cells.number_text(row["reorder_level"]),
        "reorder_quantity": cells.number_text(row["reorder_quantity"]),
    }
    return [
        texts[name] if name in NUMBERS else guarded(texts[name]) for name in columns_of(with_costs=with_costs)
    ]
