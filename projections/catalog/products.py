"""The catalog as it is sold from: products, their variants, and who owns which barcode."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate
from domain.catalog.products import STATUS_AFTER, VARIANT_REVISIONS, Product, Variant, sku_key
from domain.entities import Entity, fields_of
from projections.base import Database, Fact, Projection, facts_of

_encode = msgspec.json.Encoder().encode


class Products(Projection):
    """One row for each product, each variant and each barcode."""

    name = "products"
    version = 3
    mode = "inline"
    tables = ("products", "variants", "barcodes")
    events = facts_of(Product)
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
        CREATE INDEX products_by_status ON products (company_id, status);
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
            clash            bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (company_id, id),
            UNIQUE (company_id, sku_key, clash)
        );
        CREATE INDEX variants_by_product ON variants (company_id, product_id, ordinal);
        CREATE TABLE barcodes (
            company_id uuid NOT NULL,
            barcode    text NOT NULL,
            variant_id uuid NOT NULL,
            PRIMARY KEY (company_id, barcode)
        );
        CREATE INDEX barcodes_by_variant ON barcodes (company_id, variant_id);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Drafts, activations and stores' prices come in bulk, so a run of them is one statement a table."""
        at_once = _moved_at_once(facts)
        for kind, run in groupby((fact for fact in facts if not _is_settled(fact, at_once)), _kind):
            if kind is Product.Registered:
                _insert_products(list(run), at_once, db)
            elif kind is Product.Moved:
                _move_products(list(run), db)
            elif kind is Product.StorePriced:
                _note_versions(list(run), db)
            else:
                for fact in run:
                    _change(fact, db)


def _kind(fact: Fact) -> type[Aggregate.Event] | None:
    if fact.event is Product.Registered:
        return Product.Registered
    if fact.event in (Product.StorePriced, Product.StorePriceLifted):
        return Product.StorePriced
    return Product.Moved if issubclass(fact.event, Product.Moved) else None


def _moved_at_once(facts: Sequence[Fact]) -> dict[UUID, Fact]:
    """The last move of each product that is drafted here and then only moved: it is inserted as it ends."""
    at_once: dict[UUID, Fact] = {}
    for fact in facts:
        kind = _kind(fact)
        if kind is Product.Registered or (kind is Product.Moved and fact.stream_id in at_once):
            at_once[fact.stream_id] = fact
        else:
            at_once.pop(fact.stream_id, None)
    return at_once


def _is_settled(fact: Fact, at_once: Mapping[UUID, Fact]) -> bool:
    return _kind(fact) is Product.Moved and fact.stream_id in at_once


_MOVE_PRODUCTS: LiteralString = """
    UPDATE products AS product
       SET status = moved.status, launch_at = moved.launch_at, version = moved.version, updated_at = moved.at
      FROM unnest(%(ids)b::uuid[], %(statuses)b::text[], %(launches)b::timestamptz[], %(versions)b::bigint[],
                  %(ats)b::timestamptz[]) AS moved(id, status, launch_at, version, at)
     WHERE product.company_id = %(company_id)s AND product.id = moved.id
"""

_INSERT_PRODUCTS: LiteralString = """
    INSERT INTO products (company_id, id, name, description, status, launch_at, brand_id, category_id,
                          unit_id, supplier_id, tax_rate_ids, track_stock, version, created_at, updated_at)
    SELECT %(company_id)s, id, name, description, status, launch_at, brand_id, category_id, unit_id,
           supplier_id, tax_rate_ids::uuid[], track_stock, version, at, changed_at
      FROM unnest(%(ids)b::uuid[], %(names)b::text[], %(descriptions)b::text[], %(brand_ids)b::uuid[],
                  %(category_ids)b::uuid[], %(unit_ids)b::uuid[], %(supplier_ids)b::uuid[],
                  %(tax_rate_ids)b::text[], %(track_stock)b::bool[], %(ats)b::timestamptz[],
                  %(statuses)b::text[], %(launches)b::timestamptz[], %(versions)b::bigint[],
                  %(changes)b::timestamptz[])
           AS draft(id, name, description, brand_id, category_id, unit_id, supplier_id,
                    tax_rate_ids, track_stock, at, status, launch_at, version, changed_at)
"""

_INSERT_VARIANTS: LiteralString = """
    INSERT INTO variants (company_id, id, product_id, sku, sku_key, name, barcodes, options, price, cost,
                          reorder_level, reorder_quantity, ordinal)
    SELECT %(company_id)s, id, product_id, sku, sku_key, name, barcodes::text[], options::jsonb, price, cost,
           reorder_level, reorder_quantity, ordinal
      FROM unnest(%(ids)b::uuid[], %(product_ids)b::uuid[], %(skus)b::text[], %(sku_keys)b::text[],
                  %(names)b::text[], %(barcode_lists)b::text[], %(options)b::text[], %(prices)b::bigint[],
                  %(costs)b::bigint[], %(reorder_levels)b::numeric[], %(reorder_quantities)b::numeric[],
                  %(ordinals)b::bigint[])
           AS v(id, product_id, sku, sku_key, name, barcodes, options, price, cost, reorder_level,
                reorder_quantity, ordinal)
"""

_INSERT_RECORDED_VARIANTS: LiteralString = """
    INSERT INTO variants (company_id, id, product_id, sku, sku_key, name, barcodes, options, price, cost,
                          reorder_level, reorder_quantity, ordinal, clash)
    SELECT %(company_id)s, id, product_id, sku, sku_key, name, barcodes::text[], options::jsonb, price, cost,
           reorder_level, reorder_quantity, ordinal,
           CASE WHEN row_number() OVER (PARTITION BY v.sku_key ORDER BY position, ordinal) > 1
                  OR EXISTS (SELECT FROM variants AS earlier
                              WHERE earlier.company_id = %(company_id)s AND earlier.sku_key = v.sku_key
                                AND earlier.clash = 0)
                THEN position ELSE 0 END
      FROM unnest(%(ids)b::uuid[], %(product_ids)b::uuid[], %(skus)b::text[], %(sku_keys)b::text[],
                  %(names)b::text[], %(barcode_lists)b::text[], %(options)b::text[], %(prices)b::bigint[],
                  %(costs)b::bigint[], %(reorder_levels)b::numeric[], %(reorder_quantities)b::numeric[],
                  %(ordinals)b::bigint[], %(positions)b::bigint[])
           AS v(id, product_id, sku, sku_key, name, barcodes, options, price, cost, reorder_level,
                reorder_quantity, ordinal, position)
        ON CONFLICT (company_id, id) DO NOTHING
"""

_INSERT_BARCODES: LiteralString = """
    INSERT INTO barcodes (company_id, barcode, variant_id)
    SELECT %(company_id)s, barcode, variant_id
      FROM unnest(%(barcodes)b::text[], %(variant_ids)b::uuid[]) AS b(barcode, variant_id)
"""

_INSERT_RECORDED_BARCODES: LiteralString = (
    _INSERT_BARCODES
    + """
        ON CONFLICT (company_id, barcode) DO NOTHING
"""
)

_UPDATE_PRODUCT: LiteralString = """
    UPDATE products
       SET name = coalesce(%(name)s::text, name),
           description = CASE WHEN %(describes)s::bool THEN %(description)s::text ELSE description END,
           brand_id = CASE WHEN %(reclassifies)s::bool THEN %(brand_id)s::uuid ELSE brand_id END,
           category_id = CASE WHEN %(reclassifies)s::bool THEN %(category_id)s::uuid ELSE category_id END,
           supplier_id = CASE WHEN %(reclassifies)s::bool THEN %(supplier_id)s::uuid ELSE supplier_id END,
           unit_id = CASE WHEN %(remeasures)s::bool THEN %(unit_id)s::uuid ELSE unit_id END,
           tax_rate_ids = coalesce(%(tax_rate_ids)b::uuid[], tax_rate_ids),
           track_stock = coalesce(%(track_stock)s::bool, track_stock),
           status = coalesce(%(status)s::text, status),
           launch_at = CASE WHEN %(status)s::text IS NULL THEN launch_at ELSE %(launch_at)s::timestamptz END,
           version = %(version)s,
           updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_UPDATE_VARIANT: LiteralString = """
    UPDATE variants
       SET sku = coalesce(%(sku)s::text, sku),
           sku_key = coalesce(%(sku_key)s::text, sku_key),
           clash = CASE WHEN %(sku_key)s::text IS NULL OR %(sku_key)s::text = sku_key THEN clash
                        WHEN %(position)s > 0
                         AND EXISTS (SELECT FROM variants AS earlier
                                      WHERE earlier.company_id = %(company_id)s
                                        AND earlier.sku_key = %(sku_key)s::text AND earlier.clash = 0)
                        THEN %(position)s ELSE 0 END,
           name = coalesce(%(name)s::text, name),
           barcodes = coalesce(%(barcodes)b::text[], barcodes),
           options = coalesce(%(options)s::text::jsonb, options),
           price = coalesce(%(price)s::bigint, price),
           cost = coalesce(%(cost)s::bigint, cost),
           reorder_level = CASE WHEN %(reorders)s::bool THEN %(reorder_level)s::numeric
                                ELSE reorder_level END,
           reorder_quantity = CASE WHEN %(reorders)s::bool THEN %(reorder_quantity)s::numeric
                                   ELSE reorder_quantity END
     WHERE company_id = %(company_id)s AND id = %(variant_id)s
"""

_DELETE_VARIANT: LiteralString = """
    DELETE FROM variants WHERE company_id = %(company_id)s AND id = %(variant_id)s
"""

_DELETE_BARCODES: LiteralString = """
    DELETE FROM barcodes WHERE company_id = %(company_id)s AND variant_id = %(variant_id)s
"""


def _move_products(facts: Sequence[Fact], db: Database) -> None:
    """Set the status each product has after the last of these facts."""
    last = list({fact.stream_id: fact for fact in facts}.values())
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


def _note_versions(facts: Sequence[Fact], db: Database) -> None:
    """Of prices of single stores, which are kept elsewhere, only the version of the product is noted."""
    for fact in {fact.stream_id: fact for fact in facts}.values():
        _change_product(fact, db)


def _insert_products(drafts: Sequence[Fact], at_once: Mapping[UUID, Fact], db: Database) -> None:
    """Insert drafts, those that were moved at once where they came to stand."""
    said = [draft.data for draft in drafts]
    last = [at_once.get(draft.stream_id, draft) for draft in drafts]
    db.execute(
        _INSERT_PRODUCTS,
        {
            "company_id": db.company_id,
            "ids": [draft.stream_id for draft in drafts],
            "names": [data.name for data in said],
            "descriptions": [data.description for data in said],
            "brand_ids": [data.brand_id for data in said],
            "category_ids": [data.category_id for data in said],
            "unit_ids": [data.unit_id for data in said],
            "supplier_ids": [data.supplier_id for data in said],
            "tax_rate_ids": [_array(str(rate) for rate in data.tax_rate_ids) for data in said],
            "track_stock": [data.track_stock for data in said],
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
    )


def _insert_variants(rows: Sequence[tuple[Fact, int, Variant]], db: Database) -> None:
    """Each row is a fact of a product, the variant's place among its variants, and the variant."""
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
            "barcode_lists": [_array(variant.barcodes) for variant in variants],
            "options": [_encode(variant.options).decode() for variant in variants],
            "prices": [variant.price for variant in variants],
            "costs": [variant.cost for variant in variants],
            "reorder_levels": [variant.reorder_level for variant in variants],
            "reorder_quantities": [variant.reorder_quantity for variant in variants],
            "ordinals": [ordinal for _, ordinal, _ in rows],
        },
    )
    pairs = [(barcode, variant.id) for variant in variants for barcode in variant.barcodes]
    _insert_barcodes(pairs, db, are_recorded=are_recorded)


def _insert_barcodes(pairs: Sequence[tuple[str, UUID]], db: Database, *, are_recorded: bool) -> None:
    """A barcode that a damaged log gives to two variants stays with the first."""
    if pairs:
        params = {
            "company_id": db.company_id,
            "barcodes": [barcode for barcode, _ in pairs],
            "variant_ids": [variant_id for _, variant_id in pairs],
        }
        db.execute(_INSERT_RECORDED_BARCODES if are_recorded else _INSERT_BARCODES, params)


def _array(texts: Iterable[str]) -> str:
    """The literal of an array within an array of rows, whose inner arrays may differ in length.

    The texts are barcodes and ids, which hold neither quotes nor commas.
    """
    return "{" + ",".join(texts) + "}"


def _change(fact: Fact, db: Database) -> None:
    if fact.event is Product.VariantAdded:
        # The version of the product is a place after every earlier variant's: the first ones' are below zero.
        _insert_variants([(fact, fact.version, fact.data.variant)], db)
    elif fact.event is Product.VariantRemoved:
        which = {"company_id": db.company_id, "variant_id": fact.data.variant_id}
        db.execute(_DELETE_BARCODES, which)
        db.execute(_DELETE_VARIANT, which)
    elif fact.event in VARIANT_REVISIONS:
        _change_variant(fact, db)
    _change_product(fact, db)


def _change_variant(fact: Fact, db: Database) -> None:
    said = {name: getattr(fact.data, name) for name in VARIANT_REVISIONS[fact.event]}  # type: ignore[index]
    params: dict[str, Any] = dict.fromkeys(
        (
            "sku",
            "sku_key",
            "name",
            "barcodes",
            "options",
            "price",
            "cost",
            "reorder_level",
            "reorder_quantity",
        )
    )
    params.update(said, company_id=db.company_id, variant_id=fact.data.variant_id, position=fact.position)
    params["reorders"] = fact.event is Product.ReorderingSet
    if fact.event is Product.Relabelled:
        params["sku_key"] = sku_key(said["sku"])
        params["barcodes"] = list(said["barcodes"])
        params["options"] = _encode(said["options"]).decode()
        db.execute(_DELETE_BARCODES, {"company_id": db.company_id, "variant_id": fact.data.variant_id})
        pairs = [(barcode, fact.data.variant_id) for barcode in said["barcodes"]]
        _insert_barcodes(pairs, db, are_recorded=fact.is_recorded)
    db.execute(_UPDATE_VARIANT, params)


def _change_product(fact: Fact, db: Database) -> None:
    revised = issubclass(fact.event, Entity.Revised)
    said = {name: getattr(fact.data, name) for name in fields_of(fact.event)} if revised else {}
    params: dict[str, Any] = dict.fromkeys(
        (
            "name",
            "description",
            "brand_id",
            "category_id",
            "supplier_id",
            "unit_id",
            "tax_rate_ids",
        )
    )
    params.update(said)
    params.update(
        company_id=db.company_id,
        id=fact.stream_id,
        version=fact.version,
        at=fact.at,
        tax_rate_ids=list(said["tax_rate_ids"]) if "tax_rate_ids" in said else None,
        track_stock=said.get("track_stock"),
        describes=fact.event is Product.Described,
        reclassifies=fact.event is Product.Reclassified,
        remeasures=fact.event is Product.Remeasured,
        status=STATUS_AFTER.get(fact.event.__name__) if issubclass(fact.event, Product.Moved) else None,
        launch_at=getattr(fact.data, "launch_at", None),
    )
    db.execute(_UPDATE_PRODUCT, params)
