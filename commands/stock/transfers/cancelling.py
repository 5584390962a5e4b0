"""Cancelling a transfer: whatever is still on the way goes back to where it came from."""

from dataclasses import dataclass
from uuid import UUID

from commands.ports import check_version
from commands.stock.ports import StockWork
from commands.stock.transfers.goods import lock_goods
from commands.stock.transfers.sides import SOURCE
from domain.stock.transfers import Transfer


@dataclass(frozen=True, kw_only=True)
class CancelTransfer:
    """The goods are not to go, or not to go on."""

    id: UUID
    reason: str
    expected_versions: frozenset[int] | None = None


def cancel_transfer(command: CancelTransfer, work: StockWork) -> Transfer:
    """End it; what comes back is worth what it left with, and the last cost at the source stays.

    Raises Missing, OtherStore, StaleVersion, InvalidTransition, PeriodClosed, AmountTooLarge, ConcurrentEdit.
    """
    goods = lock_goods(
        command.id,
        lambda transfer: (shipment.variant_id for shipment in transfer.in_transit),
        work,
        side=SOURCE,
    )
    transfer = goods.transfer
    check_version(transfer.version, command.expected_versions)
    moment = goods.moment(None, "A cancellation", SOURCE)
    lines = transfer.cancel(command.reason, **moment._asdict())
    work.save(transfer, *goods.take_back(lines, None))
    return transfer
