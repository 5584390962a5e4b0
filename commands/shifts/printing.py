"""Printing the report of a closed shift: the original once, and then copies."""

from dataclasses import dataclass
from uuid import UUID

from commands.ports import Missing, UnitOfWork
from domain.shifts import Shift

VIEW = "shifts.view"


@dataclass(frozen=True, kw_only=True)
class PrintShiftReport:
    """Print it on this paper, in this format."""

    id: UUID
    format: str
    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedReport:
    """A shift, and which copy of its report was printed; 0 is the original."""

    shift: Shift
    copy: int


def print_shift_report(command: PrintShiftReport, work: UnitOfWork) -> PrintedReport:
    """Count the print; whoever may not see others' shifts prints their own.

    Raises Missing, InvalidTransition.
    """
    shift = work.load(Shift, command.id)
    is_own = shift.opened.cashier_id == work.caller.user_id
    if not shift.is_within(work.caller.store_ids) or not (is_own or VIEW in work.caller.permissions):
        raise Missing
    copy = shift.print_report(written_as=command.format, paper=command.paper)
    work.save(shift)
    return PrintedReport(shift=shift, copy=copy)
