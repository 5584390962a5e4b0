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
from projections.catalog.listing_rows import put, put_new
from projections.records import Reading

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
_BY_STORE = (Product.StorePriced, Product.StorePriceLifted)
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
        new, others = _touched(facts, db)
        put_new(new, db)
        put(others, db, parted=any(fact.event in _PARTINGS for fact in facts))


def _touched(facts: Iterable[Fact], db: Database) -> tuple[list[UUID], list[UUID]]:
    """The products that may be listed otherwise after these facts: the new ones, and all others.

    New is what is drafted here and what no store carries yet. Of what moves, only a variant matters that a
    storage begins to have or runs out of; most sales do neither.
    """
    products, drafted, carried, variants, storages = set(), set(), set(), set(), []
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
            # What is read from the log may long since be carried.
            if fact.event is Product.Registered and not fact.is_recorded:
                drafted.add(fact.stream_id)
            elif fact.event in _BY_STORE:
                carried.add(fact.stream_id)
    if variants or storages:
        params = {"company_id": db.company_id, "variants": list(variants), "storages": storages}
        carried.update(row["product_id"] for row in db.ask(_OWNERS, params).rows())
    new = drafted - carried
    return sorted(new), sorted((products | carried) - new)


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
