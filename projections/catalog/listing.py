"""What the catalog is listed by: one row a product, and one more for each store that carries it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from domain.catalog.products import Product
from domain.stock import StockMovement
from domain.storages import Storage
from projections.base import Database, Fact, Projection, Row, facts_of, plan_for_values, total_of
from projections.settings import NOWHERE

_MOVEMENTS = facts_of(StockMovement)
_IRRELEVANT = {
    Product.Described,
    Product.Remeasured,
    Product.Retaxed,
    Product.Relabelled,
    Product.Recosted,
    Product.ReorderingSet,
}
# The only events after which a store may no longer carry what it carried.
_PARTINGS = (Product.StorePriceLifted, Product.VariantRemoved, Storage.Relocated)


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
    made_from = ("settings", "products", "store_prices", "search", "stock")
    events = (facts_of(Product) | _MOVEMENTS | {Storage.Relocated}) - _IRRELEVANT
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
        else:
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
           ) AS wanted
     CROSS JOIN LATERAL (
            SELECT product_id FROM variants WHERE company_id = %(company_id)s AND id = wanted.id LIMIT 1
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
                     WHERE b.company_id = %(company_id)s AND b.variant_id = v.id
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
               AND s.parent_id = listed.place_id)
       AND NOT EXISTS (
            SELECT FROM variants AS v
              JOIN store_prices AS own ON own.company_id = v.company_id AND own.variant_id = v.id
             WHERE v.company_id = %(company_id)s AND v.product_id = listed.id
               AND own.store_id = listed.place_id)
"""

# NOTE: each order has a statement of its own, so that each can walk its own index; what few match is found
# sooner by another index, which the changed expression after ORDER BY leaves as the only way. A product of
# several prices may have one below the range, another above it, and none in it.
_BY_NAME: LiteralString = """
    SELECT product.*
      FROM (SELECT listed.text, listed.id FROM product_listing AS listed
             WHERE listed.company_id = %(company_id)s AND listed.place_id = %(place_id)s
               AND listed.status = ANY(%(statuses)b::text[])
               AND (%(brand_id)s::uuid IS NULL OR listed.brand_id = %(brand_id)s::uuid)
               AND (%(category_ids)b::uuid[] IS NULL OR listed.category_id = ANY(%(category_ids)b::uuid[]))
               AND (%(supplier_id)s::uuid IS NULL OR listed.supplier_id = %(supplier_id)s::uuid)
               AND (%(in_stock)s::bool IS NULL OR listed.in_stock = %(in_stock)s::bool)
               AND (%(min_price)s::bigint IS NULL OR listed.highest_price >= %(min_price)s::bigint)
               AND (%(max_price)s::bigint IS NULL OR listed.lowest_price <= %(max_price)s::bigint)
               AND (%(min_price)s::bigint IS NULL OR %(max_price)s::bigint IS NULL
                    OR listed.lowest_price >= %(min_price)s::bigint
                    OR listed.highest_price <= %(max_price)s::bigint
                    OR EXISTS (SELECT FROM variants AS v
                                 LEFT JOIN store_prices AS own ON own.company_id = v.company_id
                                       AND own.store_id = %(place_id)s AND own.variant_id = v.id
                                WHERE v.company_id = %(company_id)s AND v.product_id = listed.id
                                  AND coalesce(own.price, v.price)
                                      BETWEEN %(min_price)s::bigint AND %(max_price)s::bigint))
               AND (%(patterns)b::text[] IS NULL OR listed.text LIKE ALL (%(patterns)b::text[]))
             ORDER BY CASE WHEN %(are_few)s::bool THEN listed.text || '' ELSE listed.text END, listed.id
             LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint) AS page
     CROSS JOIN LATERAL (
            SELECT * FROM products WHERE company_id = %(company_id)s AND id = page.id LIMIT 1
           ) AS product
     ORDER BY page.text, page.id
"""

_BY_TIME: LiteralString = """
    SELECT product.*
      FROM (SELECT listed.created_at, listed.id FROM product_listing AS listed
             WHERE listed.company_id = %(company_id)s AND listed.place_id = %(place_id)s
               AND listed.status = ANY(%(statuses)b::text[])
               AND (%(brand_id)s::uuid IS NULL OR listed.brand_id = %(brand_id)s::uuid)
               AND (%(category_ids)b::uuid[] IS NULL OR listed.category_id = ANY(%(category_ids)b::uuid[]))
               AND (%(supplier_id)s::uuid IS NULL OR listed.supplier_id = %(supplier_id)s::uuid)
               AND (%(in_stock)s::bool IS NULL OR listed.in_stock = %(in_stock)s::bool)
               AND (%(min_price)s::bigint IS NULL OR listed.highest_price >= %(min_price)s::bigint)
               AND (%(max_price)s::bigint IS NULL OR listed.lowest_price <= %(max_price)s::bigint)
               AND (%(min_price)s::bigint IS NULL OR %(max_price)s::bigint IS NULL
                    OR listed.lowest_price >= %(min_price)s::bigint
                    OR listed.highest_price <= %(max_price)s::bigint
                    OR EXISTS (SELECT FROM variants AS v
                                 LEFT JOIN store_prices AS own ON own.company_id = v.company_id
                                       AND own.store_id = %(place_id)s AND own.variant_id = v.id
                                WHERE v.company_id = %(company_id)s AND v.product_id = listed.id
                                  AND coalesce(own.price, v.price)
                                      BETWEEN %(min_price)s::bigint AND %(max_price)s::bigint))
               AND (%(patterns)b::text[] IS NULL OR listed.text LIKE ALL (%(patterns)b::text[]))
             ORDER BY CASE WHEN %(are_few)s::bool THEN listed.created_at + interval '0' ELSE listed.created_at
                      END DESC, listed.id DESC
             LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint) AS page
     CROSS JOIN LATERAL (
            SELECT * FROM products WHERE company_id = %(company_id)s AND id = page.id LIMIT 1
           ) AS product
     ORDER BY page.created_at DESC, page.id DESC
"""

_COUNT: LiteralString = """
    SELECT count(*) AS total FROM product_listing AS listed
     WHERE listed.company_id = %(company_id)s AND listed.place_id = %(place_id)s
       AND listed.status = ANY(%(statuses)b::text[])
       AND (%(brand_id)s::uuid IS NULL OR listed.brand_id = %(brand_id)s::uuid)
       AND (%(category_ids)b::uuid[] IS NULL OR listed.category_id = ANY(%(category_ids)b::uuid[]))
       AND (%(supplier_id)s::uuid IS NULL OR listed.supplier_id = %(supplier_id)s::uuid)
       AND (%(in_stock)s::bool IS NULL OR listed.in_stock = %(in_stock)s::bool)
       AND (%(min_price)s::bigint IS NULL OR listed.highest_price >= %(min_price)s::bigint)
       AND (%(max_price)s::bigint IS NULL OR listed.lowest_price <= %(max_price)s::bigint)
       AND (%(min_price)s::bigint IS NULL OR %(max_price)s::bigint IS NULL
            OR listed.lowest_price >= %(min_price)s::bigint OR listed.highest_price <= %(max_price)s::bigint
            OR EXISTS (SELECT FROM variants AS v
                         LEFT JOIN store_prices AS own ON own.company_id = v.company_id
                               AND own.store_id = %(place_id)s AND own.variant_id = v.id
                        WHERE v.company_id = %(company_id)s AND v.product_id = listed.id
                          AND coalesce(own.price, v.price)
                              BETWEEN %(min_price)s::bigint AND %(max_price)s::bigint))
       AND (%(patterns)b::text[] IS NULL OR listed.text LIKE ALL (%(patterns)b::text[]))
"""

# The planner thinks that next to nothing is like a pattern, and would rather read and sort all than meet a
# page on the way. It still sorts where there is no other way.
_SORTING: LiteralString = "SELECT set_config('enable_sort', %(sorting)s, true)"

_IDS: LiteralString = """
    SELECT listed.id FROM product_listing AS listed
     WHERE listed.company_id = %(company_id)s AND listed.place_id = %(place_id)s
       AND listed.status = ANY(%(statuses)b::text[])
       AND (%(in_stock)s::bool IS NULL OR listed.in_stock = %(in_stock)s::bool)
       AND (%(min_price)s::bigint IS NULL OR listed.highest_price >= %(min_price)s::bigint)
       AND (%(max_price)s::bigint IS NULL OR listed.lowest_price <= %(max_price)s::bigint)
       AND (%(min_price)s::bigint IS NULL OR %(max_price)s::bigint IS NULL
            OR listed.lowest_price >= %(min_price)s::bigint OR listed.highest_price <= %(max_price)s::bigint
            OR EXISTS (SELECT FROM variants AS v
                         LEFT JOIN store_prices AS own ON own.company_id = v.company_id
                               AND own.store_id = %(place_id)s AND own.variant_id = v.id
                        WHERE v.company_id = %(company_id)s AND v.product_id = listed.id
                          AND coalesce(own.price, v.price)
                              BETWEEN %(min_price)s::bigint AND %(max_price)s::bigint))
"""

_PAGES: Mapping[str, LiteralString] = {"name": _BY_NAME, "-created_at": _BY_TIME}
SORT_KEYS = tuple(_PAGES)

#: Up to how many products are rather sorted than met on the way through all.
FEW = 2_000
#: What is listed unless a status is asked for: all but the archived.
LISTED = ("draft", "coming_soon", "active", "discontinued")


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What is left of the catalog. Prices are minor currency units; a store's own count when one is named.

    A store leaves what it carries. `category_ids` are those of a category and all below it.
    """

    status: str | None = None
    brand_id: UUID | None = None
    category_ids: Sequence[UUID] | None = None
    supplier_id: UUID | None = None
    store_id: UUID | None = None
    min_price: int | None = None
    max_price: int | None = None
    in_stock: bool | None = None

    @property
    def statuses(self) -> list[str]:
        """The statuses that are listed."""
        return [self.status] if self.status else list(LISTED)

    @property
    def are_none(self) -> bool:
        """Whether nothing is filtered by, save the status."""
        return all(getattr(self, field.name) is None for field in fields(self) if field.name != "status")

    def params(self, db: Database) -> dict[str, Any]:
        """What the statements take."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        place_id = said.pop("store_id") or NOWHERE
        return {**said, "company_id": db.company_id, "place_id": place_id, "statuses": self.statuses}


class Page(NamedTuple):
    """Which part of what is listed, and in which order."""

    sort: str
    limit: int
    offset: int


def list_page(
    db: Database, filters: Filters, page: Page, *, patterns: Sequence[str] = (), total: int | None = None
) -> tuple[list[Row], int]:
    """One page of products, and how many there are in all, unless that is known.

    The words of each name are like all the patterns.
    """
    plan_for_values(db)
    params = {**filters.params(db), "patterns": list(patterns) or None}
    if total is None:
        total = total_of(db.ask(_COUNT, params))
    if total <= page.offset:
        return [], total
    are_few = total < FEW
    db.execute(_SORTING, {"sorting": "on" if are_few else "off"})
    part = {"limit": page.limit, "offset": page.offset, "are_few": are_few}
    found = db.ask(_PAGES[page.sort], {**params, **part})
    db.execute(_SORTING, {"sorting": "on"})
    return found.rows(), total


def list_ids(db: Database, filters: Filters) -> list[UUID] | None:
    """What store, prices and stock leave of the statuses; None if none of them is filtered by."""
    if all(one is None for one in (filters.store_id, filters.min_price, filters.max_price, filters.in_stock)):
        return None
    plan_for_values(db)
    return [row["id"] for row in db.ask(_IDS, filters.params(db)).rows()]
