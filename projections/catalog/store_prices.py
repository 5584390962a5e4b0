"""What variants cost in the stores that have a price of their own for them; the till sells at it."""

from collections.abc import Mapping, Sequence
from typing import LiteralString
from uuid import UUID

from domain.catalog.products import Product
from domain.entities import Entity
from domain.pending import Pending
from projections.base import Database, Fact, Projection, belonging, in_whole


class StorePrices(Projection):
    """One row for each variant and store with a price of its own, in minor currency units."""

    name = "store_prices"
    mode = "inline"
    tables = ("store_prices",)
    schema = """
        CREATE TABLE store_prices (
            company_id uuid NOT NULL,
            store_id   uuid NOT NULL,
            variant_id uuid NOT NULL,
            price      bigint NOT NULL,
            PRIMARY KEY (company_id, store_id, variant_id)
        );
        CREATE INDEX store_prices_by_variant ON store_prices (company_id, variant_id);
    """
    folds = in_whole(Product.StorePriced, Product.StorePriceLifted, Product.VariantRemoved)
    # Prices of single stores are nothing but what is said of them.
    ignores = frozenset(
        {
            Product.Registered,
            Product.VariantAdded,
            *belonging((Product,), Entity.Revised, Product.VariantChanged, Product.Moved),
            Product.ImageAdded,
            Product.ImageRemoved,
            Product.ImageRelabelled,
            Product.ImagesOrdered,
        }
    )

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """A whole price list arrives at once, so what ends up priced is one statement, and lifted another."""
        prices: dict[tuple[UUID, UUID], int | None] = {}
        for fact in facts:
            if fact.event is Product.VariantRemoved:
                # What was said of it before no longer matters, and nothing can be said of it again.
                gone = fact.data.variant_id
                prices = {pair: price for pair, price in prices.items() if pair[1] != gone}
                db.execute(_FORGET, {"company_id": db.company_id, "variant_id": gone})
            elif fact.event is Product.StorePriced:
                prices[fact.data.store_id, fact.data.variant_id] = fact.data.price
            elif fact.event is Product.StorePriceLifted:
                prices[fact.data.store_id, fact.data.variant_id] = None
        _lift([pair for pair, price in prices.items() if price is None], db)
        _price({pair: price for pair, price in prices.items() if price is not None}, db)


_PRICE: LiteralString = """
    INSERT INTO store_prices (company_id, store_id, variant_id, price)
    SELECT %(company_id)s, unnest(%(stores)b::uuid[]), unnest(%(variants)b::uuid[]),
           unnest(%(prices)b::bigint[])
        ON CONFLICT (company_id, store_id, variant_id) DO UPDATE SET price = excluded.price
"""

_LIFT: LiteralString = """
    DELETE FROM store_prices AS own
     USING (SELECT unnest(%(stores)b::uuid[]) AS store_id,
                   unnest(%(variants)b::uuid[]) AS variant_id) AS lifted
     WHERE own.company_id = %(company_id)s AND own.store_id = lifted.store_id
       AND own.variant_id = lifted.variant_id
"""

_FORGET: LiteralString = """
    DELETE FROM store_prices WHERE company_id = %(company_id)s AND variant_id = %(variant_id)s
"""

_STORES: LiteralString = """
    SELECT id, name FROM settings
     WHERE company_id = %(company_id)s AND kind = 'stores' AND NOT is_archived
     ORDER BY name_key, id
"""


def _price(prices: Mapping[tuple[UUID, UUID], int], db: Database) -> None:
    if prices:
        pairs = _pairs(list(prices), db)
        db.execute(_PRICE, {**pairs, "prices": list(prices.values())})


def _lift(pairs: Sequence[tuple[UUID, UUID]], db: Database) -> None:
    if pairs:
        db.execute(_LIFT, _pairs(pairs, db))


def _pairs(pairs: Sequence[tuple[UUID, UUID]], db: Database) -> dict[str, object]:
    return {
        "company_id": db.company_id,
        "stores": [store_id for store_id, _ in pairs],
        "variants": [variant_id for _, variant_id in pairs],
    }


def ask_stores(db: Database) -> Pending[dict[UUID, str]]:
    """Ask for the stores of the company: their names by id, in the order of the names."""
    answer = db.ask(_STORES, {"company_id": db.company_id})
    return Pending(lambda: {row["id"]: row["name"] for row in answer.rows()})
