"""The catalog as it is exported: all products, the oldest first, a page at a time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, LiteralString
from uuid import UUID

from projections.base import Database, Row
from projections.catalog.categories import subtree_of
from projections.catalog.filters import CLASSIFICATION, Filters, list_ids

#: How many products are read at once.
PAGE = 1000

# The time of a product's making never changes, so that each comes once whatever happens meanwhile.
_PAGE: LiteralString = f"""
    SELECT p.id AS product_id, p.name, p.description, p.status, p.launch_at, p.brand_id, p.category_id,
           p.unit_id, p.supplier_id, p.tax_rate_ids, p.track_stock, p.created_at, v.id AS variant_id,
           v.name AS variant_name, v.sku, v.barcodes, v.options, v.price, v.cost, v.reorder_level,
           v.reorder_quantity
      FROM (SELECT * FROM products
             WHERE company_id = %(company_id)s
               AND (created_at, id) > (%(after)s::timestamptz, %(after_id)s::uuid)
               AND status = ANY(%(statuses)b::text[])
               AND {CLASSIFICATION}
               AND (%(ids)b::uuid[] IS NULL OR id = ANY(%(ids)b::uuid[]))
             ORDER BY created_at, id
             LIMIT %(limit)s::bigint) AS p
      JOIN variants AS v ON v.company_id = %(company_id)s AND v.product_id = p.id
     ORDER BY p.created_at, p.id, v.ordinal, v.id
"""


def export_products(db: Database, *, category_id: UUID | None = None, **filters: Any) -> Iterator[Row]:
    """A row for each variant, those of a product together; archived products only on request.

    `filters` are those of `Filters`. A category exports what is filed below it as well.
    """
    cursor: dict[str, Any] = {"after": datetime.min.replace(tzinfo=UTC), "after_id": UUID(int=0)}
    conditions = Filters(category_ids=subtree_of(db, category_id), **filters)
    params = {**conditions.params(db), "ids": list_ids(db, conditions), "limit": PAGE}
    while True:
        rows = db.ask(_PAGE, {**params, **cursor}).rows()
        yield from rows
        if sum(1 for _ in groupby(rows, lambda row: row["product_id"])) < PAGE:
            return
        cursor = {"after": rows[-1]["created_at"], "after_id": rows[-1]["product_id"]}
