"""What a till offers: every variant on sale, with its price, its taxes and what the store has of it."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from domain.settings import name_key
from projections.base import Database, Row, total_of

# The barcode, when there is one, is looked up first and alone; a name is searched only without it. The price
# is that of the store that a sale would be made in: the one that is asked about, else the only one there is.
_OFFERED: LiteralString = """
    SELECT v.id AS variant_id, v.product_id, v.sku, p.name, v.name AS variant_name, v.barcodes, v.options,
           coalesce(own.price, v.price) AS price, p.category_id, p.brand_id, p.status, p.track_stock,
           p.tax_rate_ids, CASE WHEN p.track_stock THEN coalesce(stock.on_hand, 0) END AS available
      FROM variants AS v
      JOIN products AS p ON p.company_id = v.company_id AND p.id = v.product_id
      LEFT JOIN store_prices AS own ON own.company_id = v.company_id AND own.variant_id = v.id
            AND own.store_id = (
                SELECT coalesce(%(store_id)s::uuid,
                                (SELECT min(only_store.id::text)::uuid FROM settings AS only_store
                                  WHERE only_store.company_id = %(company_id)s
                                    AND only_store.kind = 'stores' AND NOT only_store.is_archived
                                 HAVING count(*) = 1)))
      LEFT JOIN LATERAL (
            SELECT sum(b.on_hand) AS on_hand
              FROM stock_balances AS b
              JOIN settings AS storage ON storage.company_id = b.company_id AND storage.id = b.storage_id
             WHERE b.company_id = %(company_id)s AND b.variant_id = v.id
               AND (%(store_ids)b::uuid[] IS NULL OR storage.parent_id = ANY(%(store_ids)b::uuid[]))
           ) AS stock ON true
     WHERE v.company_id = %(company_id)s AND p.status IN ('active', 'discontinued')
       AND (%(barcode)s::text IS NULL
            OR v.id = (SELECT variant_id FROM barcodes
                        WHERE company_id = %(company_id)s AND barcode = %(barcode)s::text))
       AND (%(category_id)s::uuid IS NULL OR p.category_id = %(category_id)s::uuid)
       AND (%(search)s::text IS NULL OR position(%(search)s::text IN p.name_key) > 0
            OR v.sku_key = %(search)s::text)
     ORDER BY p.name_key, p.id, v.ordinal
     LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
"""

_COUNT: LiteralString = """
    SELECT count(*) AS total
      FROM variants AS v
      JOIN products AS p ON p.company_id = v.company_id AND p.id = v.product_id
     WHERE v.company_id = %(company_id)s AND p.status IN ('active', 'discontinued')
       AND (%(barcode)s::text IS NULL
            OR v.id = (SELECT variant_id FROM barcodes
                        WHERE company_id = %(company_id)s AND barcode = %(barcode)s::text))
       AND (%(category_id)s::uuid IS NULL OR p.category_id = %(category_id)s::uuid)
       AND (%(search)s::text IS NULL OR position(%(search)s::text IN p.name_key) > 0
            OR v.sku_key = %(search)s::text)
"""


def list_offered(
    db: Database,
    *,
    store_ids: Sequence[UUID] = (),
    page: int = 1,
    limit: int = 20,
    search: str | None = None,
    barcode: str | None = None,
    category_id: UUID | None = None,
) -> tuple[list[Row], int]:
    """One page of what is on sale and how much there is of it in these stores, or in the company.

    The price is the one of the store, if it is one; several may have several.
    """
    params = {
        "company_id": db.company_id,
        "store_ids": list(store_ids) if store_ids else None,
        "store_id": store_ids[0] if len(store_ids) == 1 else None,
        "barcode": barcode,
        "category_id": category_id,
        "search": name_key(search) if search else None,
        "limit": limit,
        "offset": (page - 1) * limit,
    }
    found, count = db.ask(_OFFERED, params), db.ask(_COUNT, params)
    return found.rows(), total_of(count)
