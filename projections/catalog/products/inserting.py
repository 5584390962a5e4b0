"""Rows of drafts, with their variants and barcodes: all of a run in one statement a table."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import LiteralString
from uuid import UUID

import msgspec

from domain.catalog.gtin import barcode_key
from domain.catalog.products import STATUS_AFTER, Product, Variant, sku_key
from projections.base import Database, Fact
from projections.rows import array_literal


def insert_products(drafts: Sequence[Fact], at_once: Mapping[UUID, Fact], db: Database) -> None:
    """Insert drafts, those that were moved at once where they came to stand."""
    states = [draft.data for draft in drafts]
    last = [at_once.get(draft.stream_id, draft) for draft in drafts]
    db.execute(
        _INSERT_PRODUCTS,
        {
            "company_id": db.company_id,
            "ids": [draft.stream_id for draft in drafts],
            "names": [data.name for data in states],
            "descriptions": [data.description for data in states],
            "brand_ids": [data.brand_id for data in states],
            "category_ids": [data.category_id for data in states],
            "unit_ids": [data.unit_id for data in states],
            "supplier_ids": [data.supplier_id for data in states],
            "tax_rate_ids": [array_literal(str(rate) for rate in data.tax_rate_ids) for data in states],
            "track_stock": [data.track_stock for data in states],
            "ats": [draft.at for draft in drafts],
            "statuses": [STATUS_AFTER.get(fact.event.__name__, "draft") for fact in last],
            "launches": [getattr(fact.data, "launch_at", None) for fact in last],
            "versions": [fact.version for fact in last],
            "changes": [fact.at for fact in last],
        },
    )
    insert_variants(
        [
            (draft, ordinal, variant)
            for draft in drafts
            for ordinal, variant in enumerate(draft.data.variants, -len(draft.data.variants))
        ],
        db,
        archived=frozenset(fact.stream_id for fact in last if fact.event is Product.Archived),
    )


def insert_variants(
    rows: Sequence[tuple[Fact, int, Variant]], db: Database, *, archived: Container[UUID] = ()
) -> None:
    """Each row is a fact of a product, the variant's place among its variants, and the variant.

    Those of the `archived` products have nothing that others may not take.
    """
    if not rows:
        return
    variants = [variant for _, _, variant in rows]
    are_recorded = rows[0][0].is_recorded
    db.execute(
        _INSERT_RECORDED_VARIANTS if are_recorded else _INSERT_VARIANTS,
        {
            "company_id": db.company_id,
            "ids": [variant.id for variant in variants],
            "product_ids": [fact.stream_id for fact, _, _ in rows],
            "positions": [fact.position for fact, _, _ in rows],
            "skus": [variant.sku for variant in variants],
            "sku_keys": [sku_key(variant.sku) for variant in variants],
            "names": [variant.name for variant in variants],
            "barcode_lists": [array_literal(variant.barcodes) for variant in variants],
            "options": [encode(variant.options) for variant in variants],
            "prices": [variant.price for variant in variants],
            "costs": [variant.cost for variant in variants],
            "reorder_levels": [variant.reorder_level for variant in variants],
            "reorder_quantities": [variant.reorder_quantity for variant in variants],
            "ordinals": [ordinal for _, ordinal, _ in rows],
            "are_free": [fact.stream_id in archived for fact, _, _ in rows],
        },
    )
    keys = [
        (key, variant.id, fact.stream_id in archived)
        for fact, _, variant in rows
        for key in barcode_keys(variant.barcodes)
    ]
    _insert_barcodes(keys, db, are_recorded=are_recorded)


def _insert_barcodes(keys: Sequence[tuple[str, UUID, bool]], db: Database, *, are_recorded: bool) -> None:
    """Each is a barcode's key, its variant, and whether others may take it.

    A barcode that a damaged log gives to two variants stays with the first.
    """
    if keys:
        params = {
            "company_id": db.company_id,
            "barcodes": [key for key, _, _ in keys],
            "variant_ids": [variant_id for _, variant_id, _ in keys],
            "are_free": [is_free for _, _, is_free in keys],
        }
        db.execute(_INSERT_RECORDED_BARCODES if are_recorded else _INSERT_BARCODES, params)


def barcode_keys(barcodes: Iterable[str]) -> list[str]:
    """Each once, whatever spellings of it there are."""
    return list(dict.fromkeys(map(barcode_key, barcodes)))


def encode(options: Mapping[str, str]) -> str:
    """The options of a variant as JSON."""
    return msgspec.json.encode(options).decode()


_INSERT_PRODUCTS: LiteralString = """
    INSERT INTO products (company_id, id, name, description, status, launch_at, brand_id, category_id,
                          unit_id, supplier_id, tax_rate_ids, track_stock, version, created_at, updated_at)
    SELECT %(company_id)s, unnest(%(ids)b::uuid[]), unnest(%(names)b::text[]),
           unnest(%(descriptions)b::text[]), unnest(%(statuses)b::text[]),
           unnest(%(launches)b::timestamptz[]), unnest(%(brand_ids)b::uuid[]),
           unnest(%(category_ids)b::uuid[]), unnest(%(unit_ids)b::uuid[]), unnest(%(supplier_ids)b::uuid[]),
           unnest(%(tax_rate_ids)b::text[])::uuid[], unnest(%(track_stock)b::bool[]),
           unnest(%(versions)b::bigint[]), unnest(%(ats)b::timestamptz[]), unnest(%(changes)b::timestamptz[])
    RETURNING company_id
"""

_OF_VARIANTS: LiteralString = """
    unnest(%(ids)b::uuid[]) AS id, unnest(%(product_ids)b::uuid[]) AS product_id,
    unnest(%(skus)b::text[]) AS sku, unnest(%(sku_keys)b::text[]) AS sku_key,
    unnest(%(names)b::text[]) AS name, unnest(%(barcode_lists)b::text[])::text[] AS barcodes,
    unnest(%(options)b::text[])::jsonb AS options, unnest(%(prices)b::bigint[]) AS price,
    unnest(%(costs)b::bigint[]) AS cost, unnest(%(reorder_levels)b::numeric[]) AS reorder_level,
    unnest(%(reorder_quantities)b::numeric[]) AS reorder_quantity,
    unnest(%(ordinals)b::bigint[]) AS ordinal, unnest(%(are_free)b::bool[]) AS is_free
"""

_INSERT_VARIANTS: LiteralString = f"""
    INSERT INTO variants (company_id, id, product_id, sku, sku_key, name, barcodes, options, price, cost,
                          reorder_level, reorder_quantity, ordinal, is_free)
    SELECT %(company_id)s, {_OF_VARIANTS}
    RETURNING company_id
"""

_INSERT_RECORDED_VARIANTS: LiteralString = f"""
    INSERT INTO variants (company_id, id, product_id, sku, sku_key, name, barcodes, options, price, cost,
                          reorder_level, reorder_quantity, ordinal, is_free, clash)
    SELECT %(company_id)s, id, product_id, sku, sku_key, name, barcodes, options, price, cost, reorder_level,
           reorder_quantity, ordinal, is_free,
           CASE WHEN v.is_free THEN 0
                WHEN row_number() OVER (PARTITION BY v.sku_key, v.is_free ORDER BY position, ordinal) > 1
                  OR EXISTS (SELECT FROM variants AS earlier
                              WHERE earlier.company_id = %(company_id)s AND earlier.sku_key = v.sku_key
                                AND earlier.clash = 0 AND NOT earlier.is_free)
                THEN position ELSE 0 END
      FROM (SELECT {_OF_VARIANTS}, unnest(%(positions)b::bigint[]) AS position) AS v
        ON CONFLICT (company_id, id) DO NOTHING
"""

_OF_BARCODES: LiteralString = """
           (company_id, barcode, variant_id, is_free)
    SELECT %(company_id)s, unnest(%(barcodes)b::text[]), unnest(%(variant_ids)b::uuid[]),
           unnest(%(are_free)b::bool[])
"""

_INSERT_BARCODES: LiteralString = f"INSERT INTO barcodes {_OF_BARCODES} RETURNING company_id"

_INSERT_RECORDED_BARCODES: LiteralString = f"""
    INSERT INTO barcodes {_OF_BARCODES}
        ON CONFLICT DO NOTHING
"""
