"""The catalog as it is sold from: products, their variants, and who owns which barcode."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import LiteralString
from uuid import UUID

from domain.catalog.products import Product, sku_key
from projections.base import Database, Event, Fact, Projection, in_whole
from projections.catalog.products.inserting import barcode_keys, encode, insert_products, insert_variants
from projections.catalog.products.moving import MOVES, move_products

_NOTE: LiteralString = """
    UPDATE products SET version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(stream_id)s
"""

_DELETE_BARCODES: LiteralString = """
    DELETE FROM barcodes WHERE company_id = %(company_id)s AND variant_id = %(variant_id)s
"""


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
        "barcode_keys": (barcode_keys, "barcodes"),
        "options": (encode, "options"),
    }
    folds = in_whole(Product.Registered, Product.VariantAdded, *MOVES)
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
                insert_products(list(run), at_once, db)
            elif kind is Product.Moved:
                move_products(list(run), db)
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
    **dict.fromkeys(MOVES, Product.Moved),
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
    return fact.event in MOVES and fact.stream_id in at_once


def _add_variants(facts: Iterable[Fact], db: Database) -> None:
    """Add a variant to each of these products."""
    for fact in facts:
        # The version of the product is a place after every earlier variant's: the first ones' are below zero.
        insert_variants([(fact, fact.version, fact.data.variant)], db)
        own = {"company_id": db.company_id, "stream_id": fact.stream_id}
        db.execute(_NOTE, {**own, "version": fact.version, "at": fact.at})


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
