"""Sums of stock: what the balances must be, added up from the log, not taken from what an event says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import LiteralString

from domain.orders import Order
from domain.stock.counts import StockCount
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.reorder_points import ReorderPoint
from domain.stock.reservations import Reservation
from domain.stock.transfers import Transfer
from projections.base import Database, Fact, Projection
from projections.stock.changes import MOVEMENTS, WITHOUT_CHANGES, Change, changes_of
from projections.stock.sum_readings import (
    Arrived,
    Delivered,
    Movement,
    Ordered,
    Promised,
    Reordered,
    ReservedByOrder,
    Shipped,
    Tallied,
)
from projections.stock.transit_sums import add_to_transit

#: A storage and a variant, as text.
Key = tuple[str, str]
#: What is added up.
FIGURES = ("on_hand", "value", "reserved", "incoming_ordered", "incoming_transit")

_NONE = Decimal(0)


@dataclass(slots=True, kw_only=True)
class Sum:
    """What the log says about a storage's stock of a variant; the value is in minor currency units.

    `position` is that of the last event that touched it. `parted_at` is that of the first movement that said
    to have left another quantity or value than its predecessors and itself add up to.
    """

    on_hand: Decimal = _NONE
    value: int = 0
    reserved: Decimal = _NONE
    incoming_ordered: Decimal = _NONE
    incoming_transit: Decimal = _NONE
    position: int = 0
    parted_at: int | None = None

    def add(self, change: Change, position: int) -> None:
        """Add what an event at this position changes."""
        self.on_hand += change.on_hand
        self.value += change.value
        self.reserved += change.reserved
        self.incoming_ordered += change.incoming_ordered
        self.incoming_transit += change.incoming_transit
        self.position = position
        has_parted = change.after is not None and change.after != (self.on_hand, self.value)
        if has_parted and self.parted_at is None:
            self.parted_at = position


def positioned(facts: Iterable[Fact]) -> Iterator[tuple[Change, int]]:
    """What the facts change, each with its position in the log."""
    return ((change, fact.position) for fact in facts for change in changes_of(fact))


def add_changes(sums: dict[Key, Sum], changes: Iterable[tuple[Change, int]]) -> None:
    """Add changes to the sums of all that was before them in the log."""
    for change, position in changes:
        one = sums.get(change.key)
        if one is None:
            one = sums[change.key] = Sum()
        one.add(change, position)


class StockSums(Projection):
    """What the log's events add up to by storage and variant, and what of each transfer's line is on the way.

    With these the balances are compared, and the transfers. Only lines of which anything is on the way have a
    row.
    """

    name = "stock_sums"
    tables = ("stock_sums", "stock_transit_sums")
    folds = {
        **dict.fromkeys(MOVEMENTS, Movement),
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
        CREATE TABLE stock_sums (
            company_id       uuid NOT NULL,
            storage_id       uuid NOT NULL,
            variant_id       uuid NOT NULL,
            on_hand          numeric NOT NULL,
            value            numeric NOT NULL,
            reserved         numeric NOT NULL,
            incoming_ordered numeric NOT NULL,
            incoming_transit numeric NOT NULL,
            position         bigint NOT NULL,
            parted_at        bigint,
            PRIMARY KEY (company_id, storage_id, variant_id)
        ) WITH (fillfactor = 70);
        CREATE TABLE stock_transit_sums (
            company_id    uuid NOT NULL,
            transfer_id   uuid NOT NULL,
            line_id       uuid NOT NULL,
            in_transit    numeric NOT NULL,
            transit_value numeric NOT NULL,
            position      bigint NOT NULL,
            parted_at     bigint,
            PRIMARY KEY (company_id, transfer_id, line_id)
        );
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Read the sums that the batch touches, add to them in memory, and write them back."""
        changes = list(positioned(facts))
        sums = _read(db, {change.key for change, _ in changes})
        add_changes(sums, changes)
        _write(db, sums)
        add_to_transit(db, facts)


def _read(db: Database, keys: Iterable[Key]) -> dict[Key, Sum]:
    several = list(keys)
    params = {
        "company_id": db.company_id,
        "storages": [storage_id for storage_id, _ in several],
        "variants": [variant_id for _, variant_id in several],
    }
    rows = db.ask(_READ, params).rows()
    return {(row.pop("storage_id"), row.pop("variant_id")): Sum(**row) for row in rows}


def _write(db: Database, sums: Mapping[Key, Sum]) -> None:
    several = list(sums.values())
    params = {
        "company_id": db.company_id,
        "storages": [storage_id for storage_id, _ in sums],
        "variants": [variant_id for _, variant_id in sums],
        # Numeric, as what lies beyond 64 bits is a difference to be reported, and no reason to stop.
        "values": [Decimal(one.value) for one in several],
    }
    for name in ("on_hand", "reserved", "incoming_ordered", "incoming_transit", "position", "parted_at"):
        params[name] = [getattr(one, name) for one in several]
    db.execute(_WRITE, params)


_READ: LiteralString = """
    SELECT own.storage_id::text, own.variant_id::text, own.on_hand, own.value, own.reserved,
           own.incoming_ordered, own.incoming_transit, own.position, own.parted_at
      FROM (SELECT unnest(%(storages)b::uuid[]) AS storage_id,
                   unnest(%(variants)b::uuid[]) AS variant_id) AS key
     CROSS JOIN LATERAL (
            SELECT * FROM stock_sums
             WHERE company_id = %(company_id)s AND storage_id = key.storage_id AND variant_id = key.variant_id
             LIMIT 1
           ) AS own
"""

_WRITE: LiteralString = """
    INSERT INTO stock_sums (company_id, storage_id, variant_id, on_hand, value, reserved, incoming_ordered,
                            incoming_transit, position, parted_at)
    SELECT %(company_id)s, unnest(%(storages)b::uuid[]), unnest(%(variants)b::uuid[]),
           unnest(%(on_hand)b::numeric[]), unnest(%(values)b::numeric[]), unnest(%(reserved)b::numeric[]),
           unnest(%(incoming_ordered)b::numeric[]), unnest(%(incoming_transit)b::numeric[]),
           unnest(%(position)b::bigint[]), unnest(%(parted_at)b::bigint[])
        ON CONFLICT (company_id, storage_id, variant_id) DO UPDATE
       SET on_hand = excluded.on_hand, value = excluded.value, reserved = excluded.reserved,
           incoming_ordered = excluded.incoming_ordered, incoming_transit = excluded.incoming_transit,
           position = excluded.position, parted_at = excluded.parted_at
"""
