"""Shipping a transfer: goods leave their storage, and belong to none until they arrive."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import count
from uuid import UUID

from commands.ports import check_version
from commands.stock.lines import quantities_of
from commands.stock.ports import StockWork
from commands.stock.transfers.goods import lock_goods
from commands.stock.transfers.sides import SOURCE
from domain.stock.issues import Demand, check_available
from domain.stock.movements import StockMovement
from domain.stock.shipments import OutgoingLine
from domain.stock.transfers import Transfer
from domain.stock.transit import send


@dataclass(frozen=True, kw_only=True)
class ShipTransfer:
    """The goods leave: so much of these lines (line, quantity), or all that was requested."""

    id: UUID
    lines: tuple[tuple[UUID, Decimal], ...] | None = None
    carrier: str | None = None
    tracking: str | None = None
    occurred_at: datetime | None = None
    expected_versions: frozenset[int] | None = None


def ship_transfer(command: ShipTransfer, work: StockWork) -> Transfer:
    """Take the goods from the source at their average cost; what is reserved there stays.

    Raises Missing, OtherStore, StaleVersion, InvalidTransition, Invalid, InsufficientStock, BeforeTheCompany,
    BeforeLastCount, PeriodClosed, ConcurrentEdit.
    """
    goods = lock_goods(
        command.id,
        lambda transfer: _variants(transfer, command),
        work,
        side=SOURCE,
    )
    transfer, levels = goods.transfer, goods.stock.levels(SOURCE)
    check_version(transfer.version, command.expected_versions)
    outgoing = transfer.outgoing(command.lines)
    quantities_of(outgoing, goods.stock)
    check_available(map(_demand, count(), outgoing), levels)
    moment = goods.moment(command.occurred_at, "A shipment", SOURCE, (line.variant_id for line in outgoing))
    movement = goods.move(StockMovement.TransferredOut, SOURCE, send(outgoing, levels), moment)
    transfer.ship(
        movement.id, movement.lines, **moment._asdict(), carrier=command.carrier, tracking=command.tracking
    )
    work.save(movement, transfer)
    return transfer


def _demand(position: int, line: OutgoingLine) -> Demand:
    return Demand(position=position, variant_id=line.variant_id, quantity=line.quantity)


def _variants(transfer: Transfer, command: ShipTransfer) -> Iterable[UUID]:
    """What leaves; only that is locked, as nothing will be said of what is dropped."""
    if command.lines is None:
        return (line.variant_id for line in transfer.lines)
    named = {line_id for line_id, _ in command.lines}
    return (line.variant_id for line in transfer.lines if line.id in named)
