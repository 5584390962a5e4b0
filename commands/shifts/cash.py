"""Moving cash in a shift without a sale: put in, paid out, brought to the safe, or the drawer just opened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from commands.ports import Missing
from commands.shifts.ports import DrawerWork
from domain.errors import Invalid
from domain.money import MAX_AMOUNT, AmountTooLarge
from domain.orders.offline import Offline
from domain.shifts import Shift, ShiftNotOpen
from domain.shifts.movements import EVENTS, SIGNS, MovementType, wrong_in_movement


@dataclass(frozen=True, kw_only=True)
class MoveCash:
    """So much came or went, in minor currency units."""

    id: UUID
    shift_id: UUID
    type: MovementType
    amount: int
    reason: str | None = None
    reference: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashMovement:
    """A movement that was recorded, and what should be in the drawer after it."""

    shift: Shift
    movement: Shift.CashMoved
    balance: int


def move_cash(command: MoveCash, work: DrawerWork) -> CashMovement:
    """Record it, once: the same request again answers with what it recorded.

    Raises Missing, ShiftNotOpen, DuplicateId, Invalid, AmountTooLarge.
    """
    return record_movement(command, work)


def record_movement(command: MoveCash, work: DrawerWork, offline: Offline | None = None) -> CashMovement:
    """The same; what a till tells of later may be of a shift that is being counted, or closed since.

    Raises Missing, ShiftNotOpen, DuplicateId, Invalid, AmountTooLarge.
    """
    if wrong := [*wrong_in_movement(command.type, command.amount, command.reason, command.note)]:
        raise Invalid(details=wrong)
    shift = work.load(Shift, command.shift_id)
    if not shift.is_within(work.caller.store_ids):
        raise Missing
    event = EVENTS[command.type]
    drawer = work.drawers.lock(shift.opened.register_id)
    # The same request at the same moment holds the drawer until it has recorded the movement.
    earlier = work.find_earlier(Shift, event, command.id, within=command.shift_id)
    before = work.drawers.balance(shift.id)
    if existing := earlier.read():
        balance = work.drawers.balance(existing.id, existing.version).read()
        return CashMovement(shift=existing, movement=_movement(existing, command.id), balance=balance)
    if drawer.read().shift_id != shift.id and offline is None:
        raise ShiftNotOpen
    cash = SIGNS[command.type] * command.amount
    is_counted = shift.status == "closed"
    _check_sum(shift.late_cash if is_counted else before.read(), cash)
    _move(shift, command, cash, work, offline)
    work.save(shift)
    balance = before.read() + (0 if is_counted else cash)
    return CashMovement(shift=shift, movement=_movement(shift, command.id), balance=balance)


def _check_sum(before: int, cash: int) -> None:
    """Raise AmountTooLarge for more, or less, cash than one amount can say.

    Who may move cash may move any amount, so that some of them would be more than can be counted. Sales are
    not refused for what others sold, so that a drawer may be beyond that: what brings it back is taken.
    """
    if abs(before + cash) > max(MAX_AMOUNT, abs(before)):
        message = "The drawer would hold more, or lack more, than can be counted."
        raise AmountTooLarge.in_fields("amount", message=message)


def _move(shift: Shift, command: MoveCash, cash: int, work: DrawerWork, offline: Offline | None) -> None:
    """Record it; what became known once the drawer was counted is beside the count."""
    event = EVENTS[command.type]
    facts: dict[str, Any] = {
        "movement_id": command.id,
        "cashier_id": work.caller.cashier_id,
        "amount": command.amount,
        "reason": command.reason or command.type,
        "reference": command.reference,
        "note": command.note,
        "occurred_at": command.occurred_at or work.now,
        "offline": offline,
    }
    if shift.status == "closed":
        shift.move_cash_late(event, cash=cash, **facts)
    else:
        shift.move_cash(event, **facts)


def _movement(shift: Shift, movement_id: UUID) -> Shift.CashMoved:
    return next(one for one in shift.movements if one.movement_id == movement_id)
