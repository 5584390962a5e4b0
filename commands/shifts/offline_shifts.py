"""Shifts of a till without a connection: opened, filled, ended and closed as it has done."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from commands.ports import Missing, UnitOfWork
from commands.shifts.cash import CashMovement, MoveCash, record_movement
from commands.shifts.closing import (
    CloseShift,
    ClosingWork,
    CountedTender,
    EndShift,
    check_closer,
    record_close,
    record_end,
)
from commands.shifts.opening import OpenShift, record_opening
from commands.sync.delivery import Delivery, NotArrived
from commands.sync.ports import SyncWork
from domain.settings import name_key
from domain.shifts import Shift, ShiftAlreadyOpen, TenderCount


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
        return record_opening(opening, work, delivery.offline(work.now))
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
    return record_movement(movement, work, command.delivery.offline(work.now))


def take_over_end(command: TakeOverEnd, work: OfflineShiftWork) -> Shift:
    """End it, once, whoever else has ended or closed it. Raises NotArrived, Missing, NotYourShift."""
    shift = _load(command.ending.id, work)
    if shift.status != "open":
        return _repeated(shift, work)
    check_closer(shift, work.caller)
    return record_end(shift, work, command.delivery.offline(work.now)).shift


def take_over_close(command: TakeOverClose, work: OfflineShiftWork) -> Shift:
    """Close it, once, whoever else has closed it on this very count.

    Raises NotArrived, Missing, NotYourShift, and what record_close does.
    """
    shift = _load(command.closing.id, work)
    if shift.closed and _is_same_count(command.closing, shift.closed):
        return _repeated(shift, work)
    check_closer(shift, work.caller)
    occurred_at = max(command.delivery.moment(work.now), shift.opened.occurred_at)
    closing = replace(command.closing, occurred_at=occurred_at)
    return record_close(shift, closing, work, command.delivery.offline(work.now))


def _load(shift_id: UUID, work: UnitOfWork) -> Shift:
    """The shift, to be loaded once: what another tab records meanwhile is in all of a decision or in none.

    Raises NotArrived, and Missing for one of other stores.
    """
    try:
        shift = work.load(Shift, shift_id)
    except Missing:
        raise NotArrived(shift_id) from None
    if not shift.is_within(work.caller.store_ids):
        raise Missing
    return shift


def _repeated(shift: Shift, work: UnitOfWork) -> Shift:
    """The shift, of which nothing is recorded: what the till tells is in it already."""
    work.is_repetition = True
    return shift


def _is_same_count(closing: CloseShift, closed: Shift.Closed) -> bool:
    """Whether it was closed on this count, in whatever order; what is said about a count is none."""
    left = closing.counted_cash if closing.closing_float is None else closing.closing_float
    return (
        (closing.counted_cash, left) == (closed.counted_cash, closed.closing_float)
        and Counter(closing.denominations) == Counter(closed.denominations)
        and _tenders(closing.tenders) == _tenders(closed.tenders)
    )


def _tenders(counted: Iterable[CountedTender | TenderCount]) -> dict[str, int]:
    """What was counted of other methods than cash; a till may spell their codes as it likes."""
    return {name_key(one.method): one.counted for one in counted}
