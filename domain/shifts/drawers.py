"""Drawers: what a register's shifts hand on to each other, and which of them is open."""

from dataclasses import dataclass, field
from uuid import UUID

from domain.errors import Conflict, Detail, Invalid
from domain.shifts.perpetual import Perpetual


class ShiftNotOpen(Conflict):
    """That shift is not open at this register."""

    code = "shift_not_open"
    remedy = "Ask for `GET /api/pos/shifts/current`, and use the shift that it names."


class ShiftAlreadyOpen(Conflict):
    """A shift is open at this register already."""

    code = "shift_already_open"
    remedy = "Use the shift that is open, or close it first; `GET /api/pos/shifts/current` shows it."


class NoOpenShift(Conflict):
    """No shift is open at this register; open one first."""

    code = "no_open_shift"
    remedy = "Open a shift with `POST /api/pos/shifts/open`, then repeat the request."


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """A register's drawer between two facts; whoever decides about one of its shifts holds it.

    `closing_float` is what the last closed shift left in it, `late_count` and `late_total` what of closed
    shifts became known since the last Z, in minor currency units.
    """

    register_id: UUID
    shift_id: UUID | None = None
    last_shift_id: UUID | None = None
    closing_float: int | None = None
    z_number: int = 0
    late_count: int = 0
    late_total: int = 0
    perpetual: Perpetual = field(default_factory=Perpetual)

    def shift_for(self, named: UUID | None, *, is_required: bool) -> UUID | None:
        """The shift that a fact at this register belongs to; None where none is open and none is needed.

        Raises ShiftNotOpen for another than the open one, and NoOpenShift.
        """
        if named is not None and named != self.shift_id:
            raise ShiftNotOpen
        if self.shift_id is None and is_required:
            raise NoOpenShift
        return self.shift_id


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHead:
    """The last event of the company's log: its position and, in hex, its hash."""

    position: int
    hash: str


def shift_at(drawer: Drawer | None, named: UUID | None = None, *, is_required: bool) -> UUID | None:
    """The shift of a fact at a register with this drawer, or at none (None), where no shift is.

    Raises ShiftNotOpen, NoOpenShift, and Invalid where a shift is named or needed without a register.
    """
    if drawer:
        return drawer.shift_for(named, is_required=is_required)
    if named or is_required:
        message = "A shift belongs to a register: name the register."
        raise Invalid(details=[Detail("register_id", "required", message)])
    return None
