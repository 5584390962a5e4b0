"""Adjusting stock: what broke, was lost or found, and the stock a shop begins with."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from commands.ports import DuplicateId
from commands.stock.lines import quantities_of
from commands.stock.moments import moment_of_movement
from commands.stock.ports import StockContext, StockWork
from domain.stock.adjustments import Adjustment, adjust, wrong_signs
from domain.stock.movements import StockMovement


@dataclass(frozen=True, kw_only=True)
class AdjustmentLine:
    """So much more of a variant, or less (below zero); `unit_cost` is the cost of one entered unit."""

    variant_id: UUID
    quantity: Decimal
    unit_cost: int | None = None
    unit_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class AdjustStock:
    """There is more or less than the books say, for a reason."""

    id: UUID
    storage_id: UUID
    reason: str
    lines: tuple[AdjustmentLine, ...]
    reference: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None


def adjust_stock(command: AdjustStock, work: StockWork) -> StockMovement:
    """Book an adjustment, once: the same request again answers with what it booked.

    Raises DuplicateId, OtherStore, Invalid, BeforeTheCompany, BeforeLastCount, PeriodClosed,
    InsufficientStock, AmountTooLarge.
    """
    stock = work.stock.lock(
        {"storage_id": command.storage_id},
        (line.variant_id for line in command.lines),
        quantities=(line.quantity for line in command.lines),
        unit_ids=(line.unit_id for line in command.lines if line.unit_id),
    )
    earlier = work.find_earlier(StockMovement, StockMovement.Adjusted, command.id)
    stock.check_store("storage_id", work.caller.store_ids)
    if existing := earlier.read():
        if existing.storage_id != command.storage_id:
            raise DuplicateId
        return existing
    adjustments = _adjustments(command, work, stock)
    moved = [("storage_id", line.variant_id) for line in command.lines]
    moment = moment_of_movement(command.occurred_at, "An adjustment", work, stock, moved)
    lines, shortfalls = adjust(command.reason, adjustments, stock.levels())
    movement = StockMovement.begin(
        StockMovement.Adjusted,
        command.id,
        storage_id=command.storage_id,
        occurred_at=moment.occurred_at,
        business_date=moment.business_date,
        lines=lines,
        reason=command.reason,
        reference=command.reference,
        note=command.note,
        shortfalls=shortfalls,
    )
    work.save(movement)
    return movement


def _adjustments(command: AdjustStock, work: StockWork, stock: StockContext) -> list[Adjustment]:
    wrong = wrong_signs(command.reason, ((line.quantity, line.unit_cost) for line in command.lines))
    goods = stock.goods()
    return [
        Adjustment(
            id=work.new_id(),
            variant_id=line.variant_id,
            quantity=line.quantity,
            base=base,
            unit_id=line.unit_id,
            unit_cost=line.unit_cost,
            catalog_cost=goods[line.variant_id].cost,
        )
        for line, base in quantities_of(command.lines, stock, wrong)
    ]
