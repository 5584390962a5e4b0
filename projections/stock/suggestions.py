"""What to order for which storage: what there is, what sells, and how long it takes to come."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from domain.stock.purchase_units import PricedQuantity, price
from domain.stock.reorder_suggestions import Demand, Sales
from projections.base import Database, Row, plan_for_values
from projections.catalog.variant_names import variant_name
from projections.stock.purchase_units import purchase_unit, purchase_units
from projections.stock.sales import SALES_OF_STORAGES, sales_since

_ONE = Decimal(1)

# What is sold no more is not ordered any more either. Most levels have enough, whatever is rounded, and stay
# where they are. More may have come back than was sold.
_LEVELS: LiteralString = f"""
    SELECT level.*
      FROM (SELECT b.storage_id, storage.name AS storage_name, b.variant_id, v.sku, p.name,
                   {variant_name("v")} AS variant_name, p.supplier_id,
                   b.on_hand, b.on_hand - b.reserved AS available,
                   b.incoming_ordered, b.incoming_transit, b.last_unit_cost, v.cost, own.sold, own.in_stock,
                   coalesce(point.reorder_level, v.reorder_level, 0) AS safety,
                   coalesce(point.reorder_quantity, v.reorder_quantity) AS reorder_quantity, point.max_level,
                   coalesce((supplier.fields ->> 'lead_time_days')::bigint,
                            c.default_lead_time_days) AS lead_days
              FROM companies AS c
              JOIN stock_balances AS b ON b.company_id = c.company_id
              JOIN variants AS v ON v.company_id = b.company_id AND v.id = b.variant_id
              JOIN products AS p ON p.company_id = v.company_id AND p.id = v.product_id
              JOIN settings AS storage ON storage.company_id = b.company_id AND storage.id = b.storage_id
              LEFT JOIN settings AS supplier
                ON supplier.company_id = p.company_id AND supplier.id = p.supplier_id
              LEFT JOIN reorder_points AS point ON point.company_id = b.company_id
                    AND point.storage_id = b.storage_id AND point.variant_id = b.variant_id
              LEFT JOIN ({SALES_OF_STORAGES}) AS own
                ON own.storage_id = b.storage_id AND own.variant_id = b.variant_id
             WHERE c.company_id = %(company_id)s
               AND (%(storages)b::uuid[] IS NULL OR b.storage_id = ANY(%(storages)b::uuid[]))
               AND (%(supplier_id)s::uuid IS NULL OR p.supplier_id = %(supplier_id)s::uuid)
               AND p.track_stock AND p.status IN ('active', 'coming_soon') AND NOT storage.is_archived
           ) AS level
     WHERE %(include_all)s::bool
        OR available + incoming_ordered + incoming_transit
           <= safety + lead_days * greatest(coalesce(
                  sold / greatest(extract(epoch FROM in_stock) / 86400 - 0.01, 1) + 0.01, 0), 0)
     ORDER BY name, sku, variant_id, storage_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By which sales it is decided, and for how long what is ordered should last, in days."""

    now: datetime
    days: int = 56
    cover_days: int = 14

    @property
    def since(self) -> datetime:
        """From when on sales count."""
        return self.now - timedelta(days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A level, what sells of it, and what follows from that."""

    level: Row
    sales: Sales
    demand: Demand
    price: PricedQuantity
    ordered_at: datetime | None


def suggest_orders(
    db: Database,
    terms: Terms,
    *,
    storages: Collection[UUID] | None = None,
    supplier_id: UUID | None = None,
    include_all: bool = False,
) -> list[Suggestion]:
    """What to order for these storages or for all; of what there is enough as well, if all is asked for."""
    plan_for_values(db)
    levels = db.ask(
        _LEVELS,
        {
            "company_id": db.company_id,
            "storages": None if storages is None else list(storages),
            "supplier_id": supplier_id,
            "include_all": include_all,
            "since": terms.since,
            "now": terms.now,
        },
    )
    expected = []
    for level in levels.rows():
        own = sales_since(level, terms.since, terms.now)
        demand = _demand(level, own, terms)
        if include_all or demand.needed > 0:
            expected.append((level, own, demand))
    # Of what `max_level` leaves no room for, something is needed and nothing is to be ordered.
    return [one for one in _in_packs(db, expected) if include_all or one.demand.suggested > 0]


def _demand(level: Row, sales: Sales, terms: Terms) -> Demand:
    return Demand(
        rate=sales.rate,
        lead_days=level["lead_days"],
        cover_days=terms.cover_days,
        safety=level["safety"],
        available=level["available"],
        incoming=level["incoming_ordered"] + level["incoming_transit"],
        reorder_quantity=level["reorder_quantity"],
        max_level=level["max_level"],
    )


def _in_packs(db: Database, expected: list[tuple[Row, Sales, Demand]]) -> Iterator[Suggestion]:
    """The same, in the unit that each was bought in last."""
    units = purchase_units(db, {level["variant_id"] for level, _, _ in expected})
    for level, sales, demand in expected:
        unit = units.get(level["variant_id"])
        packed = demand.in_packs(unit["factor"] if unit else _ONE)
        cost = level["last_unit_cost"] or Decimal(level["cost"])
        yield Suggestion(
            level=level,
            sales=sales,
            demand=packed,
            price=price(packed.suggested, purchase_unit(unit) if unit else None, cost),
            ordered_at=unit["ordered_at"] if unit else None,
        )
