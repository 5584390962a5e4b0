"""Arrivals: what somebody found of the goods on their way, and what that settles of their shipments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.errors import Conflict, Detail, Invalid
from domain.money import shortest
from domain.stock.shipments import ArrivedLine, Shipment

_NONE = Decimal(0)


class ReceiveExceedsShipped(Conflict):
    """No more can be received than is still on the way."""

    code = "receive_exceeds_shipped"
    remedy = "Receive at most what is on the way; record what came beyond it as an adjustment."


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What somebody found of a line: it arrived, broke, is lost, or goes back."""

    line_id: UUID
    received: Decimal = _NONE
    damaged: Decimal = _NONE
    lost: Decimal = _NONE
    returned: Decimal = _NONE
    note: str | None = None

    @property
    def settled(self) -> Decimal:
        """How much of the line that is."""
        return self.received + self.damaged + self.lost + self.returned


def settle(
    arrivals: Sequence[Arrival], shipments: Mapping[UUID, Shipment], *, is_closing: bool
) -> tuple[ArrivedLine, ...]:
    """The parts of the shipments, by line, that are no longer on the way; if `is_closing`, the rest is lost.

    Raises ReceiveExceedsShipped, and Invalid where nothing becomes of anything.
    """
    _check_in_transit(arrivals, shipments)
    by_line = {arrival.line_id: arrival for arrival in arrivals}
    parts = [
        _part(shipment, by_line.get(line_id, Arrival(line_id=line_id)), is_closing=is_closing)
        for line_id, shipment in shipments.items()
    ]
    if settled := tuple(part for part in parts if part.settled):
        return settled
    message = "Say of a line what arrived, broke, is lost or goes back."
    raise Invalid(details=[Detail("lines", "required", message)])


def _check_in_transit(arrivals: Iterable[Arrival], shipments: Mapping[UUID, Shipment]) -> None:
    details = []
    for index, arrival in enumerate(arrivals):
        shipment = shipments.get(arrival.line_id)
        in_transit = shipment.in_transit if shipment else _NONE
        if arrival.settled > in_transit:
            message = f"{in_transit.normalize():f} of it are on the way."
            details.append(Detail(f"lines.{index}", ReceiveExceedsShipped.code, message))
    if details:
        raise ReceiveExceedsShipped(details=details)


def _part(shipment: Shipment, arrival: Arrival, *, is_closing: bool) -> ArrivedLine:
    missing = shipment.in_transit - arrival.settled if is_closing else _NONE
    return shipment.settle(
        received=arrival.received,
        damaged=arrival.damaged,
        lost=shortest(arrival.lost + missing),
        returned=arrival.returned,
        note=arrival.note,
    )
