"""Commands that change stock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commands.moments import moment_of
from commands.ports import DuplicateId, UnitOfWork
from domain.stock import ReceivedLine, StockMovement


@dataclass(frozen=True, kw_only=True)
class ReceiveStock:
    """Goods came in from outside."""

    id: UUID
    storage_id: UUID
    lines: tuple[ReceivedLine, ...]
    supplier_id: UUID | None = None
    purchase_order_id: UUID | None = None
    reference: str | None = None
    occurred_at: datetime | None = None


def receive_stock(command: ReceiveStock, work: UnitOfWork) -> StockMovement:
    """Book a delivery, once: the same request again answers with what it booked.

    Raises DuplicateId, OtherStore, Invalid, TooFarBack, BeforeTheCompany, AmountTooLarge.
    """
    quantities = [(line.variant_id, line.quantity) for line in command.lines]
    balances = work.stock.lock(command.storage_id, quantities, supplier_id=command.supplier_id)
    earlier = work.made_before(StockMovement, StockMovement.Received, command.id)
    balances.check_place(work.caller.store_ids)
    if (existing := earlier()) is not None:
        if existing.storage_id != command.storage_id:
            raise DuplicateId
        return existing
    movement = StockMovement.receive(
        command.id,
        storage_id=command.storage_id,
        occurred_at=moment_of(command.occurred_at, "A delivery", work, balances.backdating()),
        delivered=command.lines,
        balances=balances.rows(),
        supplier_id=command.supplier_id,
        purchase_order_id=command.purchase_order_id,
        reference=command.reference,
    )
    work.save(movement)
    return movement
