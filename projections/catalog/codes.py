"""Variants by what identifies them to people: a SKU or a barcode."""

from typing import LiteralString

from domain.catalog.gtin import barcode_key
from domain.catalog.products import sku_key
from projections.base import Answer, Database

# Barcodes first, then their variants: of a company that the planner has not seen it would join all with all.
_FIND: LiteralString = """
    SELECT product_id, id AS variant_id FROM variants
     WHERE company_id = %(company_id)s AND sku_key = %(sku)s
     UNION
    SELECT v.product_id, v.id
      FROM (SELECT variant_id FROM barcodes
             WHERE company_id = %(company_id)s AND barcode = %(barcode)s
            OFFSET 0) AS b
     CROSS JOIN LATERAL (
            SELECT product_id, id FROM variants
             WHERE company_id = %(company_id)s AND id = b.variant_id
             LIMIT 1
           ) AS v
"""


def ask_codes(db: Database, code: str) -> Answer:
    """Ask which variants have this SKU, or this barcode, however it is written."""
    return db.ask(_FIND, {"company_id": db.company_id, "sku": sku_key(code), "barcode": barcode_key(code)})
