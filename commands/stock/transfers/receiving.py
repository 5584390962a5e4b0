"""Receiving a transfer: what arrived, broke or was lost on the way, and what goes back at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commands.ports import check_version
from commands.stock.moments import Moment
from commands.stock.ports import StockWork
from commands.stock.transfers.goods import TransferGoods, lock_goods
from commands.stock.transfers.sides import DESTINATION
from domain.catalog.units import too_precise
from domain.errors import Detail, Invalid
from domain.stock.arrivals import Arrival
from domain.stock.movements import StockMovement
from domain.stock.shipments import ArrivedLine
from domain.stock.transfers import Transfer
from domain.stock.transit import bring_in

#: What can become of goods on their way.
PARTS = ("received", "damaged", "lost", "returned")


@dataclass(frozen=True, kw_only=True)
class ReceiveTransfer:
    """A part of the goods is no longer on the way; if `is_closing`, none are: the rest is lost."""

    id: UUID
    receipt_id: UUID
    lines: tuple[Arrival, ...]
    is_closing: bool = False
    occurred_at: datetime | None = None
    expected_versions: frozenset[int] | None = None


def receive_transfer(command: ReceiveTransfer, work: StockWork) -> Transfer:
    """Take in what arrived, once: the same request again answers with what the transfer was then.

    What is damaged or lost never enters a balance. Raises Missing, OtherStore, DuplicateId, StaleVersion,
    InvalidTransition, Invalid, ReceiveExceedsShipped, BeforeTheCompany, BeforeLastCount, PeriodClosed,
    AmountTooLarge, ConcurrentEdit.
    """
    goods = lock_goods(
        command.id,
        lambda transfer: _variants(transfer, command),
        work,
        side=DESTINATION,
    )
    transfer = goods.transfer
    # Only with the goods locked is it certain that the same request has not just been recorded.
    if any(receipt.id == command.receipt_id for receipt in transfer.receipts):
        earlier = work.find_earlier(Transfer, Transfer.Received, command.receipt_id, within=command.id)
        if existing := earlier.read():
            return existing
    check_version(transfer.version, command.expected_versions)
    lines = transfer.arrivals(command.lines, is_closing=command.is_closing)
    _check_precision(command, goods)
    _check_after_shipping(command, transfer)
    moment = goods.moment(
        command.occurred_at, "A receipt", DESTINATION, (line.variant_id for line in lines if line.received)
    )
    arrived = _take_in(lines, moment, command.receipt_id, goods)
    transfer.receive(command.receipt_id, lines, **moment._asdict())
    returned = goods.take_back(lines, command.occurred_at, command.receipt_id)
    work.save(*arrived, transfer, *returned)
    return transfer


def _variants(transfer: Transfer, command: ReceiveTransfer) -> Iterable[UUID]:
    """What moves; the rest of the goods stays unlocked."""
    if command.is_closing:
        return (shipment.variant_id for shipment in transfer.in_transit)
    named = {line.line_id for line in command.lines}
    return (one.variant_id for line_id, one in transfer.shipments.items() if line_id in named)


def _take_in(
    lines: Iterable[ArrivedLine], moment: Moment, receipt_id: UUID, goods: TransferGoods
) -> list[StockMovement]:
    """The journal entry of what arrived, if anything did."""
    arrived = bring_in(lines, goods.stock.levels(DESTINATION))
    if not arrived:
        return []
    return [goods.move(StockMovement.TransferredIn, DESTINATION, arrived, moment, receipt_id=receipt_id)]


def _check_precision(command: ReceiveTransfer, goods: TransferGoods) -> None:
    """Raise Invalid for what is finer than its unit; what is archived by now is measured in nothing."""
    variants = {line.id: line.variant_id for line in goods.transfer.lines}
    counted = goods.stock.goods()
    details: list[Detail | None] = [
        too_precise(f"lines.{index}.{part}", getattr(line, part), variant.precision)
        for index, line in enumerate(command.lines)
        if (variant := counted.get(variants[line.line_id]))
        for part in PARTS
    ]
    if wrong := [detail for detail in details if detail]:
        raise Invalid(details=wrong)


def _check_after_shipping(command: ReceiveTransfer, transfer: Transfer) -> None:
    shipping = transfer.shipping
    if shipping and command.occurred_at and command.occurred_at < shipping.occurred_at:
        message = "The goods had not left yet."
        raise Invalid(details=[Detail("occurred_at", "before_shipping", message)])
