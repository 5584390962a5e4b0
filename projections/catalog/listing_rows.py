"""The rows that the catalog is listed by, made of the products' own as they are now."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from projections.base import Database
from projections.settings import NOWHERE

# Two stores may run out of a product at the same time: whoever comes second must see what the first one left,
# so it waits here, and only the next statement looks.
_HOLD: LiteralString = """
    SELECT id FROM product_listing
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[]) AND place_id = %(nowhere)s
     ORDER BY id
       FOR UPDATE
"""

_COLUMNS: LiteralString = """
           (company_id, id, place_id, text, status, brand_id, category_id, supplier_id, lowest_price,
            highest_price, in_stock, variant_count, created_at)
"""

# One product after another by their keys, whatever the planner knows of the tables.
_OF_EACH: LiteralString = """
      FROM unnest(%(ids)b::uuid[]) AS touched(id)
     CROSS JOIN LATERAL (
            SELECT * FROM products WHERE company_id = %(company_id)s AND id = touched.id LIMIT 1
           ) AS p
     CROSS JOIN LATERAL (
            SELECT name FROM search_entries
             WHERE company_id = %(company_id)s AND id = touched.id AND kind = 'products'
             LIMIT 1
           ) AS entry
"""

# Of thousands of products at once, which an import brings, this takes less than half of what `_PUT` does.
_PUT_NEW: LiteralString = f"""
    INSERT INTO product_listing {_COLUMNS}
    SELECT %(company_id)s, p.id, %(nowhere)s::uuid, entry.name, p.status, p.brand_id, p.category_id,
           p.supplier_id, offered.lowest_price, offered.highest_price, NOT p.track_stock,
           offered.variant_count, p.created_at
    {_OF_EACH}
     CROSS JOIN LATERAL (
            SELECT min(price) AS lowest_price, max(price) AS highest_price, count(*) AS variant_count
              FROM variants
             WHERE company_id = %(company_id)s AND product_id = touched.id
           ) AS offered
    RETURNING company_id
"""

_PUT: LiteralString = f"""
    INSERT INTO product_listing AS listed {_COLUMNS}
    SELECT %(company_id)s, p.id, place.id, entry.name, p.status, p.brand_id, p.category_id, p.supplier_id,
           offered.lowest_price, offered.highest_price, place.is_there OR NOT p.track_stock,
           offered.variant_count, p.created_at
    {_OF_EACH}
     CROSS JOIN LATERAL (
            SELECT known.place_id AS id, bool_or(known.is_there) AS is_there
              FROM (SELECT %(nowhere)s::uuid AS place_id, false AS is_there
                     UNION ALL
                    SELECT at.place_id, held.is_there
                      FROM variants AS v
                     CROSS JOIN LATERAL (
                            SELECT b.on_hand > 0 AS is_there,
                                   (SELECT parent_id FROM settings
                                     WHERE company_id = %(company_id)s AND id = b.storage_id) AS store_id
                              FROM stock_balances AS b
                             WHERE b.company_id = %(company_id)s AND b.variant_id = v.id AND b.has_moved
                            OFFSET 0
                           ) AS held
                     CROSS JOIN LATERAL (VALUES (held.store_id), (%(nowhere)s::uuid)) AS at(place_id)
                     WHERE v.company_id = %(company_id)s AND v.product_id = touched.id
                       AND at.place_id IS NOT NULL
                     UNION ALL
                    SELECT own.store_id, false
                      FROM variants AS v
                     CROSS JOIN LATERAL (
                            SELECT store_id FROM store_prices
                             WHERE company_id = %(company_id)s AND variant_id = v.id
                            OFFSET 0
                           ) AS own
                     WHERE v.company_id = %(company_id)s AND v.product_id = touched.id
                   ) AS known
             GROUP BY known.place_id
           ) AS place
     CROSS JOIN LATERAL (
            SELECT min(coalesce(own.price, v.price)) AS lowest_price,
                   max(coalesce(own.price, v.price)) AS highest_price,
                   count(*) AS variant_count
              FROM variants AS v
              LEFT JOIN LATERAL (
                    SELECT price FROM store_prices
                     WHERE company_id = %(company_id)s AND store_id = place.id AND variant_id = v.id
                     LIMIT 1
                   ) AS own ON true
             WHERE v.company_id = %(company_id)s AND v.product_id = touched.id
           ) AS offered
        ON CONFLICT (company_id, id, place_id) DO UPDATE
       SET text = excluded.text, status = excluded.status, brand_id = excluded.brand_id,
           category_id = excluded.category_id, supplier_id = excluded.supplier_id,
           lowest_price = excluded.lowest_price, highest_price = excluded.highest_price,
           in_stock = excluded.in_stock, variant_count = excluded.variant_count
     WHERE (listed.text, listed.status, listed.brand_id, listed.category_id, listed.supplier_id,
            listed.lowest_price, listed.highest_price, listed.in_stock, listed.variant_count)
           IS DISTINCT FROM
           (excluded.text, excluded.status, excluded.brand_id, excluded.category_id, excluded.supplier_id,
            excluded.lowest_price, excluded.highest_price, excluded.in_stock, excluded.variant_count)
"""

_TAKE_AWAY: LiteralString = """
    DELETE FROM product_listing AS listed
     WHERE listed.company_id = %(company_id)s AND listed.id = ANY(%(ids)b::uuid[])
       AND listed.place_id <> %(nowhere)s
       AND NOT EXISTS (
            SELECT FROM variants AS v
              JOIN stock_balances AS b ON b.company_id = v.company_id AND b.variant_id = v.id
              JOIN settings AS s ON s.company_id = b.company_id AND s.id = b.storage_id
             WHERE v.company_id = %(company_id)s AND v.product_id = listed.id
               AND s.parent_id = listed.place_id AND b.has_moved)
       AND NOT EXISTS (
            SELECT FROM variants AS v
              JOIN store_prices AS own ON own.company_id = v.company_id AND own.variant_id = v.id
             WHERE v.company_id = %(company_id)s AND v.product_id = listed.id
               AND own.store_id = listed.place_id)
"""


def put_new(ids: Sequence[UUID], db: Database) -> None:
    """List products that no store carries yet and that were not listed before."""
    if ids:
        db.execute(_PUT_NEW, _params(ids, db))


def put(ids: Sequence[UUID], db: Database, *, parted: bool) -> None:
    """List products as they are now, at each place that has them; `parted` if one may have them no more."""
    if ids:
        params = _params(ids, db)
        db.execute(_HOLD, params)
        db.execute(_PUT, params)
        if parted:
            db.execute(_TAKE_AWAY, params)


def _params(ids: Sequence[UUID], db: Database) -> dict[str, object]:
    return {"company_id": db.company_id, "ids": ids, "nowhere": NOWHERE}
