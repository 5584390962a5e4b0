"""Reserving stock: goods that are available are promised to somebody until a moment."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from commands.ports import Missing, UnitOfWork
from commands.stock.lines import quantities_of
from commands.stock.moments import moment_of_movement
from commands.stock.ports import StockWork
from domain.customers import Customer
from domain.errors import Detail
from domain.stock.goods import twice
from domain.stock.issues import Demand, check_available
from domain.stock.reservations import PlacedLine, Reservation


@dataclass(frozen=True, kw_only=True)
class RequestedLine:
    """So much of a variant, in some unit; None for the product's own."""

    variant_id: UUID
    quantity: Decimal
    unit_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ReserveStock:
    """Promise goods to somebody until a moment."""

    id: UUID
    storage_id: UUID
    lines: tuple[RequestedLine, ...]
    expires_at: datetime
    customer_id: UUID | None = None
    occurred_at: datetime | None = None
    reference: str | None = None
    note: str | None = None


def reserve_stock(command: ReserveStock, work: StockWork) -> Reservation:
    """Promise what is available, once: the same request again answers with what it reserved.

    Raises DuplicateId, OtherStore, Invalid, BeforeTheCompany, PeriodClosed, InsufficientStock.
    """
    stock = work.stock.lock(
        {"storage_id": command.storage_id},
        (line.variant_id for line in command.lines),
        quantities=(line.quantity for line in command.lines),
        unit_ids=(line.unit_id for line in command.lines if line.unit_id),
    )
    work.hold_person(command.customer_id)
    earlier = work.find_earlier(Reservation, Reservation.Placed, command.id)
    wrong = [*twice(command.lines), *_wrong_customer(command.customer_id, work), *_wrong_end(command, work)]
    stock.check_store("storage_id", work.caller.store_ids)
    if existing := earlier.read():
        return existing
    lines = [
        PlacedLine(
            variant_id=line.variant_id,
            quantity=base.quantity,
            unit_id=line.unit_id,
            entered_quantity=line.quantity,
        )
        for line, base in quantities_of(command.lines, stock, wrong)
    ]
    moment = moment_of_movement(command.occurred_at, "A reservation", work, stock)
    demands = [
        Demand(position=index, variant_id=line.variant_id, quantity=line.quantity)
        for index, line in enumerate(lines)
    ]
    check_available(demands, stock.levels())
    reservation = Reservation.begin(
        Reservation.Placed,
        command.id,
        storage_id=command.storage_id,
        lines=tuple(lines),
        occurred_at=moment.occurred_at,
        customer_id=command.customer_id,
        expires_at=command.expires_at,
        reference=command.reference,
        note=command.note,
    )
    work.save(reservation)
    return reservation


def _wrong_customer(customer_id: UUID | None, work: UnitOfWork) -> list[Detail]:
    wrong = [Detail("customer_id", "not_found", "There is no such customer.")]
    if customer_id is None:
        return []
    try:
        return wrong if work.load(Customer, customer_id).is_archived else []
    except Missing:
        return wrong


def _wrong_end(command: ReserveStock, work: UnitOfWork) -> list[Detail]:
    if command.expires_at > work.now:
        return []
    return [Detail("expires_at", "in_the_past", "A reservation ends in the future.")]
