"""What a count is about: which variants, and how many of them lie in its storage or were counted."""

from collections.abc import Mapping
from typing import Any, LiteralString
from uuid import UUID

from domain.stock.counts import Kind, Scope
from projections.catalog.variant_names import variant_name

# NOTE: UNION in the recursion, so that even a ring would end.
#: The categories of a scope and all below them.
BELOW: LiteralString = """
    RECURSIVE below AS (
        SELECT unnest(%(category_ids)b::uuid[]) AS id
     UNION
        SELECT child.id
          FROM below
          JOIN settings AS child ON child.company_id = %(company_id)s AND child.parent_id = below.id
         WHERE child.kind = 'categories'
    )
"""
#: Whether a variant `v` of a product `p` belongs to a scope.
IN_SCOPE: LiteralString = """
       p.track_stock AND p.status <> 'archived'
       AND (%(is_full)s::bool OR p.category_id IN (SELECT id FROM below)
            OR p.brand_id = ANY(%(brand_ids)b::uuid[]) OR p.supplier_id = ANY(%(supplier_ids)b::uuid[])
            OR v.id = ANY(%(variant_ids)b::uuid[]))
"""
# One after another by their keys, whatever the planner knows of the tables.
#: What of a scope belongs to a storage: what it has, or had.
PRESENT: LiteralString = f"""
           b.variant_id, b.on_hand, b.value, v.sku, p.name, v.name AS variant_name
      FROM stock_balances AS b
     CROSS JOIN LATERAL (
            SELECT id, product_id, sku, {variant_name("variants")} AS name FROM variants
             WHERE company_id = %(company_id)s AND id = b.variant_id
             LIMIT 1
           ) AS v
     CROSS JOIN LATERAL (
            SELECT name, track_stock, status, category_id, brand_id, supplier_id FROM products
             WHERE company_id = %(company_id)s AND id = v.product_id
             LIMIT 1
           ) AS p
     WHERE b.company_id = %(company_id)s AND b.storage_id = %(storage_id)s
       AND (b.has_moved OR b.on_hand <> 0) AND {IN_SCOPE}
"""

EXTENT: LiteralString = f"""
    WITH {BELOW}, present AS MATERIALIZED (SELECT {PRESENT}), counted AS MATERIALIZED (
        SELECT DISTINCT variant_id FROM count_lines
         WHERE company_id = %(company_id)s AND count_id = %(count_id)s
    )
    SELECT (SELECT count(*) FROM counted) AS counted, count(*) AS lines_total
      FROM (SELECT variant_id FROM present UNION SELECT variant_id FROM counted) AS line
"""


def scope_params(company_id: UUID, storage_id: UUID, kind: Kind, scope: Scope) -> Mapping[str, Any]:
    """The parameters of the statements about a scope."""
    return {
        "company_id": company_id,
        "storage_id": storage_id,
        "is_full": kind == "full",
        "category_ids": list(scope.category_ids),
        "brand_ids": list(scope.brand_ids),
        "supplier_ids": list(scope.supplier_ids),
        "variant_ids": list(scope.variant_ids),
    }


def scope_of(row: Mapping[str, Any]) -> Scope:
    """The scope that a count's row holds."""
    return Scope(
        category_ids=tuple(row["category_ids"]),
        brand_ids=tuple(row["brand_ids"]),
        supplier_ids=tuple(row["supplier_ids"]),
        variant_ids=tuple(row["variant_ids"]),
    )
