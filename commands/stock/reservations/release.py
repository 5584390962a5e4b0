"""Releasing what was reserved: some of the goods are promised no more, or none of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from commands.ports import check_version
from commands.stock.ports import StockContext, StockWork
from domain.catalog.units import too_precise
from domain.errors import Detail, Invalid
from domain.stock.goods import twice
from domain.stock.reservations import Reservation, ReservedLine


@dataclass(frozen=True, kw_only=True)
class ReleasedLine:
    """So much of a variant, in its product's unit."""

    variant_id: UUID
    quantity: Decimal
    unit_id: None = None


@dataclass(frozen=True, kw_only=True)
class ReleaseReservation:
    """Promise some of the goods no more; without lines, none of them."""

    id: UUID
    lines: tuple[ReleasedLine, ...] | None = None
    reason: str | None = None
    expected_versions: frozenset[int] | None = None


def release_reservation(command: ReleaseReservation, work: StockWork) -> Reservation:
    """Let go of what is promised, even of goods that the catalog has no more.

    Raises Missing, OtherStore, StaleVersion, ReservationEnded, ReleaseExceedsReserved, Invalid.
    """
    reservation = work.load(Reservation, command.id)
    work.hold_person(reservation.customer_id)
    stock = work.stock.lock({"storage_id": reservation.storage_id}, reservation.promises)
    stock.check_store("storage_id", work.caller.store_ids)
    check_version(reservation.version, command.expected_versions)
    lines = None if command.lines is None else _released(command.lines, reservation, stock)
    reservation.release(lines, command.reason)
    work.save(reservation)
    return reservation


def _released(
    lines: Sequence[ReleasedLine], reservation: Reservation, stock: StockContext
) -> list[ReservedLine]:
    """The lines to let go of. Raises Invalid for what was never promised, twice there or too fine."""
    goods, details = stock.goods(), [*twice(lines)]
    for index, line in enumerate(lines):
        if line.variant_id not in reservation.promises:
            message = "Nothing of this variant was reserved."
            details.append(Detail(f"lines.{index}.variant_id", "not_found", message))
        elif variant := goods.get(line.variant_id):
            wrong = too_precise(f"lines.{index}.quantity", line.quantity, variant.precision)
            details += [wrong] if wrong else []
    if details:
        raise Invalid(details=details)
    return [ReservedLine(variant_id=line.variant_id, quantity=line.quantity) for line in lines]
