"""Moving cash in a shift without a sale: put in, paid out, brought to the safe, or the drawer just opened."""

from dataclasses import dataclass
from uuid import UUID

from commands.ports import Missing
from commands.shifts.ports import DrawerWork
from domain.errors import Invalid
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CashMovement:
    """A movement that was recorded, and what should be in the drawer after it."""

    shift: Shift
    command: MoveCash
    balance: int


def move_cash(command: MoveCash, work: DrawerWork) -> CashMovement:
    """Record it, once: the same request again answers with what it recorded.

    Raises Missing, ShiftNotOpen, DuplicateId, Invalid.
    """
    event = EVENTS[command.type]
    earlier = work.find_earlier(Shift, event, command.id, within=command.shift_id)
    if wrong := [*wrong_in_movement(command.type, command.amount, command.reason, command.note)]:
        raise Invalid(details=wrong)
    if existing := earlier.read():
        balance = work.drawers.balance(existing.id, existing.version).read()
        return CashMovement(shift=existing, command=command, balance=balance)
    shift = work.load(Shift, command.shift_id)
    if not shift.is_within(work.caller.store_ids):
        raise Missing
    drawer = work.drawers.lock(shift.opened.register_id)
    before = work.drawers.balance(shift.id)
    if drawer.read().shift_id != shift.id:
        raise ShiftNotOpen
    shift.move_cash(
        event,
        movement_id=command.id,
        cashier_id=work.caller.user_id,
        amount=command.amount,
        reason=command.reason or command.type,
        reference=command.reference,
        note=command.note,
        occurred_at=work.now,
    )
    work.save(shift)
    balance = before.read() + SIGNS[command.type] * command.amount
    return CashMovement(shift=shift, command=command, balance=balance)
