"""Closing what has ended: the days, months and years of stores."""

from collections.abc import Iterable
from dataclasses import dataclass

from commands.ports import UnitOfWork
from domain.fiscal import Closing, StoreToClose, closings_due


@dataclass(frozen=True, kw_only=True)
class MakeClosings:
    """Close what is due in these stores of a company."""

    stores: Iterable[StoreToClose]


def make_closings(command: MakeClosings, work: UnitOfWork) -> list[Closing]:
    """Close it, and say what was closed. What somebody else closes at this moment is refused by the log."""
    closings = [closing for store in command.stores for closing in closings_due(store)]
    work.save(*closings)
    return closings
