"""When goods were received, kept by hand: what each event brought to lie where, and what of it lies there."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from domain.aggregate import Aggregate
from domain.stock.movements import StockMovement
from domain.stock.transfers import Transfer
from tests.projections.reports.inventory.books import TRANSIT

#: A storage and a variant.
Level = tuple[UUID, UUID]
Units = list[tuple[date, Decimal]]


class Layer(NamedTuple):
    """So much that was received on a day and came to lie there, or no longer does (below zero)."""

    day: date
    level: Level
    received_on: date
    quantity: Decimal


def lying(layers: Iterable[Layer], on_hand: Decimal, otherwise: date) -> Units:
    """What of a level lies there, the oldest first: the newest, as far as they cover it."""
    received: dict[date, Decimal] = {}
    for layer in layers:
        received[layer.received_on] = received.get(layer.received_on, Decimal(0)) + layer.quantity
    units: Units = []
    for day in sorted(received, reverse=True):
        part = min(received[day], on_hand)
        if part > 0:
            units.insert(0, (day, part))
            on_hand -= part
    if on_hand > 0:
        oldest = units[0][0] if units else otherwise
        units.insert(0, (oldest, on_hand))
    return units


def layers_of(events: Sequence[Aggregate.Event]) -> list[Layer]:
    """All layers that these events brought, or took away again."""
    book = _Book()
    for event in events:
        if isinstance(event, StockMovement.Moved):
            book.move(event)
        elif isinstance(event, Transfer.Received):
            book.lose(event)
    return book.layers


class _Book:
    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self._originals: dict[UUID, StockMovement.Moved] = {}
        self._on_the_way: dict[tuple[UUID, UUID], Units] = {}

    def move(self, event: StockMovement.Moved) -> None:
        self._originals[event.originator_id] = event
        assert event.business_date
        day, place = event.business_date, event.storage_id
        for line in event.lines:
            level = (place, line.variant_id)
            if isinstance(event, StockMovement.TransferredOut):
                self._ship(event, level, -line.quantity, line.balance_quantity - line.quantity)
            elif isinstance(event, StockMovement.TransferredIn):
                for received_on, part in self._take(event.transfer_id, line.variant_id, line.quantity):
                    self.layers.append(Layer(day, level, received_on, part))
                    self.layers.append(Layer(day, (TRANSIT, line.variant_id), received_on, -part))
            elif isinstance(event, StockMovement.Reversed):
                original = self._originals[event.original_id]
                assert original.business_date
                if line.quantity < 0:
                    self.layers.append(Layer(day, level, original.business_date, line.quantity))
            elif line.quantity > 0 and isinstance(
                event, StockMovement.Received | StockMovement.Adjusted | StockMovement.Counted
            ):
                self.layers.append(Layer(day, level, day, line.quantity))

    def lose(self, event: Transfer.Received) -> None:
        """What was damaged and lost lies nowhere any more; what arrived was taken by its movement before."""
        for line in event.lines:
            for quantity in (line.damaged, line.lost):
                for received_on, part in self._take(event.originator_id, line.variant_id, quantity):
                    level = (TRANSIT, line.variant_id)
                    self.layers.append(Layer(event.business_date, level, received_on, -part))

    def _ship(
        self, event: StockMovement.TransferredOut, level: Level, quantity: Decimal, before: Decimal
    ) -> None:
        assert event.business_date
        day = event.business_date
        units, left = [], quantity
        for received_on, part in lying([one for one in self.layers if one.level == level], before, day):
            taken = min(part, left)
            if taken > 0:
                units.append((received_on, taken))
                self.layers.append(Layer(day, (TRANSIT, level[1]), received_on, taken))
            left -= taken
        self._on_the_way[event.transfer_id, level[1]] = units

    def _take(self, transfer_id: UUID, variant_id: UUID, quantity: Decimal) -> Iterator[tuple[date, Decimal]]:
        units = self._on_the_way[transfer_id, variant_id]
        while quantity > 0:
            received_on, part = units.pop(0)
            taken = min(part, quantity)
            if part > taken:
                units.insert(0, (received_on, part - taken))
            quantity -= taken
            yield received_on, taken
