"""Receiving stock: what a delivery brought, at which purchase prices."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from commands.ports import DuplicateId
from commands.stock.lines import quantities_of
from commands.stock.moments import moment_of_movement
from commands.stock.ports import StockWork
from domain.stock.goods import BaseQuantity
from domain.stock.movements import StockMovement
from domain.stock.receipts import Delivered, receive_lines


@dataclass(frozen=True, kw_only=True)
class ReceivedLine:
    """What of a variant came in, in the unit it was delivered in, at `unit_cost` for one of those."""

    variant_id: UUID
    quantity: Decimal
    unit_cost: int
    unit_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ReceiveStock:
    """Goods came in from outside."""

    id: UUID
    storage_id: UUID
    lines: tuple[ReceivedLine, ...]
    supplier_id: UUID | None = None
    reference: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None


def receive_stock(command: ReceiveStock, work: StockWork) -> StockMovement:
    """Book a delivery, once: the same request again answers with what it booked.

    Raises DuplicateId, OtherStore, Invalid, BeforeTheCompany, BeforeLastCount, PeriodClosed, AmountTooLarge.
    """
    stock = work.stock.lock(
        {"storage_id": command.storage_id},
        (line.variant_id for line in command.lines),
        supplier_id=command.supplier_id,
        quantities=(line.quantity for line in command.lines),
        unit_ids=(line.unit_id for line in command.lines if line.unit_id),
    )
    earlier = work.find_earlier(StockMovement, StockMovement.Received, command.id)
    stock.check_store("storage_id", work.caller.store_ids)
    if existing := earlier.read():
        if existing.storage_id != command.storage_id:
            raise DuplicateId
        return existing
    lines = quantities_of(command.lines, stock)
    moved = [("storage_id", line.variant_id) for line in command.lines]
    moment = moment_of_movement(command.occurred_at, "A delivery", work, stock, moved)
    movement = StockMovement.begin(
        StockMovement.Received,
        command.id,
        storage_id=command.storage_id,
        occurred_at=moment.occurred_at,
        business_date=moment.business_date,
        lines=receive_lines([_delivered(*line, work) for line in lines], stock.levels()),
        supplier_id=command.supplier_id,
        reference=command.reference,
        note=command.note,
    )
    work.save(movement)
    return movement


def _delivered(line: ReceivedLine, base: BaseQuantity, work: StockWork) -> Delivered:
    return Delivered.entered(
        work.new_id(), line.variant_id, line.quantity, line.unit_cost, base=base, unit_id=line.unit_id
    )
