"""What an event changes of a storage's stock of a variant: such changes, added up, are the balances."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from domain.aggregate import events_of
from domain.orders import Order
from domain.stock.counts import StockCount
from domain.stock.movements import StockMovement
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.reorder_points import ReorderPoint
from domain.stock.reservations import Reservation
from domain.stock.transfers import Transfer
from projections.base import Event, Fact

_NONE = Decimal(0)


class Change(NamedTuple):
    """By how much an event changes each figure of a balance; the value is in minor currency units.

    The key is the storage and the variant, both as they were read. `after` is what a movement says that it
    left: the quantity and its value.
    """

    key: tuple[Any, Any]
    on_hand: Decimal = _NONE
    value: int = 0
    reserved: Decimal = _NONE
    incoming_ordered: Decimal = _NONE
    incoming_transit: Decimal = _NONE
    after: tuple[Decimal, int] | None = None


def changes_of(fact: Fact) -> Iterator[Change]:
    """What a fact changes, line by line, whichever of the events it is that change a balance."""
    planned = PLANNED.get(fact.event)
    return planned(fact.data) if planned else _moved(fact.data)


def _moved(data: Any) -> Iterator[Change]:
    for line in data.lines:
        yield Change(
            (data.storage_id, line.variant_id),
            on_hand=line.quantity,
            value=line.value_change + line.settlement,
            after=(line.balance_quantity, line.balance_value),
        )


def _reserving(sign: int) -> Callable[[Any], Iterator[Change]]:
    def changes(data: Any) -> Iterator[Change]:
        for line in data.lines:
            yield Change((data.storage_id, line.variant_id), reserved=sign * line.quantity)

    return changes


def _promised(data: Any) -> Iterator[Change]:
    """An order says by how much it changes what is promised, line by line."""
    for line in data.reserved:
        yield Change((line.storage_id, line.variant_id), reserved=line.quantity)


def _ordered(data: Any) -> Iterator[Change]:
    for line in data.incoming:
        yield Change((data.storage_id, line.variant_id), incoming_ordered=line.incoming_change)


def _delivered(data: Any) -> Iterator[Change]:
    for line in data.lines:
        yield Change((data.storage_id, line.variant_id), incoming_ordered=line.incoming_change)


def _shipped(data: Any) -> Iterator[Change]:
    for line in data.lines:
        yield Change((data.to_storage_id, line.variant_id), incoming_transit=line.quantity)


def _arrived(data: Any) -> Iterator[Change]:
    for line in data.lines:
        settled = line.received + line.damaged + line.lost + line.returned
        yield Change((data.to_storage_id, line.variant_id), incoming_transit=-settled)


def _tallied(data: Any) -> Iterator[Change]:
    """A tally changes nothing, but what is counted has a balance from then on, be it of nothing."""
    for line in data.lines:
        yield Change((data.storage_id, line.variant_id))


def _reordered(data: Any) -> Iterator[Change]:
    """What a storage is to have has a balance there from then on, be it of nothing."""
    yield Change((data.storage_id, data.variant_id))


#: Every movement of goods.
MOVEMENTS: frozenset[Event] = frozenset(event for _, event in events_of(StockMovement))
#: What changes of what is reserved, ordered and in transit, by the event that changes it.
PLANNED: Mapping[Event, Callable[[Any], Iterator[Change]]] = MappingProxyType(
    {
        Transfer.Shipped: _shipped,
        Transfer.Received: _arrived,
        Transfer.Cancelled: _arrived,
        StockCount.Tallied: _tallied,
        PurchaseOrder.Ordered: _ordered,
        PurchaseOrder.Amended: _ordered,
        PurchaseOrder.DeliveryTaken: _delivered,
        PurchaseOrder.DeliveryReversed: _delivered,
        PurchaseOrder.Cancelled: _ordered,
        PurchaseOrder.Closed: _ordered,
        ReorderPoint.Set: _reordered,
        Reservation.Placed: _reserving(1),
        Reservation.Fulfilled: _reserving(-1),
        Reservation.Released: _reserving(-1),
        Reservation.Expired: _reserving(-1),
        Order.Placed: _promised,
        Order.Amended: _promised,
        Order.Fulfilled: _promised,
        Order.ReservationLapsed: _promised,
        Order.Cancelled: _promised,
    }
)
#: Events of the same documents that change nothing: plans, the end of a count, whose movements said all, and
#: what happens to the money and the papers of an order; of its goods, movements say it.
WITHOUT_CHANGES: frozenset[Event] = frozenset(
    {
        Transfer.Drafted,
        Transfer.Amended,
        Transfer.Discarded,
        StockCount.Begun,
        StockCount.CompletionBegun,
        StockCount.Completed,
        StockCount.Cancelled,
        PurchaseOrder.Drafted,
        PurchaseOrder.Discarded,
        PurchaseOrder.Rescheduled,
        ReorderPoint.Adjusted,
        ReorderPoint.Lifted,
        Order.Sold,
        Order.Paid,
        Order.Completed,
        Order.Refunded,
        Order.Voided,
        Order.ReceiptPrinted,
        Order.ReceiptSent,
    }
)
