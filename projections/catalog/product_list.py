"""Pages of the catalog, with the variants and pictures of each product."""

from collections.abc import Callable, Mapping
from typing import Any, LiteralString
from uuid import UUID

from projections.base import Answer, Database, Row
from projections.catalog.categories import subtree_of
from projections.catalog.filters import Filters
from projections.catalog.images import ask_images
from projections.catalog.listing_pages import Page, list_page
from projections.catalog.product_search import search_products

_VARIANTS: LiteralString = """
    SELECT * FROM variants
     WHERE company_id = %(company_id)s AND product_id = ANY(%(ids)b::uuid[])
     ORDER BY product_id, ordinal
"""

_HIDDEN = frozenset({"company_id", "sku_key", "is_free", "clash", "ordinal", "product_id", "named", "total"})


def list_products(
    db: Database,
    *,
    page: int = 1,
    limit: int = 20,
    search: str | None = None,
    sort: str = "name",
    category_id: UUID | None = None,
    **filters: Any,
) -> tuple[list[Row], int]:
    """One page of products with their variants, and how many there are; archived ones only on request.

    `filters` are those of `Filters`. A category finds what is filed below it as well.
    """
    conditions = Filters(category_ids=subtree_of(db, category_id), **filters)
    part = Page(sort, limit, (page - 1) * limit)
    rows, total = search_products(db, search, conditions, part) if search else list_page(db, conditions, part)
    variants = db.ask(_VARIANTS, {"company_id": db.company_id, "ids": [row["id"] for row in rows]})
    images = ask_images(db, [row["id"] for row in rows])
    return _with_variants(rows, variants, images), total


def _with_variants(
    products: list[Row], variants: Answer, images: Callable[[], Mapping[UUID, list[Row]]]
) -> list[Row]:
    by_product: dict[UUID, list[Row]] = {product["id"]: [] for product in products}
    for variant in variants.rows():
        by_product[variant["product_id"]].append(_shown(variant))
    shown = images()
    return [
        {**_shown(product), "variants": by_product[product["id"]], "images": shown[product["id"]]}
        for product in products
    ]


def _shown(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in _HIDDEN}
