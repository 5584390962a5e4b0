"""Stock balances: what each storage has of each variant, locked by every decision that changes it."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, LiteralString

from domain.orders import Order
from domain.stock.counts import StockCount
from domain.stock.levels import Key
from domain.stock.movements import StockMovement
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.reorder_points import ReorderPoint
from domain.stock.reservations import Reservation
from domain.stock.transfers import Transfer
from projections.base import Database, Event, Fact, Projection
from projections.stock.changes import PLANNED, WITHOUT_CHANGES, Change, changes_of
from projections.stock.readings import (
    Arrived,
    Counted,
    Delivered,
    Movement,
    Ordered,
    Promised,
    Reordered,
    ReservedByOrder,
    Shipped,
    Tallied,
)

#: How stock refers to a storage (`id`) that is to be archived.
USES: LiteralString = """
    EXISTS (SELECT 1 FROM stock_balances
             WHERE company_id = %(company_id)s AND storage_id = %(id)s
               AND (on_hand <> 0 OR reserved <> 0 OR incoming_ordered <> 0 OR incoming_transit <> 0))
"""

_MOVEMENTS: Mapping[Event, Any] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                StockMovement.Received,
                StockMovement.Issued,
                StockMovement.Returned,
                StockMovement.Voided,
                StockMovement.Adjusted,
                StockMovement.SupplierReturned,
                StockMovement.TransferredOut,
                StockMovement.TransferredIn,
                StockMovement.CountCorrected,
                StockMovement.Reversed,
            ),
            Movement,
        ),
        StockMovement.Counted: Counted,
    }
)


class StockBalances(Projection):
    """What each storage has of each variant: a quantity and its total value, never a rounded average.

    Beside it stands what of it is promised, and what is on order and on the way to the storage. A row that no
    goods have come to or gone from yet is not of the storage's assortment (`has_moved`).
    """

    name = "stock"
    version = 3
    mode = "inline"
    tables = ("stock_balances",)
    folds = {
        **_MOVEMENTS,
        Transfer.Shipped: Shipped,
        Transfer.Received: Arrived,
        Transfer.Cancelled: Arrived,
        StockCount.Tallied: Tallied,
        PurchaseOrder.Ordered: Ordered,
        PurchaseOrder.Amended: Ordered,
        PurchaseOrder.DeliveryTaken: Delivered,
        PurchaseOrder.DeliveryReversed: Delivered,
        PurchaseOrder.Cancelled: Ordered,
        PurchaseOrder.Closed: Ordered,
        ReorderPoint.Set: Reordered,
        Reservation.Placed: Promised,
        Reservation.Fulfilled: Promised,
        Reservation.Released: Promised,
        Reservation.Expired: Promised,
        Order.Placed: ReservedByOrder,
        Order.Amended: ReservedByOrder,
        Order.Fulfilled: ReservedByOrder,
        Order.ReservationLapsed: ReservedByOrder,
        Order.Cancelled: ReservedByOrder,
    }
    ignores = WITHOUT_CHANGES
    schema = """
        CREATE TABLE stock_balances (
            company_id       uuid NOT NULL,
            storage_id       uuid NOT NULL,
            variant_id       uuid NOT NULL,
            on_hand          numeric NOT NULL DEFAULT 0,
            value            bigint NOT NULL DEFAULT 0,
            last_unit_cost   numeric NOT NULL DEFAULT 0,
            reserved         numeric NOT NULL DEFAULT 0,
            incoming_ordered numeric NOT NULL DEFAULT 0,
            incoming_transit numeric NOT NULL DEFAULT 0,
            last_counted_at  timestamptz,
            has_moved        boolean NOT NULL DEFAULT false,
            PRIMARY KEY (company_id, storage_id, variant_id)
        ) WITH (fillfactor = 70);
        CREATE INDEX stock_balances_by_variant ON stock_balances (company_id, variant_id);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Write what the last line about a balance says, and add up what is promised and expected.

        Whoever wrote the line held the lock on the balance.
        """
        movements = [fact for fact in facts if fact.event in _MOVEMENTS]
        if movements:
            _put_balances(movements, db)
        if counts := [fact for fact in movements if fact.event is StockMovement.Counted]:
            _put_counts(counts, db)
        if changes := [change for fact in facts if fact.event in PLANNED for change in changes_of(fact)]:
            _add_changes(changes, db)


def _put_balances(facts: Iterable[Fact], db: Database) -> None:
    last = {(fact.data.storage_id, line.variant_id): line for fact in facts for line in fact.data.lines}
    keys = sorted(last)
    db.execute(
        _UPSERT,
        {
            "company_id": db.company_id,
            "storages": [storage_id for storage_id, _ in keys],
            "variants": [variant_id for _, variant_id in keys],
            "on_hand": [last[key].balance_quantity for key in keys],
            "values": [last[key].balance_value for key in keys],
            "costs": [last[key].last_unit_cost for key in keys],
        },
    )


def _put_counts(facts: Iterable[Fact], db: Database) -> None:
    lines = {
        (fact.data.storage_id, line.variant_id): line.counted_at for fact in facts for line in fact.data.lines
    }
    keys = sorted(lines)
    db.execute(
        _COUNTED,
        {
            "company_id": db.company_id,
            "storages": [storage_id for storage_id, _ in keys],
            "variants": [variant_id for _, variant_id in keys],
            "moments": [lines[key] for key in keys],
        },
    )


def _add_changes(changes: Iterable[Change], db: Database) -> None:
    sums: dict[Key, list[Decimal]] = {}
    for change in changes:
        total = sums.setdefault(change.key, [_NONE, _NONE, _NONE])
        total[0] += change.reserved
        total[1] += change.incoming_ordered
        total[2] += change.incoming_transit
    keys = sorted(sums)
    db.execute(
        _ADD,
        {
            "company_id": db.company_id,
            "storages": [storage_id for storage_id, _ in keys],
            "variants": [variant_id for _, variant_id in keys],
            "reserved": [sums[key][0] for key in keys],
            "ordered": [sums[key][1] for key in keys],
            "transit": [sums[key][2] for key in keys],
        },
    )


_NONE = Decimal(0)

_UPSERT: LiteralString = """
    INSERT INTO stock_balances AS balance
           (company_id, storage_id, variant_id, on_hand, value, last_unit_cost, has_moved)
    SELECT %(company_id)s, unnest(%(storages)b::uuid[]), unnest(%(variants)b::uuid[]),
           unnest(%(on_hand)b::numeric[]), unnest(%(values)b::bigint[]), unnest(%(costs)b::numeric[]), true
        ON CONFLICT (company_id, storage_id, variant_id) DO UPDATE
       SET on_hand = excluded.on_hand, value = excluded.value, last_unit_cost = excluded.last_unit_cost,
           has_moved = true
"""

_COUNTED: LiteralString = """
    UPDATE stock_balances AS balance
       SET last_counted_at = greatest(balance.last_counted_at, counted.moment)
      FROM (SELECT unnest(%(storages)b::uuid[]) AS storage_id, unnest(%(variants)b::uuid[]) AS variant_id,
                   unnest(%(moments)b::timestamptz[]) AS moment) AS counted
     WHERE balance.company_id = %(company_id)s AND balance.storage_id = counted.storage_id
       AND balance.variant_id = counted.variant_id
"""

_ADD: LiteralString = """
    INSERT INTO stock_balances AS balance
           (company_id, storage_id, variant_id, reserved, incoming_ordered, incoming_transit)
    SELECT %(company_id)s, unnest(%(storages)b::uuid[]), unnest(%(variants)b::uuid[]),
           unnest(%(reserved)b::numeric[]), unnest(%(ordered)b::numeric[]), unnest(%(transit)b::numeric[])
        ON CONFLICT (company_id, storage_id, variant_id) DO UPDATE
       SET reserved = trim_scale(balance.reserved + excluded.reserved),
           incoming_ordered = trim_scale(balance.incoming_ordered + excluded.incoming_ordered),
           incoming_transit = trim_scale(balance.incoming_transit + excluded.incoming_transit)
"""
