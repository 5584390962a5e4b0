"""The shift of what a till did without a connection: its own, however late it arrives."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commands.ports import Missing, UnitOfWork
from commands.sync.delivery import NotArrived
from domain.errors import Detail, Invalid
from domain.orders.offline import LATE
from domain.shifts import Drawer, Shift
from domain.shifts.late_facts import LateFact

NO_SHIFT = "no_shift"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftOfFact:
    """The shift that a fact belongs to, and what is to be said of it; `closed` if it was closed before."""

    id: UUID | None = None
    flags: frozenset[str] = frozenset()
    closed: Shift | None = None

    def note(self, fact: LateFact, work: UnitOfWork) -> None:
        """Tell a closed shift what became known of it."""
        if self.closed:
            self.closed.note_late(fact)
            work.save(self.closed)


def shift_of(
    named: UUID | None, told_at: datetime, drawer: Drawer | None, *, is_required: bool, work: UnitOfWork
) -> ShiftOfFact:
    """The shift that was named, else the register's open one if it was open by then.

    The drawer is held. Raises NotArrived for a shift that is not there yet, Invalid for another register's.
    """
    shift_id = named or (drawer.shift_id if drawer else None)
    if drawer is None or shift_id is None:
        return ShiftOfFact(flags=frozenset({NO_SHIFT} if drawer or is_required else ()))
    if named == drawer.shift_id:
        return ShiftOfFact(id=named)
    shift = _load(shift_id, work)
    if shift.opened.register_id != drawer.register_id:
        raise Invalid(details=[Detail("shift_id", "not_found", "This register had no such shift.")])
    if named is None and told_at < shift.opened.occurred_at:
        return ShiftOfFact(flags=frozenset({NO_SHIFT}))
    if shift.status == "closed":
        return ShiftOfFact(id=shift.id, flags=frozenset({LATE}), closed=shift)
    return ShiftOfFact(id=shift.id)


def _load(shift_id: UUID, work: UnitOfWork) -> Shift:
    try:
        return work.load(Shift, shift_id)
    except Missing:
        raise NotArrived(shift_id) from None
