"""Variants by what identifies them to people: a SKU or a barcode."""

from typing import LiteralString

from domain.catalog.gtin import barcode_key
from domain.catalog.products import sku_key
from projections.base import Answer, Database

_FIND: LiteralString = """
    SELECT product_id, id AS variant_id FROM variants
     WHERE company_id = %(company_id)s AND sku_key = %(sku)s
     UNION
    SELECT v.product_id, v.id FROM barcodes AS b
      JOIN variants AS v ON v.company_id = b.company_id AND v.id = b.variant_id
     WHERE b.company_id = %(company_id)s AND b.barcode = %(barcode)s
"""


def ask_codes(db: Database, code: str) -> Answer:
    """Ask which variants have this SKU, or this barcode, however it is written."""
    return db.ask(_FIND, {"company_id": db.company_id, "sku": sku_key(code), "barcode": barcode_key(code)})
