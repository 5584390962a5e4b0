"""What is promised to customers and what is on order, as it changes."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from domain.money import scaled
from domain.orders import Order
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.reservations import Reservation
from projections.base import Event, Fact
from projections.records import Reading
from projections.reports.stock.readings import (
    Amended,
    Delivered,
    Delivery,
    Ended,
    Ordered,
    Promised,
    ReservedByOrder,
)
from projections.stock.changes import changes_of

#: What is read of each event that changes what is promised.
PROMISED: Mapping[Event, type[Reading]] = MappingProxyType(
    {
        PurchaseOrder.Ordered: Ordered,
        PurchaseOrder.Amended: Amended,
        PurchaseOrder.DeliveryTaken: Delivery,
        PurchaseOrder.DeliveryReversed: Delivered,
        PurchaseOrder.Cancelled: Ended,
        PurchaseOrder.Closed: Ended,
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
)


class Promise(NamedTuple):
    """By how much an event changes what is reserved of a variant in a storage, and what is on order."""

    storage_id: str
    variant_id: str
    reserved: int
    ordered: int


def promises_of(fact: Fact) -> Iterator[Promise]:
    """What an event changes, line by line."""
    for change in changes_of(fact):
        yield Promise(*change.key, scaled(change.reserved), scaled(change.incoming_ordered))
