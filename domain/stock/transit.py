"""Goods in transit: what leaves a storage, arrives in another or comes back, and the balances then."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from domain.costing import Balance, gain, issue, receive
from domain.stock.levels import NOTHING, Level
from domain.stock.movements import TransitLine, line_after
from domain.stock.shipments import ArrivedLine, OutgoingLine


def send(lines: Iterable[OutgoingLine], levels: Mapping[UUID, Level]) -> tuple[TransitLine, ...]:
    """The movement by which goods leave, at their average cost."""
    movement = []
    for line in lines:
        cost, after = issue(_balance(levels, line.variant_id), line.quantity)
        movement.append(
            TransitLine(
                **line_after(after, line.variant_id, -line.quantity, -cost),
                line_id=line.line_id,
                transit_quantity=line.quantity,
                transit_value=cost,
            )
        )
    return tuple(movement)


def bring_in(parts: Iterable[ArrivedLine], levels: Mapping[UUID, Level]) -> tuple[TransitLine, ...]:
    """The movement by which goods arrive: as a delivery, it sets the last cost and settles below zero."""
    movement = []
    for part in parts:
        if part.received:
            receipt = receive(_balance(levels, part.variant_id), part.received, part.received_value)
            movement.append(
                TransitLine(
                    **line_after(receipt.balance, part.variant_id, part.received, receipt.value_change),
                    settlement=receipt.settlement,
                    line_id=part.line_id,
                    transit_quantity=part.transit_quantity + part.settled - part.received,
                    transit_value=part.transit_value
                    + part.damaged_value
                    + part.lost_value
                    + part.returned_value,
                )
            )
    return tuple(movement)


def bring_back(parts: Iterable[ArrivedLine], levels: Mapping[UUID, Level]) -> tuple[TransitLine, ...]:
    """The movement by which goods come back to where they were sent from; the last cost there stays.

    What was sold there below zero meanwhile is settled, as by a delivery.
    """
    movement = []
    for part in parts:
        if part.returned:
            receipt = gain(_balance(levels, part.variant_id), part.returned, part.returned_value)
            movement.append(
                TransitLine(
                    **line_after(receipt.balance, part.variant_id, part.returned, receipt.value_change),
                    settlement=receipt.settlement,
                    line_id=part.line_id,
                    transit_quantity=part.transit_quantity,
                    transit_value=part.transit_value,
                )
            )
    return tuple(movement)


def _balance(levels: Mapping[UUID, Level], variant_id: UUID) -> Balance:
    return levels.get(variant_id, NOTHING).balance
