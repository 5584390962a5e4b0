"""Pages of the stock ledger: so many rows behind a place, or before one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, LiteralString
from uuid import UUID

from domain.costing import unit_cost
from projections.base import Database, Row, plan_for_values
from projections.catalog.variant_names import variant_name
from projections.settings import NOWHERE
from projections.stock.movements.model import STRETCH
from projections.stock.movements.moments import ask_place

#: Behind every place there can be.
END = 2**63 - 1

Order = Literal["oldest first", "newest first"]

# What nobody asks for is dropped when the statement is planned for its values. A reason is one of those of
# adjustments; a reversal's is a text of its own.
_FILTER: LiteralString = """
             moved.company_id = %(company_id)s
         AND moved.place > greatest(stretch.first_place - 1, %(after)s::bigint)
         AND moved.place < least(stretch.next_place, %(before)s::bigint)
         AND (%(type)s::text IS NULL OR moved.type = %(type)s::text)
         AND (%(type)s::text IS NULL OR %(type)s::text = 'sale' OR moved.type <> 'sale')
         AND (%(reason)s::text IS NULL OR moved.type = 'adjustment' AND moved.reason = %(reason)s::text)
         AND (%(order_id)s::uuid IS NULL OR moved.order_id = %(order_id)s::uuid)
         AND (%(refund_id)s::uuid IS NULL OR moved.refund_id = %(refund_id)s::uuid)
         AND (%(transfer_id)s::uuid IS NULL OR moved.transfer_id = %(transfer_id)s::uuid)
         AND (%(count_id)s::uuid IS NULL OR moved.count_id = %(count_id)s::uuid)
         AND (%(purchase_order_id)s::uuid IS NULL
              OR moved.purchase_order_id = %(purchase_order_id)s::uuid)
         AND (%(supplier_id)s::uuid IS NULL OR moved.supplier_id = %(supplier_id)s::uuid)
         AND (%(actor_id)s::uuid IS NULL OR moved.actor_id = %(actor_id)s::uuid)
         AND (%(storage_ids)b::uuid[] IS NULL OR moved.storage_id = ANY(%(storage_ids)b::uuid[]))
         AND (%(bound_to)b::uuid[] IS NULL OR moved.storage_id <> %(in_transit)s::uuid OR EXISTS (
             SELECT FROM transfers AS transfer
              WHERE transfer.company_id = %(company_id)s AND transfer.id = moved.transfer_id
                AND (transfer.from_storage_id = ANY(%(bound_to)b::uuid[])
                     OR transfer.to_storage_id = ANY(%(bound_to)b::uuid[]))))
         AND (%(from_time)s::timestamptz IS NULL OR moved.occurred_at >= %(from_time)s::timestamptz)
         AND (%(to_time)s::timestamptz IS NULL OR moved.occurred_at < %(to_time)s::timestamptz)
"""

_ORDERS: Mapping[Order, LiteralString] = {"oldest first": "", "newest first": "DESC"}

# From each key on, an index has the rows in their order, and so many of each are more than enough.
_WAYS: Mapping[str, tuple[LiteralString, LiteralString]] = {
    "all": ("", ""),
    "storages": (
        "unnest(%(storage_ids)b::uuid[]) AS own(id) CROSS JOIN LATERAL",
        "AND moved.storage_id = own.id",
    ),
    "variants": (
        "unnest(%(variant_ids)b::uuid[]) AS own(id) CROSS JOIN LATERAL",
        "AND moved.variant_id = own.id",
    ),
}

# By their keys, whatever the planner knows of the tables.
_NAMES: LiteralString = f"""
      LEFT JOIN LATERAL (
            SELECT product_id, sku, {variant_name("variants")} AS name FROM variants
             WHERE company_id = %(company_id)s AND id = page.variant_id
             LIMIT 1
           ) AS v ON true
      LEFT JOIN LATERAL (
            SELECT name FROM products WHERE company_id = %(company_id)s AND id = v.product_id LIMIT 1
           ) AS p ON true
      LEFT JOIN LATERAL (
            SELECT name FROM settings WHERE company_id = %(company_id)s AND id = page.storage_id LIMIT 1
           ) AS storage ON true
"""

# NOTE: what follows laterally is looked up stretch by stretch in their order, until there are enough rows.
_PAGES: Mapping[tuple[str, Order], LiteralString] = {
    (way, order): f"""
    SELECT place, place / 100000 AS position, place %% 100000 AS line, recorded_at, occurred_at,
           business_date, type, nullif(page.storage_id, %(in_transit)s::uuid) AS storage_id,
           storage.name AS storage_name, variant_id, v.sku, p.name, v.name AS variant_name, quantity,
           unit_cost, value_change, balance_quantity, balance_value, reason, reference, note, order_id,
           refund_id, supplier_id, purchase_order_id, transfer_id, count_id, reversal_of, movement_id,
           actor_id
      FROM (SELECT part.*
              FROM (SELECT 0::bigint AS first_place, %(before)s::bigint AS next_place
                     WHERE %(from_time)s::timestamptz IS NULL AND %(to_time)s::timestamptz IS NULL
                     UNION ALL
                    (SELECT first_place, first_place + %(stretch)s::bigint
                       FROM stock_movement_stretches
                      WHERE company_id = %(company_id)s
                        AND (%(from_time)s::timestamptz IS NOT NULL
                             OR %(to_time)s::timestamptz IS NOT NULL)
                        AND (%(from_time)s::timestamptz IS NULL OR latest >= %(from_time)s::timestamptz)
                        AND (%(to_time)s::timestamptz IS NULL OR earliest < %(to_time)s::timestamptz)
                        AND first_place + %(stretch)s::bigint > %(after)s::bigint
                        AND first_place < %(before)s::bigint
                      ORDER BY first_place {direction})
                   ) AS stretch
             CROSS JOIN LATERAL (
                    SELECT one.*
                      FROM {keys} (
                            SELECT * FROM stock_movements AS moved
                             WHERE {_FILTER} {of_key}
                             ORDER BY moved.place {direction}
                             LIMIT %(limit)s::bigint
                           ) AS one
                     ORDER BY one.place {direction}
                     LIMIT %(limit)s::bigint
                   ) AS part
             LIMIT %(limit)s::bigint
           ) AS page
           {_NAMES}
     ORDER BY place {direction}
"""
    for way, (keys, of_key) in _WAYS.items()
    for order, direction in _ORDERS.items()
}


def list_movements(
    db: Database,
    *,
    storage_ids: Sequence[UUID] | None = None,
    with_transit: bool = False,
    variant_id: UUID | None = None,
    product_id: UUID | None = None,
    as_of: datetime | None = None,
    after: int | None = None,
    before: int | None = None,
    limit: int = 20,
    **filters: Any,
) -> tuple[list[Row], bool]:
    """Rows of the ledger, and whether there are more; a row's `place` is where the next question goes on.

    They are the oldest behind `after`, or without it the newest before `before`, if that is given, else the
    oldest of all. `filters` are those of `FILTERS`. With `storage_ids` goods in transit are left out, or, if
    asked for (`with_transit`), those that are on the way from none of these to none of these. `from_time` is
    inclusive, `to_time` is not; both are about when the goods moved, while `as_of` leaves what was known
    then. `unit_cost` is rounded where none was entered.
    """
    plan_for_values(db)
    variant_ids = _variants(db, variant_id, product_id)
    end = _end(db, as_of, before)
    storages = None if storage_ids is None else [*storage_ids, *([NOWHERE] if with_transit else [])]
    order: Order = "newest first" if after is None and before is not None else "oldest first"
    params = {
        **dict.fromkeys(FILTERS),
        **filters,
        "company_id": db.company_id,
        "storage_ids": storages,
        "bound_to": None if storage_ids is None else list(storage_ids),
        "in_transit": NOWHERE,
        "variant_ids": variant_ids,
        "after": after or 0,
        "before": end,
        "stretch": STRETCH,
        "limit": limit + 1,
    }
    rows = db.ask(_PAGES[_way(variant_ids, storages), order], params).rows()
    return [_movement(row) for row in rows[:limit]], len(rows) > limit


#: What else a page may be asked for with.
FILTERS = (
    "type",
    "reason",
    "order_id",
    "refund_id",
    "transfer_id",
    "count_id",
    "purchase_order_id",
    "supplier_id",
    "actor_id",
    "from_time",
    "to_time",
)


_OF_PRODUCT: LiteralString = """
    SELECT id FROM variants WHERE company_id = %(company_id)s AND product_id = %(product_id)s
"""


def _variants(db: Database, variant_id: UUID | None, product_id: UUID | None) -> list[UUID] | None:
    """The variants that are asked for; None for all."""
    if product_id is None:
        return None if variant_id is None else [variant_id]
    rows = db.ask(_OF_PRODUCT, {"company_id": db.company_id, "product_id": product_id}).rows()
    return [row["id"] for row in rows if variant_id in (None, row["id"])]


def _way(variant_ids: Sequence[UUID] | None, storage_ids: Sequence[UUID] | None) -> str:
    """Of which keys the rows are looked up: a variant has fewer than a storage."""
    if variant_ids is not None:
        return "variants"
    return "all" if storage_ids is None else "storages"


def _end(db: Database, as_of: datetime | None, before: int | None) -> int:
    """The place that all rows lie before."""
    end = END if before is None else before
    if as_of is None:
        return end
    last = ask_place(db, as_of).row()
    return min(end, last["place"] + 1) if last else 0


def _movement(row: Row) -> Row:
    if row["unit_cost"] is not None or not row["quantity"]:
        return row
    return {**row, "unit_cost": unit_cost(row["value_change"], row["quantity"])}
