"""What a till offers: every variant on sale, with its price, its taxes and what the store has of it."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

from domain.catalog.gtin import barcode_key
from domain.catalog.products import SELLABLE, sku_key
from domain.catalog.variant_names import variant_name_of
from projections.base import Database, Row, plan_for_values
from projections.catalog.categories import subtree_of
from projections.pages import PAGE, total_of
from projections.search.entries import VARIANTS
from projections.search.find import VARIANTS_OF_HITS, Hit, find_as_meant, find_as_typed
from projections.selling_places import ONLY_STORE, SELLS_FROM
from projections.settings import NOWHERE

#: How many products and variants a search finds, the best of them.
MOST_HITS = 500
_STATUSES = sorted(SELLABLE)

_FILTER: LiteralString = """
       listed.company_id = %(company_id)s AND listed.place_id = %(nowhere)s
       AND listed.status = ANY(%(statuses)b::text[])
       AND (%(category_ids)b::uuid[] IS NULL OR listed.category_id = ANY(%(category_ids)b::uuid[]))
"""
# The list has the number of each product's variants, so that an index alone counts them.
_COUNT: LiteralString = f"""
    SELECT coalesce(sum(listed.variant_count), 0)::bigint AS total FROM product_listing AS listed
     WHERE {_FILTER}
"""
_PAGE: LiteralString = f"""
    SELECT v.id
      FROM product_listing AS listed
      JOIN variants AS v ON v.company_id = listed.company_id AND v.product_id = listed.id
     WHERE {_FILTER}
     ORDER BY listed.text, listed.id, v.ordinal
    {PAGE}
"""

_CODED: LiteralString = """
    SELECT variant_id AS id, true AS is_barcode FROM barcodes
     WHERE company_id = %(company_id)s AND barcode = %(code)s::text AND NOT is_free
     UNION ALL
    SELECT id, false FROM variants
     WHERE company_id = %(company_id)s AND sku_key = %(sku)s::text AND NOT is_free
"""

# One after another by their keys, whatever the planner knows of the tables. A variant may be found twice, by
# its own name and by its product's.
_CHOSEN: LiteralString = f"""
    WITH chosen AS MATERIALIZED (
        SELECT v.id, min(hit.rank) AS rank, min(v.ordinal) AS ordinal
          FROM {VARIANTS_OF_HITS}
         CROSS JOIN LATERAL (
                SELECT status, category_id FROM products
                 WHERE company_id = %(company_id)s AND id = v.product_id
                 LIMIT 1
               ) AS p
         WHERE p.status IN ('active', 'discontinued')
           AND (%(category_ids)b::uuid[] IS NULL OR p.category_id = ANY(%(category_ids)b::uuid[]))
         GROUP BY v.id
    )
    SELECT (SELECT count(*) FROM chosen) AS total,
           ARRAY(SELECT id FROM chosen ORDER BY rank, ordinal, id
                  {PAGE}) AS ids
"""

# Of its product's pictures, a variant is shown by its own, else by those of no variant. Price and taxes are
# those of the store that a sale would be made in: the one that is asked about, else the only one there is.
# What is available lies in the storages that sales are taken from.
_PLACE: LiteralString = f"""
    place AS MATERIALIZED (
        SELECT coalesce(%(store_id)s::uuid, {ONLY_STORE}) AS store_id,
               ARRAY(SELECT DISTINCT storage.id
                       FROM settings AS store
                      CROSS JOIN LATERAL (
                             SELECT id FROM settings
                              WHERE company_id = %(company_id)s AND kind = 'storages' AND NOT is_archived
                                AND id = {SELLS_FROM}
                              LIMIT 1
                            ) AS storage
                      WHERE store.company_id = %(company_id)s AND store.kind = 'stores'
                        AND NOT store.is_archived
                        AND (%(store_ids)b::uuid[] IS NULL OR store.id = ANY(%(store_ids)b::uuid[]))
                    ) AS storage_ids
    )
"""
_OFFER: LiteralString = """
    v.id AS variant_id, v.product_id, v.sku, p.name, v.name AS variant_name, v.barcodes, v.options,
           coalesce(own.price, v.price) AS price, p.category_id, p.brand_id, p.status, p.track_stock,
           p.unit_id,
           coalesce(nullif(p.tax_rate_ids, '{}'),
                    (SELECT ARRAY(SELECT rate.id::uuid
                                    FROM jsonb_array_elements_text(store.fields -> 'tax_rate_ids')
                                         WITH ORDINALITY AS rate(id, number)
                                   ORDER BY rate.number)
                       FROM settings AS store
                      WHERE store.company_id = %(company_id)s AND store.kind = 'stores'
                        AND NOT store.is_archived
                        AND store.id = (SELECT store_id FROM place)),
                    '{}') AS tax_rate_ids,
           CASE WHEN p.track_stock THEN coalesce(stock.available, 0) END AS available,
           picture.id AS image_id
"""
_DETAILS: LiteralString = """
     CROSS JOIN LATERAL (
            SELECT * FROM variants WHERE company_id = %(company_id)s AND id = listed.id LIMIT 1
           ) AS v
     CROSS JOIN LATERAL (
            SELECT * FROM products WHERE company_id = %(company_id)s AND id = v.product_id LIMIT 1
           ) AS p
      LEFT JOIN LATERAL (
            SELECT price FROM store_prices
             WHERE company_id = %(company_id)s AND variant_id = v.id
               AND store_id = (SELECT store_id FROM place)
             LIMIT 1
           ) AS own ON true
      LEFT JOIN LATERAL (
            SELECT sum(b.on_hand - b.reserved) AS available
              FROM unnest((SELECT storage_ids FROM place)) AS storage(id)
             CROSS JOIN LATERAL (
                    SELECT on_hand, reserved FROM stock_balances
                     WHERE company_id = %(company_id)s AND storage_id = storage.id AND variant_id = v.id
                     LIMIT 1
                   ) AS b
           ) AS stock ON true
      LEFT JOIN LATERAL (
            SELECT id FROM product_images
             WHERE company_id = %(company_id)s AND product_id = v.product_id
               AND (variant_id = v.id OR variant_id IS NULL)
             ORDER BY variant_id NULLS LAST, position
             LIMIT 1
           ) AS picture ON true
"""
_OFFERED: LiteralString = f"""
    WITH {_PLACE}
    SELECT {_OFFER}
      FROM unnest(%(ids)b::uuid[]) WITH ORDINALITY AS listed(id, number)
    {_DETAILS}
     ORDER BY listed.number
"""
# A scan is what tills ask most often: one statement finds the variant and its offer.
_OFFERED_BY_BARCODE: LiteralString = f"""
    WITH {_PLACE}
    SELECT {_OFFER}
      FROM (SELECT variant_id AS id FROM barcodes
             WHERE company_id = %(company_id)s AND barcode = %(barcode)s::text AND NOT is_free
             LIMIT 1) AS listed
    {_DETAILS}
     WHERE p.status = ANY(%(statuses)b::text[])
       AND (%(category_ids)b::uuid[] IS NULL OR p.category_id = ANY(%(category_ids)b::uuid[]))
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
    """One page of what is on sale and how much of it these stores, or all, have where they sell from.

    All come by name, what a search finds comes the best first. A barcode, also one that is searched for,
    finds the one variant that has it; a category finds what is filed below it as well. The price is the one
    of the store, if it is one; several may have several. So are the taxes of what has none of its own.
    """
    params = {
        "company_id": db.company_id,
        "category_ids": subtree_of(db, category_id),
        "nowhere": NOWHERE,
        "statuses": _STATUSES,
        "limit": limit,
        "offset": (page - 1) * limit,
    }
    if barcode is not None:
        offers = _ask_offers(db, _OFFERED_BY_BARCODE, store_ids, {**params, "barcode": barcode_key(barcode)})
        return offers[(page - 1) * limit : page * limit], len(offers)
    ids, total = _choose(db, params, search)
    return list_offers(db, ids, store_ids=store_ids), total


def list_offers(db: Database, ids: Sequence[UUID], *, store_ids: Sequence[UUID] = ()) -> list[Row]:
    """What these stores, or all, offer of these variants, in this order; what is not on sale, too."""
    return (
        _ask_offers(db, _OFFERED, store_ids, {"company_id": db.company_id, "ids": list(ids)}) if ids else []
    )


def _ask_offers(
    db: Database, statement: LiteralString, store_ids: Sequence[UUID], params: Mapping[str, Any]
) -> list[Row]:
    stores = {
        "store_ids": list(store_ids) or None,
        "store_id": store_ids[0] if len(store_ids) == 1 else None,
    }
    rows = db.ask(statement, {**params, **stores}).rows()
    return [{**row, "variant_name": variant_name_of(row["variant_name"], row["options"])} for row in rows]


def _choose(db: Database, params: Mapping[str, Any], search: str | None) -> tuple[list[UUID], int]:
    """The variants of the page, and how many there are in all."""
    if not search:
        plan_for_values(db)
        total = total_of(db.ask(_COUNT, params))
        page = db.ask(_PAGE, params).rows() if params["offset"] < total else []
        return [row["id"] for row in page], total
    hits = _find(db, search)
    params_of_hits = {**params, "kinds": [kind for kind, _ in hits], "ids": [one for _, one in hits]}
    chosen = db.ask(_CHOSEN, params_of_hits).rows()[0]
    return chosen["ids"], chosen["total"]


def _find(db: Database, text: str) -> list[Hit]:
    """What a text finds, the best first: whose barcode it is, alone; else whose SKU, then by name."""
    keys = {"company_id": db.company_id, "code": barcode_key(text), "sku": sku_key(text)}
    codes = db.ask(_CODED, keys).rows()
    if any(row["is_barcode"] for row in codes):
        return [(VARIANTS, row["id"]) for row in codes if row["is_barcode"]]
    named = find_as_typed(db, VARIANTS, text, statuses=_STATUSES, limit=MOST_HITS)
    if not (codes or named):
        named = find_as_meant(db, VARIANTS, text, statuses=_STATUSES, limit=MOST_HITS)
    return [*((VARIANTS, row["id"]) for row in codes), *named]
