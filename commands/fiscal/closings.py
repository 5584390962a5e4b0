"""Closing what has ended: the days, months and years of stores."""

from collections.abc import Sequence
from dataclasses import dataclass

from commands.ports import UnitOfWork
from domain.fiscal import Closing


@dataclass(frozen=True, kw_only=True)
class MakeClosings:
    """Make these closings of a company's stores, which follow each other."""

    closings: Sequence[Closing]


def make_closings(command: MakeClosings, work: UnitOfWork) -> None:
    """Record them. The log refuses all of them where somebody else has made one meanwhile."""
    work.save(*command.closings)
