"""The catalog as it is sold from: products, their variants, and who owns which barcode."""

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import groupby
from typing import LiteralString
from uuid import UUID

import msgspec

from domain.catalog.gtin import barcode_key
from domain.catalog.products import STATUS_AFTER, Product, Variant, sku_key
from projections.base import Database, Event, Fact, Projection, in_whole

#: How products that are not archived refer to a setting (`id`) that is to be.
USES: LiteralString = """
    EXISTS (SELECT 1 FROM products
             WHERE company_id = %(company_id)s AND status <> 'archived' AND brand_id = %(id)s)
    OR EXISTS (SELECT 1 FROM products
                WHERE company_id = %(company_id)s AND status <> 'archived' AND category_id = %(id)s)
    OR EXISTS (SELECT 1 FROM products
                WHERE company_id = %(company_id)s AND status <> 'archived' AND unit_id = %(id)s)
    OR EXISTS (SELECT 1 FROM products
                WHERE company_id = %(company_id)s AND status <> 'archived'
                  AND tax_rate_ids @> ARRAY[%(id)s::uuid])
    OR EXISTS (SELECT 1 FROM products
                WHERE company_id = %(company_id)s AND status <> 'archived' AND supplier_id = %(id)s)
    OR EXISTS (SELECT 1 FROM settings AS own
                 JOIN variants AS v ON v.company_id = own.company_id AND v.options ? own.name
                 JOIN products AS p ON p.company_id = v.company_id AND p.id = v.product_id
                WHERE own.company_id = %(company_id)s AND own.id = %(id)s AND own.kind = 'variant-types'
                  AND p.status <> 'archived')
"""

_MOVES: tuple[Event, ...] = tuple(getattr(Product, name) for name in STATUS_AFTER)

_NOTE: LiteralString = """
    UPDATE products SET version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(stream_id)s
"""

_DELETE_BARCODES: LiteralString = """
    DELETE FROM barcodes WHERE company_id = %(company_id)s AND variant_id = %(variant_id)s
"""


def _barcode_keys(barcodes: Iterable[str]) -> list[str]:
    """Each once, whatever spellings of it there are."""
    return list(dict.fromkeys(map(barcode_key, barcodes)))


def _encode(options: Mapping[str, str]) -> str:
    return msgspec.json.encode(options).decode()


class Products(Projection):
    """One row for each product, each variant and each barcode."""

    name = "products"
    version = 4
    mode = "inline"
    tables = ("products", "variants", "barcodes")
    on = {
        Product.Renamed: """
            UPDATE products SET name = %(name)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Product.Described: """
            UPDATE products SET description = %(description)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Product.Reclassified: """
            UPDATE products
               SET brand_id = %(brand_id)s, category_id = %(category_id)s, supplier_id = %(supplier_id)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Product.Remeasured: """
            UPDATE products SET unit_id = %(unit_id)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Product.Retaxed: """
            UPDATE products
               SET tax_rate_ids = %(tax_rate_ids)b::uuid[], version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Product.StockTrackingSet: """
            UPDATE products SET track_stock = %(track_stock)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Product.VariantRemoved: (
            _DELETE_BARCODES,
            """
            DELETE FROM variants WHERE company_id = %(company_id)s AND id = %(variant_id)s
            """,
            _NOTE,
        ),
        # A barcode that a damaged log gives to two variants stays with the first.
        Product.Relabelled: (
            _DELETE_BARCODES,
            """
            INSERT INTO barcodes (company_id, barcode, variant_id, is_free)
            SELECT DISTINCT %(company_id)s::uuid, new.barcode, %(variant_id)s::uuid, false
              FROM unnest(%(barcode_keys)b::text[]) AS new(barcode)
             WHERE %(position)s = 0
                OR NOT EXISTS (SELECT FROM barcodes AS owned
                                WHERE owned.company_id = %(company_id)s AND owned.barcode = new.barcode
                                  AND NOT owned.is_free)
            RETURNING company_id
            """,
            """
            UPDATE variants
               SET sku = %(sku)s, sku_key = %(sku_key)s, name = %(name)s, barcodes = %(barcodes)b::text[],
                   options = %(options)s::text::jsonb,
                   clash = CASE WHEN %(sku_key)s::text = sku_key THEN clash
                                WHEN %(position)s > 0
                                 AND EXISTS (SELECT FROM variants AS earlier
                                              WHERE earlier.company_id = %(company_id)s
                                                AND earlier.sku_key = %(sku_key)s::text AND earlier.clash = 0
                                                AND NOT earlier.is_free)
                                THEN %(position)s ELSE 0 END
             WHERE company_id = %(company_id)s AND id = %(variant_id)s
            """,
            _NOTE,
        ),
        Product.Repriced: (
            """
            UPDATE variants SET price = %(price)s WHERE company_id = %(company_id)s AND id = %(variant_id)s
            """,
            _NOTE,
        ),
        Product.Recosted: (
            """
            UPDATE variants SET cost = %(cost)s WHERE company_id = %(company_id)s AND id = %(variant_id)s
            """,
            _NOTE,
        ),
        Product.ReorderingSet: (
            """
            UPDATE variants SET reorder_level = %(reorder_level)s, reorder_quantity = %(reorder_quantity)s
             WHERE company_id = %(company_id)s AND id = %(variant_id)s
            """,
            _NOTE,
        ),
        Product.ImageAdded: _NOTE,
        Product.ImageRemoved: _NOTE,
        Product.ImageRelabelled: _NOTE,
        Product.ImagesOrdered: _NOTE,
        Product.StorePriced: _NOTE,
        Product.StorePriceLifted: _NOTE,
    }
    derives = {
        "sku_key": (sku_key, "sku"),
        "barcode_keys": (_barcode_keys, "barcodes"),
        "options": (_encode, "options"),
    }
    folds = in_whole(Product.Registered, Product.VariantAdded, *_MOVES)
    schema = """
        CREATE TABLE products (
            company_id   uuid NOT NULL,
            id           uuid NOT NULL,
            name         text NOT NULL,
            description  text,
            status       text NOT NULL,
            launch_at    timestamptz,
            brand_id     uuid,
            category_id  uuid,
            unit_id      uuid,
            supplier_id  uuid,
            tax_rate_ids uuid[] NOT NULL,
            track_stock  boolean NOT NULL,
            version      bigint NOT NULL,
            created_at   timestamptz NOT NULL,
            updated_at   timestamptz NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        CREATE INDEX products_by_time ON products (company_id, created_at, id);
        -- With the id it is no smaller than the key: otherwise it would be taken in its place, and all of the
        -- company read, where the planner has not seen the company yet.
        CREATE INDEX products_by_status ON products (company_id, status, id);
        CREATE INDEX products_by_launch ON products (launch_at) WHERE status = 'coming_soon';
        CREATE INDEX products_by_brand ON products (company_id, brand_id) WHERE brand_id IS NOT NULL;
        CREATE INDEX products_by_category ON products (company_id, category_id, status)
            WHERE category_id IS NOT NULL;
        CREATE INDEX products_by_unit ON products (company_id, unit_id) WHERE unit_id IS NOT NULL;
        CREATE INDEX products_by_supplier ON products (company_id, supplier_id) WHERE supplier_id IS NOT NULL;
        CREATE INDEX products_by_tax_rate ON products USING gin (tax_rate_ids);
        CREATE TABLE variants (
            company_id       uuid NOT NULL,
            id               uuid NOT NULL,
            product_id       uuid NOT NULL,
            sku              text NOT NULL,
            sku_key          text NOT NULL,
            name             text NOT NULL,
            barcodes         text[] NOT NULL,
            options          jsonb NOT NULL,
            price            bigint NOT NULL,
            cost             bigint NOT NULL,
            reorder_level    numeric,
            reorder_quantity numeric,
            ordinal          bigint NOT NULL,
            -- Of an archived product: another may take its SKU and its barcodes.
            is_free          boolean NOT NULL,
            clash            bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (company_id, id)
        );
        CREATE UNIQUE INDEX variants_by_sku ON variants
            (company_id, sku_key, (CASE WHEN is_free THEN id ELSE '00000000-0000-0000-0000-000000000000' END),
             clash);
        CREATE INDEX variants_by_product ON variants (company_id, product_id, ordinal);
        CREATE TABLE barcodes (
            company_id uuid NOT NULL,
            barcode    text NOT NULL,
            variant_id uuid NOT NULL,
            is_free    boolean NOT NULL,
            PRIMARY KEY (company_id, barcode, variant_id)
        );
        CREATE UNIQUE INDEX barcodes_in_use ON barcodes (company_id, barcode) WHERE NOT is_free;
        CREATE INDEX barcodes_by_variant ON barcodes (company_id, variant_id);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Drafts, activations and stores' prices come in bulk, so a run of them is one statement a table."""
        at_once = _moved_at_once(facts)
        for kind, run in groupby((fact for fact in facts if not _is_settled(fact, at_once)), _run_of):
            if kind is Product.Registered:
                _insert_products(list(run), at_once, db)
            elif kind is Product.Moved:
                _move_products(list(run), db)
            elif kind is Product.StorePriced:
                # They are kept elsewhere; only the version of the product is noted.
                super().apply(list({fact.stream_id: fact for fact in run}.values()), db)
            elif kind is Product.VariantAdded:
                _add_variants(run, db)
            else:
                super().apply(list(run), db)


#: The kinds of facts that runs are made of.
_RUNS: Mapping[Event, Event] = {
    Product.Registered: Product.Registered,
    **dict.fromkeys(_MOVES, Product.Moved),
    Product.StorePriced: Product.StorePriced,
    Product.StorePriceLifted: Product.StorePriced,
    Product.VariantAdded: Product.VariantAdded,
}


def _run_of(fact: Fact) -> Event | None:
    return _RUNS.get(fact.event)


def _moved_at_once(facts: Sequence[Fact]) -> dict[UUID, Fact]:
    """The last move of each product that is drafted here and then only moved: it is inserted as it ends."""
    at_once: dict[UUID, Fact] = {}
    for fact in facts:
        kind = _run_of(fact)
        if kind is Product.Registered or (kind is Product.Moved and fact.stream_id in at_once):
            at_once[fact.stream_id] = fact
        else:
            at_once.pop(fact.stream_id, None)
    return at_once


def _is_settled(fact: Fact, at_once: Mapping[UUID, Fact]) -> bool:
    return fact.event in _MOVES and fact.stream_id in at_once


_MOVE_PRODUCTS: LiteralString = """
    UPDATE products AS product
       SET status = moved.status, launch_at = moved.launch_at, version = moved.version, updated_at = moved.at
      FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(statuses)b::text[]) AS status,
                   unnest(%(launches)b::timestamptz[]) AS launch_at,
                   unnest(%(versions)b::bigint[]) AS version, unnest(%(ats)b::timestamptz[]) AS at) AS moved
     WHERE product.company_id = %(company_id)s AND product.id = moved.id
"""

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


# What is archived gives up its SKUs and barcodes before anything else takes them.
_FREE: tuple[LiteralString, ...] = (
    """
    UPDATE barcodes SET is_free = true
     WHERE company_id = %(company_id)s AND NOT is_free
       AND variant_id IN (SELECT id FROM variants
                           WHERE company_id = %(company_id)s AND product_id = ANY(%(ids)b::uuid[]))
    """,
    """
    UPDATE variants SET is_free = true, clash = 0
     WHERE company_id = %(company_id)s AND product_id = ANY(%(ids)b::uuid[]) AND NOT is_free
    """,
)

# What comes back takes them again; in a damaged log, as far as nothing else has them.
_TAKE: tuple[LiteralString, ...] = (
    """
    UPDATE variants AS own
       SET is_free = false,
           clash = CASE WHEN %(position)s > 0
                         AND EXISTS (SELECT FROM variants AS other
                                      WHERE other.company_id = %(company_id)s AND other.sku_key = own.sku_key
                                        AND other.clash = 0 AND NOT other.is_free)
                        THEN %(position)s ELSE 0 END
     WHERE own.company_id = %(company_id)s AND own.product_id = %(stream_id)s AND own.is_free
    """,
    """
    DELETE FROM barcodes AS own
     USING variants AS variant, barcodes AS other
     WHERE %(position)s > 0 AND own.company_id = %(company_id)s AND own.is_free
       AND variant.company_id = %(company_id)s AND variant.id = own.variant_id
       AND variant.product_id = %(stream_id)s
       AND other.company_id = %(company_id)s AND other.barcode = own.barcode AND NOT other.is_free
    """,
    """
    UPDATE barcodes SET is_free = false
     WHERE company_id = %(company_id)s AND is_free
       AND variant_id IN (SELECT id FROM variants
                           WHERE company_id = %(company_id)s AND product_id = %(stream_id)s)
    """,
)


def _move_products(facts: Sequence[Fact], db: Database) -> None:
    """Set the status each product has after the last of these facts, and who has its SKUs and barcodes."""
    last = list({fact.stream_id: fact for fact in facts}.values())
    own = {"company_id": db.company_id}
    if archived := [fact.stream_id for fact in last if fact.event is Product.Archived]:
        for statement in _FREE:
            db.execute(statement, {**own, "ids": archived})
    restored = dict.fromkeys(fact.stream_id for fact in facts if fact.event is Product.Restored)
    for fact in (fact for fact in last if fact.stream_id in restored and fact.event is not Product.Archived):
        for statement in _TAKE:
            db.execute(statement, {**own, "stream_id": fact.stream_id, "position": fact.position})
    db.execute(
        _MOVE_PRODUCTS,
        {
            "company_id": db.company_id,
            "ids": [fact.stream_id for fact in last],
            "statuses": [STATUS_AFTER[fact.event.__name__] for fact in last],
            "launches": [getattr(fact.data, "launch_at", None) for fact in last],
            "versions": [fact.version for fact in last],
            "ats": [fact.at for fact in last],
        },
    )


def _insert_products(drafts: Sequence[Fact], at_once: Mapping[UUID, Fact], db: Database) -> None:
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
    _insert_variants(
        [
            (draft, ordinal, variant)
            for draft in drafts
            for ordinal, variant in enumerate(draft.data.variants, -len(draft.data.variants))
        ],
        db,
        archived=frozenset(fact.stream_id for fact in last if fact.event is Product.Archived),
    )


def _insert_variants(
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
            "options": [_encode(variant.options) for variant in variants],
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
        for key in _barcode_keys(variant.barcodes)
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


def array_literal(texts: Iterable[str]) -> str:
    """The literal of an array within an array of rows, whose inner arrays may differ in length.

    The texts are barcodes and ids, which hold neither quotes nor commas.
    """
    return "{" + ",".join(texts) + "}"


def _add_variants(facts: Iterable[Fact], db: Database) -> None:
    """Add a variant to each of these products."""
    for fact in facts:
        # The version of the product is a place after every earlier variant's: the first ones' are below zero.
        _insert_variants([(fact, fact.version, fact.data.variant)], db)
        own = {"company_id": db.company_id, "stream_id": fact.stream_id}
        db.execute(_NOTE, {**own, "version": fact.version, "at": fact.at})
