"""The goods of a transfer, locked on both sides, and the journal entries by which they leave and arrive."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from commands.ports import ConcurrentEdit
from commands.stock.moments import Moment, moment_of_movement
from commands.stock.ports import StockContext, StockWork
from commands.stock.transfers.sides import SOURCE, check_visible, storages_of
from domain.stock.movements import StockMovement, TransitLine
from domain.stock.shipments import ArrivedLine
from domain.stock.transfers import Transfer
from domain.stock.transit import bring_back


@dataclass(frozen=True)
class TransferGoods:
    """A transfer, and those of its goods that move, locked on both sides."""

    transfer: Transfer
    stock: StockContext
    work: StockWork

    def moment(
        self, occurred_at: datetime | None, what: str, side: str, moved: Iterable[UUID] = ()
    ) -> Moment:
        """When something happened to them on that side, where these variants move with it.

        Raises Invalid, BeforeTheCompany, BeforeLastCount, PeriodClosed; `what` is named.
        """
        goods = [(side, variant_id) for variant_id in moved]
        return moment_of_movement(occurred_at, what, self.work, self.stock, goods, field=side)

    def move(
        self,
        event: type[StockMovement.Moved],
        side: str,
        lines: tuple[TransitLine, ...],
        moment: Moment,
        **facts: Any,
    ) -> StockMovement:
        """The journal entry by which these lines leave or reach that side."""
        return StockMovement.begin(
            event,
            self.work.new_id(),
            storage_id=storages_of(self.transfer)[side],
            occurred_at=moment.occurred_at,
            business_date=moment.business_date,
            lines=lines,
            transfer_id=self.transfer.id,
            **facts,
        )

    def take_back(
        self, parts: Iterable[ArrivedLine], occurred_at: datetime | None, receipt_id: UUID | None = None
    ) -> list[StockMovement]:
        """The journal entry by which goods come back to the source, if any do. Raises as `moment`."""
        lines = bring_back(parts, self.stock.levels(SOURCE))
        if not lines:
            return []
        moment = self.moment(occurred_at, "A return", SOURCE, (line.variant_id for line in lines))
        facts = {"receipt_id": receipt_id, "came_back": True}
        return [self.move(StockMovement.TransferredIn, SOURCE, lines, moment, **facts)]


def lock_goods(
    transfer_id: UUID,
    variants: Callable[[Transfer], Iterable[UUID]],
    work: StockWork,
    *,
    side: str,
) -> TransferGoods:
    """A transfer with these of its variants locked in both storages, for somebody who works on that side.

    Raises Missing, to those too who work on neither side, OtherStore, ConcurrentEdit.
    """
    before = work.load(Transfer, transfer_id)
    locked = set(variants(before))
    quantities = (line.quantity for line in before.lines)
    stock = work.stock.lock(storages_of(before), locked, quantities=quantities)
    # Whoever moved these goods meanwhile was waited for, and has changed the transfer as well.
    transfer = work.load(Transfer, transfer_id)
    check_visible(stock, work)
    stock.check_store(side, work.caller.store_ids)
    if not locked.issuperset(variants(transfer)):
        raise ConcurrentEdit
    return TransferGoods(transfer, stock, work)
