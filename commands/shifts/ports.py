"""What decisions about shifts read and lock."""

from typing import Protocol
from uuid import UUID

from commands.ports import UnitOfWork
from domain.pending import Pending
from domain.shifts import Drawer


class DrawersPort(Protocol):
    """The drawers of the company's registers."""

    def lock(self, register_id: UUID) -> Pending[Drawer]:
        """Lock a register's drawer, after all balances and before any number series, and ask for it.

        No sale, refund or void of the register, and no other decision about one of its shifts, comes in
        between until the end.
        """


class DrawerWork(UnitOfWork, Protocol):
    """What is decided about a drawer."""

    @property
    def drawers(self) -> DrawersPort:
        """Drawers."""
