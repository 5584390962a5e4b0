"""Lookups of products and variants, of which there may be hundreds of thousands."""

from typing import Any, LiteralString

from domain.catalog.gtin import barcode_key
from domain.catalog.products import Product
from domain.catalog.variant_names import variant_name_of
from projections.base import Answer, Database, Row
from projections.catalog.codes import ask_codes
from projections.lookups.selection import Selection, in_order
from projections.search.entries import ACTIVE, ARCHIVED, DRAFT, VARIANTS
from projections.search.find import VARIANTS_OF_HITS, Hit, find_as_meant, find_as_typed, list_first

_NOT_SOLD = (DRAFT, "coming_soon", "discontinued", ARCHIVED)

# NOTE: one after another by their keys. Joined or as an array, the planner may prefer to read all products of
# a status as long as it knows nothing of the table, as after an import.
_PRODUCTS: LiteralString = """
    SELECT product.*
      FROM unnest(%(ids)b::uuid[]) AS hit(id)
     CROSS JOIN LATERAL (
            SELECT id, name AS label, status, brand_id, category_id FROM products
             WHERE company_id = %(company_id)s AND id = hit.id
             LIMIT 1
           ) AS product
     WHERE product.status = ANY(%(statuses)b::text[])
"""

# A variant may be found twice, by its own name and by its product's.
_VARIANTS: LiteralString = f"""
    SELECT v.id, p.name, v.name AS variant_name, v.options, v.product_id, v.sku, v.barcodes, v.price, p.status
      FROM {VARIANTS_OF_HITS}
     CROSS JOIN LATERAL (
            SELECT name, status FROM products WHERE company_id = %(company_id)s AND id = v.product_id LIMIT 1
           ) AS p
     WHERE p.status = ANY(%(statuses)b::text[])
     ORDER BY hit.rank, v.ordinal, v.id
     LIMIT 2 * %(limit)s::bigint
"""


def products(db: Database, selection: Selection) -> list[Row]:
    """Products by name, or by the SKU or barcode of a variant."""
    statuses = _statuses(selection)
    codes = ask_codes(db, selection.search) if selection.search else None
    hits = _find(db, Product.kind, selection, statuses, codes)
    ids = list(dict.fromkeys([*(row["product_id"] for row in _rows(codes)), *(one for _, one in hits)]))
    params = {"company_id": db.company_id, "ids": ids, "statuses": statuses}
    return in_order(db.ask(_PRODUCTS, params).rows(), ids)[: selection.limit]


def variants(db: Database, selection: Selection) -> list[Row]:
    """Variants by their own name and options and their product's name, or by SKU or barcode."""
    statuses = _statuses(selection)
    codes = ask_codes(db, selection.search) if selection.search else None
    hits = _find(db, VARIANTS, selection, statuses, codes)
    hits = [*((VARIANTS, row["variant_id"]) for row in _rows(codes)), *hits]
    params = {
        "company_id": db.company_id,
        "kinds": [kind for kind, _ in hits],
        "ids": [one for _, one in hits],
        "statuses": statuses,
        "limit": selection.limit,
    }
    variant_rows = {row["id"]: row for row in reversed(db.ask(_VARIANTS, params).rows())}
    return [_shown(row, selection.search) for row in reversed(variant_rows.values())][: selection.limit]


def _find(
    db: Database, kind: str, selection: Selection, statuses: list[str], codes: Answer | None
) -> list[Hit]:
    reach: dict[str, Any] = {"statuses": statuses, "limit": selection.limit}
    if not selection.search:
        named = Product.kind if kind == VARIANTS else kind
        return [(named, one) for one in list_first(db, named, **reach)]
    text = selection.search
    hits = find_as_typed(db, kind, text, **reach)
    return hits if hits or _rows(codes) else find_as_meant(db, kind, text, **reach)


def _rows(codes: Answer | None) -> list[Row]:
    return codes.rows() if codes else []


def _statuses(selection: Selection) -> list[str]:
    return [ACTIVE] if selection.active else list(_NOT_SOLD)


def _shown(row: Row, code: str | None) -> Row:
    own = variant_name_of(row.pop("variant_name"), row.pop("options"))
    name, barcodes = row.pop("name"), row.pop("barcodes")
    asked = barcode_key(code or "")
    first = next(iter(barcodes), None)
    barcode = next((one for one in barcodes if barcode_key(one) == asked), first)
    return {**row, "label": f"{name}, {own}" if own else name, "barcode": barcode}
