"""Giving a parked sale up."""

from dataclasses import dataclass
from uuid import UUID

from commands.orders.held_sales.baskets import RELEASE_REASON, find_held
from commands.ports import Missing, UnitOfWork, check_version
from commands.stock.ports import StockWork
from domain.held_sales import HeldSale
from domain.orders import Order
from domain.settings import InUse
from domain.stock.reservations import Reservation


@dataclass(frozen=True, kw_only=True)
class DiscardSale:
    """Give a parked sale up, whoever has it."""

    id: UUID
    expected_versions: frozenset[int] | None = None


def discard_sale(command: DiscardSale, work: StockWork) -> HeldSale:
    """Give it up, and what is reserved for it.

    Raises Missing, InUse for an order, which stays for ever, StaleVersion and HeldSaleEnded.
    """
    held = _find(command.id, work)
    check_version(held.version, command.expected_versions)
    held.discard()
    work.save(held)
    if held.terms.reservation_id:
        _release(held.terms.reservation_id, work)
    return held


def _find(held_id: UUID, work: UnitOfWork) -> HeldSale:
    try:
        return find_held(held_id, work)
    except Missing:
        if work.load(Order, held_id).is_within(work.caller.store_ids):
            message = "This is an order; it can be voided or refunded."
            raise InUse(message) from None
        raise


def _release(reservation_id: UUID, work: StockWork) -> None:
    reservation = work.load(Reservation, reservation_id)
    if reservation.status == "placed":
        work.stock.lock({"storage_id": reservation.storage_id}, reservation.promises)
        reservation.release(None, RELEASE_REASON)
        work.save(reservation)
