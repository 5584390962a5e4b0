"""What decisions about shifts read and lock."""

from typing import Protocol
from uuid import UUID

from commands.ports import UnitOfWork
from domain.pending import Pending
from domain.shifts import CurrentShift, Drawer, LogHead, Shift, ShiftPlace
from domain.shifts.figures import ShiftFigures
from domain.shifts.report import Sources


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
        """Ask for the open shift of a register, which may be closed meanwhile; None for none."""

    def current_shift(self, shift_id: UUID) -> CurrentShift:
        """Who opened that shift, and when; it costs a round trip."""

    def balance(self, shift_id: UUID, version: int | None = None) -> Pending[int]:
        """Ask what should be in the drawer of a shift, in minor currency units.

        That is now, or after what the shift's own event of that version recorded.
        """

    def figures(self, shift_id: UUID) -> Pending[ShiftFigures]:
        """Ask what a shift that is not closed has come to so far."""

    def head(self) -> Pending[LogHead]:
        """Ask for the end of the company's log, without keeping others out; it is later for what comes after.

        Once a drawer is locked, all that its shift has is in it.
        """

    def sources(self, shift: Shift, closer_id: UUID | None) -> Pending[Sources]:
        """Ask for all that a shift's report is made of, if that user closes it."""


class DrawerWork(UnitOfWork, Protocol):
    """What is decided about a drawer."""

    @property
    def drawers(self) -> DrawersPort:
        """Drawers."""
