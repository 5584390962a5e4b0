"""What each event changes of the sums of stock, and where a movement parts from them."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.orders import Order
from domain.orders.handovers import ReservedChange
from domain.stock.counts import StockCount, TalliedLine
from domain.stock.movements import (
    CountedLine,
    MovementLine,
    ReceiptLine,
    StockMovement,
    SupplierReturnLine,
    TransitLine,
)
from domain.stock.purchase_deliveries import DeliveredLine, IncomingLine
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.reorder_points import ReorderPoint
from domain.stock.reservations import Reservation, ReservedLine
from domain.stock.shipments import ArrivedLine, ShippedLine
from domain.stock.transfers import Transfer
from infra.eventstore.codec import EventTypes
from infra.runtime.models import EVENT_TYPES
from projections.base import Event, Fact
from projections.declarations import record_read
from projections.stock.sums import StockSums, Sum, add_changes, positioned
from projections.stock.transit_sums import TransitSum, transit_changes_of
from tests.golden import golden_event

STREAM, STORAGE, TEA, LINE = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
KEY = str(STORAGE), str(TEA)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KINDS: EventTypes = EVENT_TYPES


def fact_of(event: Event, position: int = 1, **values: Any) -> Fact:
    """An event of the log that says this, as the sums read it."""
    kind = KINDS.by_event[event]
    _, state = KINDS.encode(golden_event(kind, STREAM, position, **values))
    data = kind.decode_as(record_read([StockSums()], event))(state)
    return Fact(event, STREAM, position, data, NOON, None, position, NOON)


def sum_of(*facts: Fact) -> Sum:
    """What the facts add up to, of tea in the storage."""
    sums: dict[Any, Sum] = {}
    add_changes(sums, positioned(facts))
    assert list(sums) == [KEY]
    return sums[KEY]


def moved(kind: type[MovementLine] = MovementLine, **more: Any) -> MovementLine:
    """A line by which 3 come in at 450 together, 20 of which settles; 3 are there afterwards."""
    fields = {"quantity": 3, "value_change": 430, "settlement": 20}
    after = {"balance_quantity": Decimal(3), "balance_value": 450, "last_unit_cost": Decimal(150)}
    return kind(variant_id=TEA, **{**fields, **after, "quantity": Decimal(3), **more})


LINES: dict[Event, MovementLine] = {
    StockMovement.Received: moved(ReceiptLine),
    StockMovement.SupplierReturned: moved(SupplierReturnLine, credit=0, unit_credit=0),
    StockMovement.TransferredOut: moved(
        TransitLine, line_id=LINE, transit_quantity=Decimal(0), transit_value=0
    ),
    StockMovement.TransferredIn: moved(
        TransitLine, line_id=LINE, transit_quantity=Decimal(0), transit_value=0
    ),
    StockMovement.Counted: moved(
        CountedLine, counted_quantity=Decimal(3), expected_quantity=Decimal(0), counted_at=NOON
    ),
}
MOVEMENTS = sorted((one for one in StockSums.events if issubclass(one, StockMovement.Moved)), key=str)
ARRIVED = ArrivedLine(
    line_id=LINE,
    variant_id=TEA,
    received=Decimal("1.5"),
    damaged=Decimal(1),
    lost=Decimal(2),
    returned=Decimal(3),
    transit_quantity=Decimal(0),
    transit_value=0,
)
RESERVED = (ReservedLine(variant_id=TEA, quantity=Decimal("2.5")),)
BY_ORDER = (ReservedChange(storage_id=STORAGE, variant_id=TEA, quantity=Decimal(-2)),)
INCOMING = (IncomingLine(line_id=LINE, variant_id=TEA, incoming_change=Decimal(-4)),)
DELIVERED = DeliveredLine(
    line_id=LINE,
    variant_id=TEA,
    incoming_change=Decimal(-4),
    received=Decimal(5),
    base_received=Decimal(5),
    value=0,
)
PLANNED: list[tuple[Event, dict[str, Any], str, str]] = [
    (ReorderPoint.Set, {"storage_id": STORAGE, "variant_id": TEA}, "on_hand", "0"),
    (Reservation.Placed, {"storage_id": STORAGE, "lines": RESERVED}, "reserved", "2.5"),
    (Reservation.Fulfilled, {"storage_id": STORAGE, "lines": RESERVED}, "reserved", "-2.5"),
    (Reservation.Released, {"storage_id": STORAGE, "lines": RESERVED}, "reserved", "-2.5"),
    (Reservation.Expired, {"storage_id": STORAGE, "lines": RESERVED}, "reserved", "-2.5"),
    (Order.Placed, {"reserved": BY_ORDER}, "reserved", "-2"),
    (Order.Amended, {"reserved": BY_ORDER}, "reserved", "-2"),
    (Order.Fulfilled, {"reserved": BY_ORDER}, "reserved", "-2"),
    (Order.ReservationLapsed, {"reserved": BY_ORDER}, "reserved", "-2"),
    (Order.Cancelled, {"reserved": BY_ORDER}, "reserved", "-2"),
    (PurchaseOrder.Ordered, {"storage_id": STORAGE, "incoming": INCOMING}, "incoming_ordered", "-4"),
    (PurchaseOrder.Amended, {"storage_id": STORAGE, "incoming": INCOMING}, "incoming_ordered", "-4"),
    (PurchaseOrder.Cancelled, {"storage_id": STORAGE, "incoming": INCOMING}, "incoming_ordered", "-4"),
    (PurchaseOrder.Closed, {"storage_id": STORAGE, "incoming": INCOMING}, "incoming_ordered", "-4"),
    (
        PurchaseOrder.DeliveryTaken,
        {"storage_id": STORAGE, "lines": (DELIVERED,)},
        "incoming_ordered",
        "-4",
    ),
    (
        PurchaseOrder.DeliveryReversed,
        {"storage_id": STORAGE, "lines": (replace(DELIVERED, incoming_change=Decimal(4)),)},
        "incoming_ordered",
        "4",
    ),
    (
        Transfer.Shipped,
        {
            "to_storage_id": STORAGE,
            "lines": (ShippedLine(line_id=LINE, variant_id=TEA, quantity=Decimal(7), value=9),),
        },
        "incoming_transit",
        "7",
    ),
    (Transfer.Received, {"to_storage_id": STORAGE, "lines": (ARRIVED,)}, "incoming_transit", "-7.5"),
    (Transfer.Cancelled, {"to_storage_id": STORAGE, "lines": (ARRIVED,)}, "incoming_transit", "-7.5"),
    (
        StockCount.Tallied,
        {
            "storage_id": STORAGE,
            "lines": (
                TalliedLine(
                    variant_id=TEA,
                    quantity=Decimal(5),
                    counted_at=NOON,
                    expected_quantity=Decimal(6),
                    known_position=1,
                ),
            ),
        },
        "on_hand",
        "0",
    ),
]


@pytest.mark.parametrize("event", MOVEMENTS, ids=lambda event: event.__name__)
def test_a_movement_adds_its_quantity_and_its_value_with_what_it_settles(event: Event) -> None:
    found = sum_of(fact_of(event, storage_id=STORAGE, lines=(LINES.get(event, moved()),)))
    assert found == Sum(on_hand=Decimal(3), value=450, position=1)


@pytest.mark.parametrize(("event", "values", "figure", "change"), PLANNED, ids=lambda one: str(one)[:60])
def test_a_plan_changes_its_own_figure(event: Event, values: Any, figure: str, change: str) -> None:
    expected = Sum(position=1)
    setattr(expected, figure, Decimal(change))
    assert sum_of(fact_of(event, **values)) == expected


def test_every_event_that_changes_a_sum_is_tried_here() -> None:
    assert StockSums.events == {*MOVEMENTS, *(event for event, *_ in PLANNED)}


def test_movements_part_where_one_says_to_have_left_something_else() -> None:
    left = [(3, 450), (7, 900), (10, 1350)]
    facts = [
        fact_of(
            StockMovement.Adjusted,
            position,
            storage_id=STORAGE,
            lines=(moved(balance_quantity=Decimal(quantity), balance_value=value),),
        )
        for position, (quantity, value) in enumerate(left, 1)
    ]
    found = sum_of(*facts)
    assert found == Sum(on_hand=Decimal(9), value=1350, position=3, parted_at=2)


def test_two_lines_of_an_event_follow_each_other() -> None:
    lines = (moved(), moved(balance_quantity=Decimal(6), balance_value=900))
    found = sum_of(fact_of(StockMovement.Adjusted, storage_id=STORAGE, lines=lines))
    assert found == Sum(on_hand=Decimal(6), value=900, position=1)


SENT = (ShippedLine(line_id=LINE, variant_id=TEA, quantity=Decimal(7), value=900),)
CAME: Any = {"received": Decimal(4), "received_value": 514, "lost": Decimal(1), "lost_value": 129}


@pytest.mark.parametrize("event", [Transfer.Received, Transfer.Cancelled], ids=lambda event: event.__name__)
@pytest.mark.parametrize(("left", "parted_at"), [(257, None), (258, 2)])
def test_what_is_on_the_way_is_what_was_sent_less_what_became_of_it(
    event: Event, left: int, parted_at: int | None
) -> None:
    line = ArrivedLine(line_id=LINE, variant_id=TEA, transit_quantity=Decimal(2), transit_value=left, **CAME)
    facts = [
        fact_of(Transfer.Shipped, to_storage_id=STORAGE, lines=SENT),
        fact_of(event, 2, to_storage_id=STORAGE, lines=(line,)),
    ]
    found = TransitSum()
    for fact in facts:
        for change in transit_changes_of(fact):
            assert change.key == (str(STREAM), str(LINE))
            found.add(change, fact.position)
    expected = TransitSum(in_transit=Decimal(2), transit_value=257, position=2, parted_at=parted_at)
    assert found == expected
