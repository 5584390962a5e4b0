"""Sums of stock: what the balances must be, added up from the log, not taken from what an event says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import LiteralString

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
    Shipped,
    Tallied,
)

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


def add_facts(sums: dict[Key, Sum], facts: Iterable[Fact]) -> None:
    """Add what the facts change to the sums, which have every earlier one; facts of a log, in its order."""
    for fact in facts:
        for change in changes_of(fact):
            sums.setdefault(change.key, Sum()).add(change, fact.position)


class StockSums(Projection):
    """What the log's events add up to by storage and variant: what the balances are compared with."""

    name = "stock_sums"
    tables = ("stock_sums",)
    folds = {
        **dict.fromkeys(MOVEMENTS, Movement),
        Transfer.Shipped: Shipped,
        Transfer.Received: Arrived,
        Transfer.Cancelled: Arrived,
        StockCount.Tallied: Tallied,
        PurchaseOrder.Ordered: Ordered,
        PurchaseOrder.Amended: Ordered,
        PurchaseOrder.DeliveryTaken: Delivered,
        PurchaseOrder.Cancelled: Ordered,
        PurchaseOrder.Closed: Ordered,
        ReorderPoint.Set: Reordered,
        Reservation.Placed: Promised,
        Reservation.Fulfilled: Promised,
        Reservation.Released: Promised,
        Reservation.Expired: Promised,
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
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Read the sums that the batch touches, add to them in memory, and write them back."""
        keys = {change.key for fact in facts for change in changes_of(fact)}
        sums = read_sums(db, keys)
        add_facts(sums, facts)
        _write(db, sums)


def read_sums(db: Database, keys: Iterable[Key]) -> dict[Key, Sum]:
    """The sums of these keys, as far as there are any."""
    several = list(keys)
    params = {
        "company_id": db.company_id,
        "storages": [storage_id for storage_id, _ in several],
        "variants": [variant_id for _, variant_id in several],
    }
    rows = db.ask(_READ, params).rows()
    return {(str(row.pop("storage_id")), str(row.pop("variant_id"))): Sum(**row) for row in rows}


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
    SELECT own.storage_id, own.variant_id, own.on_hand, own.value, own.reserved, own.incoming_ordered,
           own.incoming_transit, own.position, own.parted_at
      FROM unnest(%(storages)b::uuid[], %(variants)b::uuid[]) AS key(storage_id, variant_id)
      JOIN stock_sums AS own
        ON own.company_id = %(company_id)s AND own.storage_id = key.storage_id
       AND own.variant_id = key.variant_id
"""

_WRITE: LiteralString = """
    INSERT INTO stock_sums (company_id, storage_id, variant_id, on_hand, value, reserved, incoming_ordered,
                            incoming_transit, position, parted_at)
    SELECT %(company_id)s, sums.*
      FROM unnest(%(storages)b::uuid[], %(variants)b::uuid[], %(on_hand)b::numeric[], %(values)b::numeric[],
                  %(reserved)b::numeric[], %(incoming_ordered)b::numeric[],
                  %(incoming_transit)b::numeric[], %(position)b::bigint[], %(parted_at)b::bigint[]) AS sums
        ON CONFLICT (company_id, storage_id, variant_id) DO UPDATE
       SET on_hand = excluded.on_hand, value = excluded.value, reserved = excluded.reserved,
           incoming_ordered = excluded.incoming_ordered, incoming_transit = excluded.incoming_transit,
           position = excluded.position, parted_at = excluded.parted_at
"""
