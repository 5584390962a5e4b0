"""Stock as books kept by hand tell it: what each event moved, in plain Python."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from domain.aggregate import Aggregate
from domain.stock.movements import StockMovement
from domain.stock.transfers import Transfer

#: Where goods on the way are.
TRANSIT = UUID(int=0)
_COLUMNS = {
    StockMovement.Received: "received",
    StockMovement.Issued: "sold",
    StockMovement.Voided: "sold",
    StockMovement.Returned: "returned",
    StockMovement.SupplierReturned: "supplier_returned",
    StockMovement.TransferredOut: "transferred_out",
    StockMovement.TransferredIn: "transferred_in",
    StockMovement.Counted: "counted",
    StockMovement.CountCorrected: "counted",
}
_OPPOSITE = {"transferred_out": "transferred_in", "transferred_in": "transferred_out"}


class Entry(NamedTuple):
    """So much of a variant that came to a storage, or left it."""

    day: date
    storage_id: UUID
    variant_id: UUID
    column: str
    quantity: Decimal
    value: int
    event: Aggregate.Event
    towards: UUID | None = None


def entries_of(events: Sequence[Aggregate.Event]) -> Iterator[Entry]:
    """All that these events moved, in their order."""
    routes = {
        event.originator_id: event.to_storage_id for event in events if isinstance(event, Transfer.Drafted)
    }
    columns: dict[UUID, str] = {}
    for event in events:
        if isinstance(event, StockMovement.Moved):
            column = _column(event, columns)
            columns[event.originator_id] = column
            yield from _moved(event, column, routes)
        elif isinstance(event, Transfer.Received):
            yield from _arrived(event)


def _column(event: StockMovement.Moved, columns: dict[UUID, str]) -> str:
    if isinstance(event, StockMovement.Adjusted):
        return event.reason
    if isinstance(event, StockMovement.Reversed):
        return columns[event.original_id]
    return _COLUMNS[type(event)]


def _moved(event: StockMovement.Moved, column: str, routes: dict[UUID, UUID]) -> Iterator[Entry]:
    day, place = event.business_date, event.storage_id
    assert day
    for line in event.lines:
        one = line.variant_id
        yield Entry(day, place, one, column, line.quantity, line.value_change, event)
        if line.settlement:
            yield Entry(day, place, one, "settlement", Decimal(0), line.settlement, event)
        if isinstance(event, StockMovement.TransferredOut | StockMovement.TransferredIn):
            towards = routes[event.transfer_id]
            yield Entry(
                day, TRANSIT, one, _OPPOSITE[column], -line.quantity, -line.value_change, event, towards
            )


def _arrived(event: Transfer.Received) -> Iterator[Entry]:
    for line in event.lines:
        for column, quantity, value in (
            ("damaged", line.damaged, line.damaged_value),
            ("lost", line.lost, line.lost_value),
        ):
            if quantity:
                yield Entry(
                    event.business_date,
                    TRANSIT,
                    line.variant_id,
                    column,
                    -quantity,
                    -value,
                    event,
                    event.to_storage_id,
                )


def quantity_of(entries: Iterable[Entry]) -> Decimal:
    return sum((one.quantity for one in entries), Decimal(0))


def value_of(entries: Iterable[Entry]) -> int:
    return sum(one.value for one in entries)
