"""Commands that change stock."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from commands.moments import moment_of
from commands.ports import DuplicateId, UnitOfWork
from domain.companies import Backdating
from domain.costing import Balance
from domain.pending import Pending
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


class StockContext(Protocol):
    """What a movement of a storage is decided on; its balances are locked."""

    def check_storage(self, store_ids: Collection[UUID]) -> None:
        """Raise OtherStore when the storage lies in none of these stores; no stores are no bounds."""

    def backdating(self) -> Backdating:
        """How far back a movement of them may lie."""

    def business_date(self, moment: datetime) -> date:
        """The day that a movement of this moment counts for."""

    def balances(self) -> Mapping[UUID, Balance]:
        """By variant. Raises Invalid for an unknown storage, supplier or variant, or too fine a quantity."""


class StockPort(Protocol):
    """The stock of the company."""

    def hold_precisions(self, quantities: Iterable[Decimal]) -> None:
        """Let no unit become coarser until the end, if some of these quantities are fractions."""

    def finer(self, units: Mapping[UUID, UUID | None]) -> Pending[Collection[UUID]]:
        """Ask which products have stock that is finer than the units they are to have, None for none.

        No fraction moves until the end. It is asked before anything else.
        """

    def lock(
        self,
        storage_id: UUID,
        quantities: Sequence[tuple[UUID, Decimal]],
        *,
        supplier_id: UUID | None = None,
    ) -> StockContext:
        """Lock the balances of these variants, of which so much comes, with the next round trip.

        They are locked in key order; the supplier is looked for as well.
        """


class StockWork(UnitOfWork, Protocol):
    """What movements of stock are decided with."""

    @property
    def stock(self) -> StockPort:
        """Balances."""


def receive_stock(command: ReceiveStock, work: StockWork) -> StockMovement:
    """Book a delivery, once: the same request again answers with what it booked.

    Raises DuplicateId, OtherStore, Invalid, TooFarBack, BeforeTheCompany, AmountTooLarge.
    """
    quantities = [(line.variant_id, line.quantity) for line in command.lines]
    stock = work.stock.lock(command.storage_id, quantities, supplier_id=command.supplier_id)
    earlier = work.find_earlier(StockMovement, StockMovement.Received, command.id)
    stock.check_storage(work.caller.store_ids)
    if existing := earlier.read():
        if existing.storage_id != command.storage_id:
            raise DuplicateId
        return existing
    occurred_at = moment_of(command.occurred_at, "A delivery", work, stock.backdating())
    movement = StockMovement.receive(
        command.id,
        storage_id=command.storage_id,
        occurred_at=occurred_at,
        business_date=stock.business_date(occurred_at),
        delivered=command.lines,
        balances=stock.balances(),
        supplier_id=command.supplier_id,
        purchase_order_id=command.purchase_order_id,
        reference=command.reference,
    )
    work.save(movement)
    return movement
