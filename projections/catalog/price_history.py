"""Every price and cost that a variant ever had, with who set it and when."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, LiteralString
from uuid import UUID

from domain.catalog.products import Product
from domain.entities import Entity
from projections.base import Answer, Database, Event, Fact, Projection, Row, belonging, in_whole
from projections.pages import PAGE, list_and_count
from projections.records import Reading
from projections.rows import add_rows

#: A place in the history is the event's position times this, plus the row's number within the event.
ROWS_PER_EVENT = 100_000


class PricedVariant(Reading):
    """What is read of a variant."""

    id: UUID
    price: int
    cost: int


class Drafted(Reading):
    """What is read of a product that was drafted."""

    variants: tuple[PricedVariant, ...]


class Added(Reading):
    """What is read of a variant that was added."""

    variant: PricedVariant


class PriceHistory(Projection):
    """One row for each price or cost that was set, in minor currency units, in the order of the log.

    A row with a store is about that store's own price; `new` is null where it was lifted.
    """

    name = "price_history"
    version = 2
    tables = ("price_history",)
    schema = """
        CREATE TABLE price_history (
            company_id uuid NOT NULL,
            place      bigint NOT NULL,
            product_id uuid NOT NULL,
            variant_id uuid NOT NULL,
            store_id   uuid,
            kind       text NOT NULL,
            old        bigint,
            new        bigint,
            at         timestamptz NOT NULL,
            actor_id   uuid,
            PRIMARY KEY (company_id, place)
        );
        CREATE INDEX price_history_by_product ON price_history (company_id, product_id, place);
        CREATE INDEX price_history_by_time ON price_history (company_id, at);
    """
    folds = {
        Product.Registered: Drafted,
        Product.VariantAdded: Added,
        **in_whole(Product.Repriced, Product.Recosted, Product.StorePriced, Product.StorePriceLifted),
    }
    # What goods are called, where they are filed, how they look and whether they are sold costs nothing.
    ignores = frozenset(
        {
            Product.StockTrackingSet,
            Product.VariantRemoved,
            Product.Relabelled,
            Product.ReorderingSet,
            *belonging((Product,), Entity.Revised, Product.Moved),
            Product.ImageAdded,
            Product.ImageRemoved,
            Product.ImageRelabelled,
            Product.ImagesOrdered,
        }
    )

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Add the batch's rows in one statement."""
        rows = [
            (fact.position * ROWS_PER_EVENT + number, fact.stream_id, *amounts, fact.at, fact.actor_id)
            for fact in facts
            for number, amounts in enumerate(_SET_BY[fact.event](fact.data))
        ]
        add_rows(db, _ADD, _COLUMNS, rows)


_COLUMNS = "place product_id variant_id store_id kind old new at actor_id"

_ADD: LiteralString = """
    INSERT INTO price_history (company_id, place, product_id, variant_id, store_id, kind, old, new, at,
                               actor_id)
    SELECT %(company_id)s, unnest(%(place)b::bigint[]), unnest(%(product_id)b::uuid[]),
           unnest(%(variant_id)b::uuid[]), unnest(%(store_id)b::uuid[]), unnest(%(kind)b::text[]),
           unnest(%(old)b::bigint[]), unnest(%(new)b::bigint[]), unnest(%(at)b::timestamptz[]),
           unnest(%(actor_id)b::uuid[])
    RETURNING company_id
"""


Amounts = tuple[UUID, UUID | None, str, int | None, int | None]


def _first(variant: PricedVariant) -> tuple[Amounts, Amounts]:
    return (
        (variant.id, None, "cost", None, variant.cost),
        (variant.id, None, "price", None, variant.price),
    )


#: Variant, store, kind, old and new amount of each price or cost that an event sets.
_SET_BY: Mapping[Event, Callable[[Any], Iterable[Amounts]]] = {
    Product.Registered: lambda data: chain.from_iterable(map(_first, data.variants)),
    Product.VariantAdded: lambda data: _first(data.variant),
    Product.Repriced: lambda data: [(data.variant_id, None, "price", data.old_price, data.price)],
    Product.Recosted: lambda data: [(data.variant_id, None, "cost", data.old_cost, data.cost)],
    Product.StorePriced: lambda data: [(data.variant_id, data.store_id, "price", data.old_price, data.price)],
    Product.StorePriceLifted: lambda data: [(data.variant_id, data.store_id, "price", data.old_price, None)],
}

_FILTER: LiteralString = """
       h.company_id = %(company_id)s AND h.product_id = %(product_id)s
       AND (%(with_costs)s::bool OR h.kind <> 'cost')
       AND (%(store_ids)b::uuid[] IS NULL OR h.store_id IS NULL OR h.store_id = ANY(%(store_ids)b::uuid[]))
"""
_LIST: LiteralString = f"""
    SELECT h.variant_id, h.store_id, h.kind, h.old, h.new, h.at, h.actor_id AS by_user_id, u.username AS by,
           h.place / 100000 AS position
      FROM price_history AS h
      LEFT JOIN users AS u ON u.company_id = h.company_id AND u.id = h.actor_id
     WHERE {_FILTER}
     ORDER BY h.place DESC
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM price_history AS h WHERE {_FILTER}"

_PRODUCT: LiteralString = "SELECT id FROM products WHERE company_id = %(company_id)s AND id = %(product_id)s"


def ask_product(db: Database, product_id: UUID) -> Answer:
    """Ask whether there is such a product."""
    return db.ask(_PRODUCT, {"company_id": db.company_id, "product_id": product_id})


def list_price_history(
    db: Database,
    product_id: UUID,
    *,
    with_costs: bool,
    store_ids: Sequence[UUID] = (),
    page: int = 1,
    limit: int = 20,
) -> tuple[list[Row], int]:
    """One page of what the variants of a product cost over time, newest first, and how many rows there are.

    With `store_ids` the own prices of other stores are left out.
    """
    return list_and_count(
        db,
        _LIST,
        _COUNT,
        page=page,
        limit=limit,
        product_id=product_id,
        with_costs=with_costs,
        store_ids=list(store_ids) if store_ids else None,
    )
