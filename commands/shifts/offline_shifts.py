"""Shifts of a till without a connection: opened, filled, ended and closed as it has done."""

from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from commands.ports import DuplicateId, Missing, UnitOfWork
from commands.shifts.cash import CashMovement, MoveCash, record_movement
from commands.shifts.closing import CloseShift, ClosingWork, EndShift, close_shift, end_shift
from commands.shifts.opening import OpenShift, open_shift
from commands.sync.delivery import Delivery, NotArrived
from commands.sync.ports import SyncWork
from domain.aggregate import Aggregate
from domain.shifts import Shift, ShiftAlreadyOpen


@dataclass(frozen=True, kw_only=True)
class TakeOverOpening:
    """A till has opened a shift."""

    opening: OpenShift
    delivery: Delivery


@dataclass(frozen=True, kw_only=True)
class TakeOverMovement:
    """A till has moved cash in a shift."""

    movement: MoveCash
    delivery: Delivery


@dataclass(frozen=True, kw_only=True)
class TakeOverEnd:
    """A till has ended a shift."""

    ending: EndShift
    delivery: Delivery


@dataclass(frozen=True, kw_only=True)
class TakeOverClose:
    """A till has closed a shift."""

    closing: CloseShift
    delivery: Delivery


class OfflineShiftWork(ClosingWork, SyncWork, Protocol):
    """What shifts of a till without a connection are decided with."""


def take_over_opening(command: TakeOverOpening, work: OfflineShiftWork) -> Shift:
    """Open it. Raises what open_shift does, and NotArrived while the close of the last one may still come."""
    delivery = command.delivery
    opening = replace(command.opening, occurred_at=delivery.moment(work.now))
    try:
        return open_shift(opening, work)
    except ShiftAlreadyOpen:
        if work.deliveries.is_missing_before(delivery.device_id, delivery.seq).read():
            drawer = work.drawers.lock(opening.register_id).read()
            raise NotArrived(drawer.shift_id or opening.id) from None
        raise


def take_over_movement(command: TakeOverMovement, work: OfflineShiftWork) -> CashMovement:
    """Move the cash in its own shift, whatever has become of that.

    Raises NotArrived, and what move_cash does but for ShiftNotOpen.
    """
    _load(command.movement.shift_id, work)
    movement = replace(command.movement, occurred_at=command.delivery.moment(work.now))
    return record_movement(movement, work, is_told_later=True)


def take_over_end(command: TakeOverEnd, work: OfflineShiftWork) -> Shift:
    """End it, once. Raises NotArrived, and what end_shift does."""
    _load(command.ending.id, work)
    if earlier := _repeated(Shift.Ended, command.ending.id, work):
        return earlier
    return end_shift(command.ending, work).shift


def take_over_close(command: TakeOverClose, work: OfflineShiftWork) -> Shift:
    """Close it, once. Raises NotArrived, and what close_shift does."""
    opened = _load(command.closing.id, work).opened
    if earlier := _repeated(Shift.Closed, command.closing.id, work):
        return earlier
    occurred_at = max(command.delivery.moment(work.now), opened.occurred_at)
    return close_shift(replace(command.closing, occurred_at=occurred_at), work)


def _load(shift_id: UUID, work: UnitOfWork) -> Shift:
    """The shift. Raises NotArrived."""
    try:
        return work.load(Shift, shift_id)
    except Missing:
        raise NotArrived(shift_id) from None


def _repeated(event: type[Aggregate.Event], shift_id: UUID, work: UnitOfWork) -> Shift | None:
    """The shift as this very operation left it before; it has no id of its own in the shift.

    The shift is loaded before, so that what another tab records meanwhile is in both or in none.
    """
    try:
        return work.find_earlier(Shift, event, shift_id).read()
    except DuplicateId:
        return None
