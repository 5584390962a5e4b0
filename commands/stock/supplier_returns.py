"""Sending goods back to their supplier."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from commands.ports import DuplicateId, Missing
from commands.stock.lines import quantities_of
from commands.stock.moments import moment_of_movement
from commands.stock.ports import JournalWork, StockContext
from domain.errors import Detail
from domain.pending import Pending
from domain.stock.journal import JournalEntry
from domain.stock.movements import StockMovement
from domain.stock.supplier_returns import ReturnExceedsReceived, SupplierReturn, check_received, send_back


@dataclass(frozen=True, kw_only=True)
class SupplierReturnEntry:
    """What of a variant goes back, and what the supplier credits for one entered unit."""

    variant_id: UUID
    quantity: Decimal
    unit_credit: int
    unit_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ReturnToSupplier:
    """Goods go back to the supplier, perhaps those of one delivery."""

    id: UUID
    storage_id: UUID
    supplier_id: UUID
    lines: tuple[SupplierReturnEntry, ...]
    receipt_id: UUID | None = None
    reference: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None


def return_to_supplier(command: ReturnToSupplier, work: JournalWork) -> StockMovement:
    """Book what goes back, once: the same request again answers with what it booked.

    Raises DuplicateId, OtherStore, Invalid, BeforeTheCompany, BeforeLastCount, PeriodClosed,
    InsufficientStock, ReturnExceedsReceived, AmountTooLarge.
    """
    stock = work.stock.lock(
        {"storage_id": command.storage_id},
        (line.variant_id for line in command.lines),
        supplier_id=command.supplier_id,
        quantities=(line.quantity for line in command.lines),
        unit_ids=(line.unit_id for line in command.lines if line.unit_id),
    )
    entry = work.journal.lock(command.receipt_id) if command.receipt_id else None
    earlier = work.find_earlier(StockMovement, StockMovement.SupplierReturned, command.id)
    stock.check_store("storage_id", work.caller.store_ids)
    if existing := earlier.read():
        if existing.storage_id != command.storage_id:
            raise DuplicateId
        return existing
    returns = _returns(command, work, stock, entry)
    moved = [("storage_id", line.variant_id) for line in command.lines]
    moment = moment_of_movement(command.occurred_at, "A return", work, stock, moved)
    lines = send_back(returns, stock.levels())
    movement = StockMovement.begin(
        StockMovement.SupplierReturned,
        command.id,
        storage_id=command.storage_id,
        occurred_at=moment.occurred_at,
        business_date=moment.business_date,
        lines=lines,
        supplier_id=command.supplier_id,
        credit_total=sum(line.credit for line in lines),
        receipt_id=command.receipt_id,
        reference=command.reference,
        note=command.note,
    )
    work.save(movement)
    return movement


def _returns(
    command: ReturnToSupplier,
    work: JournalWork,
    stock: StockContext,
    entry: Pending[JournalEntry | None] | None,
) -> list[SupplierReturn]:
    """What goes back, as far as the delivery that it names still has it."""
    receipt = _receipt_of(command, work)
    wrong = [] if receipt or not command.receipt_id else [_NO_RECEIPT]
    returns = [
        SupplierReturn(
            id=work.new_id(),
            variant_id=line.variant_id,
            quantity=line.quantity,
            base=base,
            unit_id=line.unit_id,
            unit_credit=line.unit_credit,
        )
        for line, base in quantities_of(command.lines, stock, wrong)
    ]
    if receipt and entry:
        _check_received(returns, receipt, entry.read())
    return returns


def _receipt_of(command: ReturnToSupplier, work: JournalWork) -> StockMovement | None:
    """The delivery it names, if it is one of that supplier."""
    if command.receipt_id is None:
        return None
    try:
        receipt = work.load(StockMovement, command.receipt_id)
    except Missing:
        return None
    is_of_supplier = receipt.kind == "receipt" and receipt.supplier_id in (None, command.supplier_id)
    if not is_of_supplier:
        return None
    _check_store_of(receipt, command, work)
    return receipt


def _check_store_of(receipt: StockMovement, command: ReturnToSupplier, work: JournalWork) -> None:
    """Raise OtherStore for a delivery to a store where the caller does not work: it returns less then.

    What comes by way of a warehouse may go back from any store.
    """
    if work.caller.store_ids and receipt.storage_id != command.storage_id:
        there = work.stock.lock({"receipt_id": receipt.storage_id}, (), is_plan=True)
        there.check_store("receipt_id", (*work.caller.store_ids, None))


def _check_received(
    returns: list[SupplierReturn], receipt: StockMovement, entry: JournalEntry | None
) -> None:
    if entry is None or entry.reversed_by:
        raise ReturnExceedsReceived.in_fields("receipt_id", message="That delivery was reversed.")
    check_received(returns, receipt, entry.returned)


_NO_RECEIPT = Detail("receipt_id", "not_found", "There is no such delivery of this supplier.")
