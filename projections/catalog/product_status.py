"""Where products stand in their life, since when, and who moved them there."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from domain.catalog.products import STATUS_AFTER, Product
from domain.settings import name_key
from projections.base import Database, Event, Fact, Projection, belonging, in_whole
from projections.records import Reading

_MOVES: tuple[Event, ...] = tuple(getattr(Product, name) for name in STATUS_AFTER)
_COUNTED = {Product.VariantAdded: 1, Product.VariantRemoved: -1}


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusRow:
    """One row: a product, where it stands, since when and by whom."""

    id: UUID
    name: str
    name_key: str
    brand_id: UUID | None
    category_id: UUID | None
    supplier_id: UUID | None
    variant_count: int
    status: str
    launch_at: datetime | None
    since: datetime
    by_user_id: UUID | None
    created_at: datetime


class Drafted(Reading):
    """What is read of a product that was drafted; of its variants, that there are so many."""

    name: str
    brand_id: UUID | None
    category_id: UUID | None
    supplier_id: UUID | None
    variants: tuple[Reading, ...]


class ProductStatuses(Projection):
    """One row for each product.

    Active ones have theirs, too, although no view shows them: what is discontinued later does not say again
    what it is called and where it belongs.
    """

    name = "product_status"
    version = 3
    tables = ("product_statuses",)
    folds = {
        Product.Registered: Drafted,
        Product.VariantAdded: Reading,
        Product.VariantRemoved: Reading,
        **in_whole(Product.Renamed, Product.Reclassified, *_MOVES),
    }
    # What a product costs, how it is taxed, counted and shown is the same wherever it stands.
    ignores = frozenset(
        {
            Product.Described,
            Product.Remeasured,
            Product.Retaxed,
            Product.StockTrackingSet,
            Product.StorePriced,
            Product.StorePriceLifted,
            *belonging((Product,), Product.VariantChanged),
            Product.ImageAdded,
            Product.ImageRemoved,
            Product.ImageRelabelled,
            Product.ImagesOrdered,
        }
    )
    schema = """
        CREATE TABLE product_statuses (
            company_id    uuid NOT NULL,
            id            uuid NOT NULL,
            name          text NOT NULL,
            name_key      text NOT NULL,
            brand_id      uuid,
            category_id   uuid,
            supplier_id   uuid,
            variant_count bigint NOT NULL,
            status        text NOT NULL,
            launch_at     timestamptz,
            since         timestamptz NOT NULL,
            by_user_id    uuid,
            created_at    timestamptz NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        CREATE INDEX product_statuses_name ON product_statuses (company_id, status, name_key, id);
        CREATE INDEX product_statuses_since ON product_statuses (company_id, status, since, id);
        CREATE INDEX product_statuses_time ON product_statuses (company_id, status, created_at, id);
        CREATE INDEX product_statuses_brand ON product_statuses (company_id, status, brand_id)
            WHERE brand_id IS NOT NULL;
        CREATE INDEX product_statuses_category ON product_statuses (company_id, status, category_id)
            WHERE category_id IS NOT NULL;
        CREATE INDEX product_statuses_supplier ON product_statuses (company_id, status, supplier_id)
            WHERE supplier_id IS NOT NULL;
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Fold the batch into the rows it is about, and write each of them once."""
        ids = list({fact.stream_id for fact in facts})
        rows_before = db.ask(_STATUSES, {"company_id": db.company_id, "ids": ids}).rows()
        rows = {row["id"]: StatusRow(**row) for row in rows_before}
        for fact in facts:
            rows[fact.stream_id] = _after(rows.get(fact.stream_id), fact)
        columns = {
            field.name: [getattr(row, field.name) for row in rows.values()] for field in fields(StatusRow)
        }
        db.execute(_PUT, {**columns, "company_id": db.company_id})


def _after(row: StatusRow | None, fact: Fact) -> StatusRow:
    """The row after a fact. The first fact of a product is its registration."""
    if row is None:
        return _drafted(fact)
    if fact.event in _MOVES:
        return replace(
            row,
            status=STATUS_AFTER[fact.event.__name__],
            launch_at=getattr(fact.data, "launch_at", None),
            since=fact.at,
            by_user_id=fact.actor_id,
        )
    if fact.event is Product.Renamed:
        return replace(row, name=fact.data.name, name_key=name_key(fact.data.name))
    if fact.event is Product.Reclassified:
        data = fact.data
        return replace(
            row, brand_id=data.brand_id, category_id=data.category_id, supplier_id=data.supplier_id
        )
    return replace(row, variant_count=row.variant_count + _COUNTED[fact.event])


def _drafted(fact: Fact) -> StatusRow:
    data = fact.data
    return StatusRow(
        id=fact.stream_id,
        name=data.name,
        name_key=name_key(data.name),
        brand_id=data.brand_id,
        category_id=data.category_id,
        supplier_id=data.supplier_id,
        variant_count=len(data.variants),
        status="draft",
        launch_at=None,
        since=fact.at,
        by_user_id=fact.actor_id,
        created_at=fact.at,
    )


_STATUSES: LiteralString = """
    SELECT id, name, name_key, brand_id, category_id, supplier_id, variant_count, status, launch_at, since,
           by_user_id, created_at
      FROM product_statuses
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
"""

_PUT: LiteralString = """
    INSERT INTO product_statuses (company_id, id, name, name_key, brand_id, category_id, supplier_id,
                                  variant_count, status, launch_at, since, by_user_id, created_at)
    SELECT %(company_id)s, unnest(%(id)b::uuid[]), unnest(%(name)b::text[]), unnest(%(name_key)b::text[]),
           unnest(%(brand_id)b::uuid[]), unnest(%(category_id)b::uuid[]), unnest(%(supplier_id)b::uuid[]),
           unnest(%(variant_count)b::bigint[]), unnest(%(status)b::text[]),
           unnest(%(launch_at)b::timestamptz[]), unnest(%(since)b::timestamptz[]),
           unnest(%(by_user_id)b::uuid[]), unnest(%(created_at)b::timestamptz[])
        ON CONFLICT (company_id, id) DO UPDATE
       SET name = excluded.name, name_key = excluded.name_key, brand_id = excluded.brand_id,
           category_id = excluded.category_id, supplier_id = excluded.supplier_id,
           variant_count = excluded.variant_count, status = excluded.status, launch_at = excluded.launch_at,
           since = excluded.since, by_user_id = excluded.by_user_id
"""
