"""What stock levels are listed by: one row a storage and variant, of what sales hardly ever change."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain.aggregate import events_of
from domain.catalog.products import Product
from domain.stock.counts import StockCount
from domain.stock.movements import StockMovement
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.reorder_points import ReorderPoint
from domain.stock.reservations import Reservation
from domain.stock.transfers import Transfer
from projections.base import Database, Event, Fact, Projection
from projections.records import Reading

_OF_PRODUCTS: tuple[Event, ...] = (
    Product.Renamed,
    Product.Reclassified,
    Product.VariantRemoved,
    Product.Relabelled,
    Product.ReorderingSet,
)
_REORDER_POINTS: tuple[Event, ...] = tuple(event for _, event in events_of(ReorderPoint))
_MOVEMENTS: tuple[Event, ...] = tuple(event for _, event in events_of(StockMovement))


class MovedLine(Reading):
    """What is read of a movement's line."""

    variant_id: UUID
    quantity: Decimal
    balance_quantity: Decimal


class Movement(Reading):
    """What is read of a movement."""

    storage_id: UUID
    lines: tuple[MovedLine, ...]


class VariantLine(Reading):
    """What a line is about."""

    variant_id: UUID


class Shipped(Reading):
    """What is read of goods that left for a storage."""

    to_storage_id: UUID
    lines: tuple[VariantLine, ...]


class Placed(Reading):
    """What is read of goods that are promised, or were counted."""

    storage_id: UUID
    lines: tuple[VariantLine, ...]


class Ordered(Reading):
    """What is read of goods that are on order."""

    storage_id: UUID
    incoming: tuple[VariantLine, ...]


class Level(Reading):
    """What is read of a reorder point: of which level it is."""

    storage_id: UUID
    variant_id: UUID


class StockListing(Projection):
    """What levels are filtered and sorted by, so that indexes alone can answer while sales touch none of it.

    `sign` says whether there is more than nothing (1), nothing (0) or less (-1), which few sales change. What
    sales do change is in the balances: an index there would cost each of them.

    The rows are made from those of other read models whenever a fact changes what they say.
    """

    name = "stock_listing"
    mode = "inline"
    tables = ("stock_listing",)
    sources = ("products", "search", "stock", "reorder_points")
    folds = {
        **dict.fromkeys(_OF_PRODUCTS, Reading),
        **dict.fromkeys(_MOVEMENTS, Movement),
        Transfer.Shipped: Shipped,
        StockCount.Tallied: Placed,
        PurchaseOrder.Ordered: Ordered,
        PurchaseOrder.Amended: Ordered,
        Reservation.Placed: Placed,
        **dict.fromkeys(_REORDER_POINTS, Level),
    }
    # What no level is listed, filtered or sorted by, and what is about levels that are there already.
    ignores = frozenset(
        {
            *(event for _, event in events_of(Product) if event not in _OF_PRODUCTS),
            *(event for _, event in events_of(Transfer) if event is not Transfer.Shipped),
            *(event for _, event in events_of(StockCount) if event is not StockCount.Tallied),
            *(
                event
                for _, event in events_of(PurchaseOrder)
                if event not in (PurchaseOrder.Ordered, PurchaseOrder.Amended)
            ),
            *(event for _, event in events_of(Reservation) if event is not Reservation.Placed),
        }
    )
    # NOTE: `text` is compared byte by byte, whatever the database's language, as `search_words` is.
    schema = """
        CREATE TABLE stock_listing (
            company_id    uuid NOT NULL,
            storage_id    uuid NOT NULL,
            variant_id    uuid NOT NULL,
            product_id    uuid NOT NULL,
            text          text COLLATE "C" NOT NULL,
            sku_key       text COLLATE "C" NOT NULL,
            brand_id      uuid,
            category_id   uuid,
            supplier_id   uuid,
            reorder_level numeric,
            sign          smallint NOT NULL,
            PRIMARY KEY (company_id, storage_id, variant_id)
        );
        CREATE INDEX stock_listing_by_name ON stock_listing (company_id, text, variant_id, storage_id);
        CREATE INDEX stock_listing_by_storage ON stock_listing (company_id, storage_id, text, variant_id);
        CREATE INDEX stock_listing_by_sku ON stock_listing (company_id, sku_key, variant_id, storage_id);
        CREATE INDEX stock_listing_by_product ON stock_listing (company_id, product_id, variant_id);
        CREATE INDEX stock_listing_by_sign ON stock_listing (company_id, sign, storage_id);
        CREATE INDEX stock_listing_by_brand
            ON stock_listing (company_id, brand_id, storage_id, variant_id) WHERE brand_id IS NOT NULL;
        CREATE INDEX stock_listing_by_category
            ON stock_listing (company_id, category_id, storage_id, variant_id) WHERE category_id IS NOT NULL;
        CREATE INDEX stock_listing_by_supplier
            ON stock_listing (company_id, supplier_id, storage_id, variant_id) WHERE supplier_id IS NOT NULL;
        CREATE INDEX stock_listing_reordered
            ON stock_listing (company_id, storage_id, variant_id, reorder_level)
            WHERE reorder_level IS NOT NULL;
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Make the rows of all levels that the facts are about anew, once."""
        products = sorted({fact.stream_id for fact in facts if fact.event in _OF_PRODUCTS})
        keys = sorted({key for fact in facts for key in _keys(fact)})
        if not (products or keys):
            return
        params = {
            "company_id": db.company_id,
            "products": products,
            "storages": [storage_id for storage_id, _ in keys],
            "variants": [variant_id for _, variant_id in keys],
        }
        db.execute(_HOLD, params)
        db.execute(_PUT, params)
        if any(fact.event is Product.VariantRemoved for fact in facts):
            db.execute(_TAKE_AWAY, params)


def _keys(fact: Fact) -> Iterable[tuple[UUID, UUID]]:
    """The levels that may be listed otherwise: of what moves, those that begin, or change their sign."""
    data: Any = fact.data
    if fact.event in _OF_PRODUCTS:
        return
    if fact.event in _REORDER_POINTS:
        yield data.storage_id, data.variant_id
        return
    if fact.event in _MOVEMENTS:
        for line in data.lines:
            before, after = line.balance_quantity - line.quantity, line.balance_quantity
            if before == 0 or (before > 0) != (after > 0) or after == 0:
                yield data.storage_id, line.variant_id
        return
    storage_id = data.to_storage_id if fact.event is Transfer.Shipped else data.storage_id
    is_ordered = fact.event in (PurchaseOrder.Ordered, PurchaseOrder.Amended)
    for line in data.incoming if is_ordered else data.lines:
        yield storage_id, line.variant_id


# Whoever renames or files a product writes its row, and whoever first has it in a storage waits here until
# that is done: only the next statement looks.
_HOLD: LiteralString = """
    SELECT held.id
      FROM (SELECT unnest(%(products)b::uuid[]) AS id
             UNION
            SELECT v.product_id
              FROM (SELECT DISTINCT id FROM unnest(%(variants)b::uuid[]) AS one(id)) AS moved
             CROSS JOIN LATERAL (
                    SELECT product_id FROM variants
                     WHERE company_id = %(company_id)s AND id = moved.id
                     LIMIT 1
                   ) AS v
             ORDER BY id) AS touched
     CROSS JOIN LATERAL (
            SELECT id FROM products
             WHERE company_id = %(company_id)s AND id = touched.id
             LIMIT 1 FOR SHARE
           ) AS held
"""

# One level after another by its key, whatever the planner knows of the tables; OFFSET keeps it from a join.
_PUT: LiteralString = """
    INSERT INTO stock_listing AS listed
           (company_id, storage_id, variant_id, product_id, text, sku_key, brand_id, category_id, supplier_id,
            reorder_level, sign)
    SELECT %(company_id)s, level.storage_id, level.variant_id, v.product_id,
           product_entry.name || coalesce(own_entry.more, ''), v.sku_key, p.brand_id, p.category_id,
           p.supplier_id, coalesce(point.reorder_level, v.reorder_level), sign(balance.on_hand)
      FROM (SELECT storage_id, variant_id
              FROM (SELECT unnest(%(storages)b::uuid[]) AS storage_id,
                           unnest(%(variants)b::uuid[]) AS variant_id) AS moved
             UNION
            SELECT held.storage_id, of_product.id
              FROM unnest(%(products)b::uuid[]) AS changed(id)
             CROSS JOIN LATERAL (
                    SELECT id FROM variants
                     WHERE company_id = %(company_id)s AND product_id = changed.id
                    OFFSET 0
                   ) AS of_product
             CROSS JOIN LATERAL (
                    SELECT storage_id FROM stock_balances
                     WHERE company_id = %(company_id)s AND variant_id = of_product.id
                    OFFSET 0
                   ) AS held
           ) AS level
     CROSS JOIN LATERAL (
            SELECT on_hand FROM stock_balances
             WHERE company_id = %(company_id)s AND storage_id = level.storage_id
               AND variant_id = level.variant_id
             LIMIT 1
           ) AS balance
     CROSS JOIN LATERAL (
            SELECT * FROM variants WHERE company_id = %(company_id)s AND id = level.variant_id LIMIT 1
           ) AS v
     CROSS JOIN LATERAL (
            SELECT * FROM products WHERE company_id = %(company_id)s AND id = v.product_id LIMIT 1
           ) AS p
     CROSS JOIN LATERAL (
            SELECT name FROM search_entries
             WHERE company_id = %(company_id)s AND id = v.product_id AND kind = 'products'
             LIMIT 1
           ) AS product_entry
      LEFT JOIN LATERAL (
            SELECT more FROM search_entries
             WHERE company_id = %(company_id)s AND id = v.id AND kind = 'variants'
             LIMIT 1
           ) AS own_entry ON true
      LEFT JOIN LATERAL (
            SELECT reorder_level FROM reorder_points
             WHERE company_id = %(company_id)s AND storage_id = level.storage_id
               AND variant_id = level.variant_id
             LIMIT 1
           ) AS point ON true
        ON CONFLICT (company_id, storage_id, variant_id) DO UPDATE
       SET text = excluded.text, sku_key = excluded.sku_key, brand_id = excluded.brand_id,
           category_id = excluded.category_id, supplier_id = excluded.supplier_id,
           reorder_level = excluded.reorder_level, sign = excluded.sign
     WHERE (listed.text, listed.sku_key, listed.brand_id, listed.category_id, listed.supplier_id,
            listed.reorder_level, listed.sign)
           IS DISTINCT FROM
           (excluded.text, excluded.sku_key, excluded.brand_id, excluded.category_id, excluded.supplier_id,
            excluded.reorder_level, excluded.sign)
"""

_TAKE_AWAY: LiteralString = """
    DELETE FROM stock_listing AS listed
     WHERE listed.company_id = %(company_id)s AND listed.product_id = ANY(%(products)b::uuid[])
       AND NOT EXISTS (
            SELECT FROM variants WHERE company_id = %(company_id)s AND id = listed.variant_id)
"""
