"""Reversing a receipt, an adjustment or a return to a supplier that should not have been booked."""

from dataclasses import dataclass
from uuid import UUID

from commands.ports import check_version
from commands.stock.moments import check_not_counted, moment_of_movement
from commands.stock.ports import JournalWork, StockContext
from domain.errors import Detail, Invalid
from domain.stock.journal import JournalEntry
from domain.stock.movements import StockMovement
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.reversals import (
    AlreadyReversed,
    NotReversible,
    check_reversible,
    reversal_id,
    reverse,
)


@dataclass(frozen=True, kw_only=True)
class ReverseMovement:
    """A movement was booked by mistake."""

    movement_id: UUID
    reason: str
    expected_versions: frozenset[int] | None = None


def reverse_movement(command: ReverseMovement, work: JournalWork) -> StockMovement:
    """Book the opposite of a movement, which can happen once; answers the reversal.

    What a purchase order delivered is on order again, as long as nobody ended the order.

    What was counted since is settled: the count said what is there, whatever was booked before it. Raises
    Missing, OtherStore, StaleVersion, NotReversible, AlreadyReversed, BeforeLastCount, Invalid, PeriodClosed,
    InsufficientStock, AmountTooLarge.
    """
    original = work.load(StockMovement, command.movement_id)
    order = _order_of(original, work)
    stock = work.stock.lock(
        {"storage_id": original.storage_id} | ({"ordered_to": order.storage_id} if order else {}),
        (line.variant_id for line in original.lines),
        quantities=(line.quantity for line in original.lines),
    )
    entry = work.journal.lock(original.id).read()
    stock.check_store("storage_id", work.caller.store_ids)
    _check_version(original, entry, command)
    check_reversible(original, entry.returned if entry else {})
    if entry and entry.reversed_by:
        message = f"The movement {entry.reversed_by} reversed it."
        raise AlreadyReversed(details=[Detail("movement_id", AlreadyReversed.code, message)])
    _check_goods(original, stock)
    moved = [("storage_id", line.variant_id) for line in original.lines]
    check_not_counted(original.occurred_at, moved, stock, at="movement_id")
    moment = moment_of_movement(None, "A reversal", work, stock)
    reversal = StockMovement.begin(
        StockMovement.Reversed,
        reversal_id(original.id),
        storage_id=original.storage_id,
        occurred_at=moment.occurred_at,
        business_date=moment.business_date,
        lines=reverse(original, stock.levels()),
        original_id=original.id,
        reason=command.reason,
    )
    if order:
        order.reverse_delivery(original.id)
    work.save(reversal, *([order] if order else []))
    return reversal


def _order_of(original: StockMovement, work: JournalWork) -> PurchaseOrder | None:
    """The purchase order that a receipt was a delivery of."""
    if original.kind != "receipt" or original.purchase_order_id is None:
        return None
    return work.load(PurchaseOrder, original.purchase_order_id)


def _check_version(original: StockMovement, entry: JournalEntry | None, command: ReverseMovement) -> None:
    """Raise StaleVersion unless the movement is as the client saw it; its reversal makes it a later one."""
    is_reversed = bool(entry and entry.reversed_by)
    check_version(original.version + is_reversed, command.expected_versions)


def _check_goods(original: StockMovement, stock: StockContext) -> None:
    """Nothing comes back into a storage or of a product that was archived meanwhile."""
    if wrong := stock.missing():
        raise Invalid(details=wrong)
    goods = stock.goods()
    if gone := [
        Detail(f"lines.{position}.variant_id", NotReversible.code, "It is no longer in the catalog.")
        for position, line in enumerate(original.lines)
        if line.quantity < 0 and line.variant_id not in goods
    ]:
        raise NotReversible(details=gone)
