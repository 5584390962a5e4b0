"""What the catalog is listed by: one row a product, and one more for each store that carries it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from domain.aggregate import events_of
from domain.catalog.products import STATUS_AFTER, Product
from domain.stock.movements import StockMovement
from domain.storages import Storage
from projections.base import Database, Event, Fact, Projection
from projections.records import Reading
from projections.settings import NOWHERE

_OF_PRODUCTS: tuple[Event, ...] = (
    Product.Registered,
    Product.Renamed,
    Product.Reclassified,
    Product.StockTrackingSet,
    Product.VariantAdded,
    Product.VariantRemoved,
    Product.Repriced,
    Product.StorePriced,
    Product.StorePriceLifted,
    *(getattr(Product, name) for name in STATUS_AFTER),
)
_MOVEMENTS: tuple[Event, ...] = tuple(event for _, event in events_of(StockMovement))
# The only events after which a store may no longer carry what it carried.
_PARTINGS = (Product.StorePriceLifted, Product.VariantRemoved, Storage.Relocated)


class MovedLine(Reading):
    """What is read of a movement's line."""

    variant_id: UUID
    quantity: Decimal
    balance_quantity: Decimal


class Movement(Reading):
    """What is read of a movement."""

    lines: tuple[MovedLine, ...]


class Listing(Projection):
    """What products are filtered and sorted by, together, so that an index alone can answer.

    Each product has a row for the company as a whole, with its base prices and all its stock, and one for
    each store that carries it: that has, or had, stock of it, or has a price of its own for it. The rows are
    made from those of other read models whenever a fact changes what they say.

    The indexes without a name or a time in them are for counting: as many products have the same of all they
    hold, the server keeps them in a fiftieth of the room, and counts a hundred thousand in 4 ms.
    """

    name = "product_listing"
    mode = "inline"
    tables = ("product_listing",)
    sources = ("settings", "products", "store_prices", "search", "stock")
    folds = {
        **dict.fromkeys(_OF_PRODUCTS, Reading),
        **dict.fromkeys(_MOVEMENTS, Movement),
        Storage.Relocated: Reading,
    }
    # What no product is listed, filtered or sorted by; of storages, only in which store they lie matters.
    ignores = frozenset(
        {
            Product.Described,
            Product.Remeasured,
            Product.Retaxed,
            Product.Relabelled,
            Product.Recosted,
            Product.ReorderingSet,
            Product.ImageAdded,
            Product.ImageRemoved,
            Product.ImageRelabelled,
            Product.ImagesOrdered,
            Storage.Registered,
            Storage.Renamed,
            Storage.Recoded,
            Storage.Policed,
            Storage.Archived,
        }
    )
    # NOTE: `text` is compared byte by byte, whatever the database's language, as `search_words` is.
    schema = """
        CREATE TABLE product_listing (
            company_id    uuid NOT NULL,
            id            uuid NOT NULL,
            place_id      uuid NOT NULL,
            text          text COLLATE "C" NOT NULL,
            status        text NOT NULL,
            brand_id      uuid,
            category_id   uuid,
            supplier_id   uuid,
            lowest_price  bigint NOT NULL,
            highest_price bigint NOT NULL,
            in_stock      boolean NOT NULL,
            variant_count bigint NOT NULL,
            created_at    timestamptz NOT NULL,
            PRIMARY KEY (company_id, id, place_id)
        );
        CREATE INDEX product_listing_by_name
            ON product_listing (company_id, place_id, text, id, status, in_stock);
        CREATE INDEX product_listing_by_time
            ON product_listing (company_id, place_id, created_at, id, status, in_stock);
        CREATE INDEX product_listing_by_status ON product_listing (company_id, place_id, status, text, id)
            WHERE status <> 'active';
        CREATE INDEX product_listing_all
            ON product_listing (company_id, place_id, status, in_stock, variant_count);
        CREATE INDEX product_listing_by_brand
            ON product_listing (company_id, place_id, brand_id, status, in_stock) WHERE brand_id IS NOT NULL;
        CREATE INDEX product_listing_by_category
            ON product_listing (company_id, place_id, category_id, status, in_stock, variant_count)
            WHERE category_id IS NOT NULL;
        CREATE INDEX product_listing_by_supplier
            ON product_listing (company_id, place_id, supplier_id, status, in_stock)
            WHERE supplier_id IS NOT NULL;
        CREATE INDEX product_listing_by_price
            ON product_listing (company_id, place_id, lowest_price, highest_price, status, in_stock);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Make the rows of all products that the facts are about anew, once."""
        ids = _touched(facts, db)
        if ids:
            params = {"company_id": db.company_id, "ids": ids, "nowhere": NOWHERE}
            db.execute(_HOLD, params)
            db.execute(_PUT, params)
            if any(fact.event in _PARTINGS for fact in facts):
                db.execute(_TAKE_AWAY, params)


def _touched(facts: Iterable[Fact], db: Database) -> list[UUID]:
    """The products that may be listed otherwise after these facts.

    Of what moves, only a variant matters that a storage begins to have or runs out of; most sales do neither.
    """
    products, variants, storages = set(), set(), []
    for fact in facts:
        if fact.event in _MOVEMENTS:
            for line in fact.data.lines:
                before = line.balance_quantity - line.quantity
                if before == 0 or (before > 0) != (line.balance_quantity > 0):
                    variants.add(line.variant_id)
        elif fact.event is Storage.Relocated:
            storages.append(fact.stream_id)
        elif fact.event in _OF_PRODUCTS:
            products.add(fact.stream_id)
    if variants or storages:
        params = {"company_id": db.company_id, "variants": list(variants), "storages": storages}
        products.update(row["product_id"] for row in db.ask(_OWNERS, params).rows())
    return sorted(products)


# One after another by their keys, whatever the planner knows of the tables; OFFSET keeps it from a join.
_OWNERS: LiteralString = """
    SELECT DISTINCT v.product_id
      FROM (SELECT id FROM unnest(%(variants)b::uuid[]) AS moved(id)
             UNION ALL
            SELECT b.variant_id
              FROM unnest(%(storages)b::uuid[]) AS storage(id)
             CROSS JOIN LATERAL (
                    SELECT variant_id FROM stock_balances
                     WHERE company_id = %(company_id)s AND storage_id = storage.id
                    OFFSET 0
                   ) AS b
           ) AS changed
     CROSS JOIN LATERAL (
            SELECT product_id FROM variants WHERE company_id = %(company_id)s AND id = changed.id LIMIT 1
           ) AS v
"""

# Two stores may run out of a product at the same time: whoever comes second must see what the first one left,
# so it waits here, and only the next statement looks.
_HOLD: LiteralString = """
    SELECT id FROM product_listing
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[]) AND place_id = %(nowhere)s
     ORDER BY id
       FOR UPDATE
"""

# One product after another by their keys, whatever the planner knows of the tables.
_PUT: LiteralString = """
    INSERT INTO product_listing AS listed
           (company_id, id, place_id, text, status, brand_id, category_id, supplier_id, lowest_price,
            highest_price, in_stock, variant_count, created_at)
    SELECT %(company_id)s, p.id, place.id, entry.name, p.status, p.brand_id, p.category_id, p.supplier_id,
           offered.lowest_price, offered.highest_price, offered.is_there OR NOT p.track_stock,
           offered.variant_count, p.created_at
      FROM unnest(%(ids)b::uuid[]) AS touched(id)
     CROSS JOIN LATERAL (
            SELECT * FROM products WHERE company_id = %(company_id)s AND id = touched.id LIMIT 1
           ) AS p
     CROSS JOIN LATERAL (
            SELECT name FROM search_entries
             WHERE company_id = %(company_id)s AND id = touched.id AND kind = 'products'
             LIMIT 1
           ) AS entry
     CROSS JOIN LATERAL (
            SELECT %(nowhere)s::uuid AS id
             UNION
            SELECT held.store_id
              FROM variants AS v
             CROSS JOIN LATERAL (
                    SELECT (SELECT parent_id FROM settings
                             WHERE company_id = %(company_id)s AND id = b.storage_id) AS store_id
                      FROM stock_balances AS b
                     WHERE b.company_id = %(company_id)s AND b.variant_id = v.id AND b.has_moved
                    OFFSET 0
                   ) AS held
             WHERE v.company_id = %(company_id)s AND v.product_id = touched.id AND held.store_id IS NOT NULL
             UNION
            SELECT own.store_id
              FROM variants AS v
             CROSS JOIN LATERAL (
                    SELECT store_id FROM store_prices WHERE company_id = %(company_id)s AND variant_id = v.id
                    OFFSET 0
                   ) AS own
             WHERE v.company_id = %(company_id)s AND v.product_id = touched.id
           ) AS place
     CROSS JOIN LATERAL (
            SELECT min(coalesce(own.price, v.price)) AS lowest_price,
                   max(coalesce(own.price, v.price)) AS highest_price,
                   bool_or(EXISTS (
                       SELECT FROM stock_balances AS b
                        WHERE b.company_id = %(company_id)s AND b.variant_id = v.id AND b.on_hand > 0
                          AND (place.id = %(nowhere)s
                               OR place.id = (SELECT parent_id FROM settings
                                               WHERE company_id = %(company_id)s AND id = b.storage_id))
                   )) AS is_there,
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
