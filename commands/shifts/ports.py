"""What decisions about shifts read and lock."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from commands.ports import UnitOfWork
from domain.pending import Pending
from domain.shifts import CurrentShift, Drawer, ShiftPlace
from domain.shifts.facts import ShiftFact
from domain.shifts.report import HeldTotals


class DrawersPort(Protocol):
    """The drawers of the company's registers."""

    def place(self, register_id: UUID) -> Pending[ShiftPlace | None]:
        """Ask for a register, whether in use or not; it stays as it is until the end."""

    def lock(self, register_id: UUID) -> Pending[Drawer]:
        """Lock a register's drawer, after all balances and before any number series, and ask for it.

        No sale, refund or void of the register, and no other decision about one of its shifts, comes in
        between until the end.
        """

    def find_open(self, register_id: UUID) -> Pending[UUID | None]:
        """Ask for the open shift of a register, which stays open until the end; None for none."""

    def current_shift(self, shift_id: UUID) -> CurrentShift:
        """Who opened that shift, and when; it costs a round trip."""

    def balance(self, shift_id: UUID, version: int | None = None) -> Pending[int]:
        """Ask what should be in the drawer of a shift, in minor currency units.

        That is now, or after what the shift's own event of that version recorded.
        """

    def facts(self, shift_id: UUID) -> Pending[Sequence[ShiftFact]]:
        """Ask for all that is in a shift's report, in the order of the log."""

    def held_sales(self, store_id: UUID) -> Pending[HeldTotals]:
        """Ask for the parked sales of a store."""


class DrawerWork(UnitOfWork, Protocol):
    """What is decided about a drawer."""

    @property
    def drawers(self) -> DrawersPort:
        """Drawers."""
