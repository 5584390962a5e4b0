"""At which place of the log each variant changed last for the tills."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import LiteralString

from domain.catalog.products import Product
from domain.catalog.units import Unit
from domain.entities import Entity
from domain.stores import Store
from domain.tax_rates import TaxRate
from projections.base import Database, Fact, Projection, belonging, in_whole
from projections.pos_catalog.goods import MOVES, Added, Drafted, Goods, InStore, Key, OfVariant
from projections.pos_catalog.settings import PUT_PLACES, RATE_CHANGED, STORE_RETAXED, UNIT_CHANGED
from projections.records import Reading
from projections.rows import array_literal

#: A place is the event's position times this, plus the number of the variant among those that it changes.
VARIANTS_PER_EVENT = 1_000_000


class PosCatalogFeed(Projection):
    """One row for each variant that ever was on sale, and one for each store in which it changed by itself.

    A row of no store is about all of them. What it is that changed is read when a till asks; here stands only
    where in the log that was, so that a till goes on from where it stopped. Stock changes no row: a till
    learns it as of the answer.
    """

    name = "pos_catalog_feed"
    tables = ("pos_catalog_goods", "pos_catalog_feed")
    on = {
        TaxRate.Renamed: RATE_CHANGED,
        TaxRate.Reassessed: RATE_CHANGED,
        Unit.Renamed: UNIT_CHANGED,
        Unit.Refined: UNIT_CHANGED,
        Store.Retaxed: STORE_RETAXED,
    }
    folds = {
        Product.Registered: Drafted,
        **dict.fromkeys(MOVES, Reading),
        **in_whole(Product.Remeasured, Product.Retaxed),
        Product.Renamed: Reading,
        Product.Reclassified: Reading,
        Product.StockTrackingSet: Reading,
        Product.ImageAdded: Reading,
        Product.ImageRemoved: Reading,
        Product.ImageRelabelled: Reading,
        Product.ImagesOrdered: Reading,
        Product.VariantAdded: Added,
        Product.VariantRemoved: OfVariant,
        Product.Relabelled: OfVariant,
        Product.Repriced: OfVariant,
        Product.StorePriced: InStore,
        Product.StorePriceLifted: InStore,
    }
    # What no till shows, and what nothing on sale can refer to yet, or any more.
    ignores = frozenset(
        {
            Product.Described,
            Product.Recosted,
            Product.ReorderingSet,
            TaxRate.Reassigned,
            Unit.Rebased,
            Store.Renamed,
            Store.Recoded,
            Store.Relocated,
            Store.Rescheduled,
            Store.ReceiptReworded,
            Store.StorageAssigned,
            Store.Closed,
            Store.Reopened,
            *belonging((TaxRate, Unit, Store), Entity.Registered, Entity.Archived),
        }
    )
    schema = """
        CREATE TABLE pos_catalog_goods (
            company_id   uuid NOT NULL,
            id           uuid NOT NULL,
            variant_ids  uuid[] NOT NULL,
            unit_id      uuid,
            tax_rate_ids uuid[] NOT NULL,
            is_on_sale   boolean NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        CREATE TABLE pos_catalog_feed (
            company_id uuid NOT NULL,
            store_id   uuid NOT NULL,
            variant_id uuid NOT NULL,
            place      bigint NOT NULL,
            PRIMARY KEY (company_id, store_id, variant_id)
        );
        CREATE INDEX pos_catalog_feed_by_place ON pos_catalog_feed (company_id, store_id, place);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Fold each run of facts of products, and put every row that they change once."""
        for is_of_goods, run in groupby(facts, lambda fact: fact.event in self.folds):
            if is_of_goods:
                _fold(list(run), db)
            else:
                super().apply(list(run), db)


def _fold(facts: Sequence[Fact], db: Database) -> None:
    ids = list({fact.stream_id for fact in facts})
    known = db.ask(_GOODS, {"company_id": db.company_id, "ids": ids}).rows()
    goods = {row["id"]: Goods(**row) for row in known}
    places: dict[Key, int] = {}
    for fact in facts:
        if fact.event is Product.Registered:
            goods[fact.stream_id] = Goods.drafted(fact)
            continue
        for number, key in enumerate(goods[fact.stream_id].take(fact)):
            places[key] = fact.position * VARIANTS_PER_EVENT + number
    _put_goods(goods.values(), db)
    _put_places(places, db)


def _put_goods(goods: Iterable[Goods], db: Database) -> None:
    goods = list(goods)
    params = {
        "ids": [one.id for one in goods],
        "variants": [array_literal(map(str, one.variant_ids)) for one in goods],
        "units": [one.unit_id for one in goods],
        "rates": [array_literal(map(str, one.tax_rate_ids)) for one in goods],
        "on_sale": [one.is_on_sale for one in goods],
    }
    db.execute(_PUT_GOODS, {"company_id": db.company_id, **params})


def _put_places(places: Mapping[Key, int], db: Database) -> None:
    if not places:
        return
    params = {
        "stores": [store_id for store_id, _ in places],
        "variants": [variant_id for _, variant_id in places],
        "places": list(places.values()),
    }
    db.execute(_PUT_FEED, {"company_id": db.company_id, **params})


_GOODS: LiteralString = """
    SELECT id, variant_ids, unit_id, tax_rate_ids, is_on_sale FROM pos_catalog_goods
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
"""

_PUT_GOODS: LiteralString = """
    INSERT INTO pos_catalog_goods (company_id, id, variant_ids, unit_id, tax_rate_ids, is_on_sale)
    SELECT %(company_id)s, unnest(%(ids)b::uuid[]), unnest(%(variants)b::text[])::uuid[],
           unnest(%(units)b::uuid[]), unnest(%(rates)b::text[])::uuid[], unnest(%(on_sale)b::bool[])
        ON CONFLICT (company_id, id) DO UPDATE
       SET variant_ids = excluded.variant_ids, unit_id = excluded.unit_id,
           tax_rate_ids = excluded.tax_rate_ids, is_on_sale = excluded.is_on_sale
"""

_PUT_FEED: LiteralString = f"""
    INSERT INTO pos_catalog_feed (company_id, store_id, variant_id, place)
    SELECT %(company_id)s, unnest(%(stores)b::uuid[]), unnest(%(variants)b::uuid[]),
           unnest(%(places)b::bigint[])
    {PUT_PLACES}
"""
