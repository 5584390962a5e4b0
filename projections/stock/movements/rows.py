"""The rows of the stock ledger that an event comes to, one for each change of a balance."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from domain.aggregate import events_of
from domain.stock.movements import StockMovement
from domain.stock.transfers import Transfer
from projections.base import Event, Fact
from projections.records import Reading
from projections.settings import NOWHERE

#: A place in the ledger is the event's position times this, plus the line's number within the event.
LINES_PER_EVENT = 100_000
#: What rows are called: after their movements; what a movement corrects of the cost of earlier goods; and
#: what of a transfer never arrived.
TYPES = (
    *(event.kind for _, event in events_of(StockMovement)),  # type: ignore[attr-defined]  # all are movements
    "settlement",
    "cost_correction",
    "transfer_damaged",
    "transfer_lost",
)
#: Where goods in transit lie, as far as an index is concerned.
IN_TRANSIT = str(NOWHERE)

Row = tuple[Any, ...]

#: What a row of the ledger has, in this order.
COLUMNS = (
    "place recorded_at occurred_at type storage_id variant_id quantity unit_cost value_change "
    "balance_quantity balance_value reason reference note order_id refund_id supplier_id "
    "purchase_order_id transfer_id count_id reversal_of movement_id actor_id business_date"
)


class MovedLine(Reading):
    """What is read of a movement's line."""

    variant_id: str
    quantity: Decimal
    value_change: int
    balance_quantity: Decimal
    balance_value: int
    unit_cost: int | None
    settlement: int


class Movement(Reading):
    """What is read of every movement."""

    storage_id: str
    occurred_at: datetime
    business_date: date | None
    lines: tuple[MovedLine, ...]


class Receipt(Movement):
    """What is read of goods that came in."""

    supplier_id: str | None
    purchase_order_id: str | None
    reference: str | None
    note: str | None


class Issue(Movement):
    """What is read of goods that went out with a sale."""

    order_id: str


class CustomerReturn(Movement):
    """What is read of goods that came back from a customer."""

    refund_id: str
    order_id: str | None


class Adjustment(Movement):
    """What is read of an adjustment."""

    reason: str
    reference: str | None
    note: str | None


class SupplierReturn(Movement):
    """What is read of goods that went back to their supplier."""

    supplier_id: str
    reference: str | None
    note: str | None


class TransitLine(MovedLine):
    """What is read of a line of a transfer: what of it is on the way afterwards."""

    transit_quantity: Decimal
    transit_value: int


class Transferred(Reading):
    """What is read of goods that left for another storage, or arrived."""

    storage_id: str
    occurred_at: datetime
    business_date: date | None
    transfer_id: str
    lines: tuple[TransitLine, ...]


class Counted(Movement):
    """What is read of goods that were counted."""

    count_id: str


class CountCorrection(Counted):
    """What is read of a sale that happened before its goods were counted."""

    order_id: str


class Reversal(Movement):
    """What is read of a movement that undoes another."""

    original_id: str
    reason: str


class ArrivedLine(Reading):
    """What is read of a line of a transfer: what never arrived of it, and what is on the way afterwards."""

    variant_id: str
    damaged: Decimal
    lost: Decimal
    returned: Decimal
    damaged_value: int
    lost_value: int
    returned_value: int
    transit_quantity: Decimal
    transit_value: int
    note: str | None


class Arrived(Reading):
    """What is read of goods that are no longer on the way."""

    occurred_at: datetime
    business_date: date
    receipt_id: str
    lines: tuple[ArrivedLine, ...]


def rows_of(fact: Fact) -> list[Row]:
    """The rows of one event, in the order of `COLUMNS`."""
    made = _rows_of_arrival(fact) if fact.event is Transfer.Received else _rows_of_movement(fact)
    known_at = fact.known_at
    return [(place, known_at, *row) for place, row in enumerate(made, fact.position * LINES_PER_EVENT)]


def _rows_of_movement(fact: Fact) -> Iterator[Row]:
    """A row for each line; one more for what it corrects; and for what is in transit the opposite one."""
    moved: Movement = fact.data
    event = cast("type[StockMovement.Moved]", fact.event)
    kind, at, storage = event.kind, moved.occurred_at, moved.storage_id
    origin = (*_ORIGINS[event](moved), fact.stream_id, fact.actor_id, moved.business_date)
    is_transfer = event in _TRANSFERS
    for line in moved.lines:
        variant, quantity, change = line.variant_id, line.quantity, line.value_change
        left, value, settlement = line.balance_quantity, line.balance_value, line.settlement
        amounts = (quantity, line.unit_cost, change, left, value - settlement)
        yield at, kind, storage, variant, *amounts, *origin
        if settlement:
            correction = _CORRECTIONS.get(event, "settlement")
            yield at, correction, storage, variant, _NONE, None, settlement, left, value, *origin
        if is_transfer:
            transit = cast("TransitLine", line)
            opposite = (-quantity, None, -change, transit.transit_quantity, transit.transit_value)
            yield at, kind, IN_TRANSIT, variant, *opposite, *origin


def _rows_of_arrival(fact: Fact) -> Iterator[Row]:
    """What was damaged and lost on the way, in this order; what came back follows with its movement."""
    arrived: Arrived = fact.data
    movement = (UUID(arrived.receipt_id), fact.actor_id, arrived.business_date)
    for line in arrived.lines:
        origin = (*_origin(transfer_id=str(fact.stream_id), note=line.note), *movement)
        left, value = line.transit_quantity + line.returned, line.transit_value + line.returned_value
        parts = (
            ("transfer_damaged", line.damaged, line.damaged_value, left + line.lost, value + line.lost_value),
            ("transfer_lost", line.lost, line.lost_value, left, value),
        )
        for kind, quantity, change, *balance in parts:
            if quantity:
                amounts = (-quantity, None, -change, *balance)
                yield arrived.occurred_at, kind, IN_TRANSIT, line.variant_id, *amounts, *origin


def _origin(
    *,
    reason: str | None = None,
    reference: str | None = None,
    note: str | None = None,
    order_id: str | None = None,
    refund_id: str | None = None,
    supplier_id: str | None = None,
    purchase_order_id: str | None = None,
    transfer_id: str | None = None,
    count_id: str | None = None,
    reversal_of: str | None = None,
) -> Row:
    """Where a movement came from, as columns."""
    return (
        reason,
        reference,
        note,
        order_id,
        refund_id,
        supplier_id,
        purchase_order_id,
        transfer_id,
        count_id,
        reversal_of,
    )


#: What is read of each event, and where such a movement came from.
READ: Mapping[Event, type[Reading]] = {
    StockMovement.Received: Receipt,
    StockMovement.Issued: Issue,
    StockMovement.Returned: CustomerReturn,
    StockMovement.Voided: Issue,
    StockMovement.Adjusted: Adjustment,
    StockMovement.SupplierReturned: SupplierReturn,
    StockMovement.TransferredOut: Transferred,
    StockMovement.TransferredIn: Transferred,
    StockMovement.Counted: Counted,
    StockMovement.CountCorrected: CountCorrection,
    StockMovement.Reversed: Reversal,
    Transfer.Received: Arrived,
}
_ORIGINS: Mapping[Event, Callable[[Any], Row]] = {
    StockMovement.Received: lambda moved: _origin(
        reference=moved.reference,
        note=moved.note,
        supplier_id=moved.supplier_id,
        purchase_order_id=moved.purchase_order_id,
    ),
    StockMovement.Issued: lambda moved: _origin(order_id=moved.order_id),
    StockMovement.Returned: lambda moved: _origin(order_id=moved.order_id, refund_id=moved.refund_id),
    StockMovement.Voided: lambda moved: _origin(order_id=moved.order_id),
    StockMovement.Adjusted: lambda moved: _origin(
        reason=moved.reason, reference=moved.reference, note=moved.note
    ),
    StockMovement.SupplierReturned: lambda moved: _origin(
        reference=moved.reference, note=moved.note, supplier_id=moved.supplier_id
    ),
    StockMovement.TransferredOut: lambda moved: _origin(transfer_id=moved.transfer_id),
    StockMovement.TransferredIn: lambda moved: _origin(transfer_id=moved.transfer_id),
    StockMovement.Counted: lambda moved: _origin(count_id=moved.count_id),
    StockMovement.CountCorrected: lambda moved: _origin(count_id=moved.count_id, order_id=moved.order_id),
    StockMovement.Reversed: lambda moved: _origin(reason=moved.reason, reversal_of=moved.original_id),
}
_TRANSFERS = frozenset({StockMovement.TransferredOut, StockMovement.TransferredIn})
#: What a movement corrects of the cost of earlier goods, where that is no settlement.
_CORRECTIONS: Mapping[Event, str] = {StockMovement.Reversed: "cost_correction"}

_NONE = Decimal(0)
