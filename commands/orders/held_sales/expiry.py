"""The end of parked sales whose time is over; what is reserved for them lapses by itself."""

from dataclasses import dataclass
from uuid import UUID

from commands.ports import UnitOfWork
from domain.held_sales import HeldSale


@dataclass(frozen=True, kw_only=True)
class ExpireHeldSales:
    """Give up those of these parked sales that are due."""

    ids: tuple[UUID, ...]


def expire_held_sales(command: ExpireHeldSales, work: UnitOfWork) -> int:
    """Give them up, and say how many there were; what has ended or is not due is left as it is.

    Raises Missing.
    """
    due = [held for held in (work.load(HeldSale, one) for one in command.ids) if held.is_due(work.now)]
    for held in due:
        held.expire()
    work.save(*due)
    return len(due)
