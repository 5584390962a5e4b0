"""The end of reservations whose time is over."""

from dataclasses import dataclass
from uuid import UUID

from commands.ports import UnitOfWork
from domain.stock.reservations import Reservation


@dataclass(frozen=True, kw_only=True)
class ExpireReservations:
    """Let lapse those of these promises that are due."""

    ids: tuple[UUID, ...]


def expire_reservations(command: ExpireReservations, work: UnitOfWork) -> int:
    """Let them lapse, and say how many there were; what has ended or is not due is left as it is.

    Raises Missing.
    """
    reservations = [work.load(Reservation, one) for one in command.ids]
    due = [reservation for reservation in reservations if reservation.is_due(work.now)]
    for reservation in due:
        reservation.expire()
    work.save(*due)
    return len(due)
