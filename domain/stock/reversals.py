"""Reversing a movement: its quantities go back, at its own value as far as what is left allows it."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid5

from domain.costing import Balance, gain, take_back
from domain.errors import Conflict
from domain.stock.booking import Booking
from domain.stock.levels import Level
from domain.stock.movements import MovementLine, StockMovement, line_after

#: Kinds of movements that can be reversed; the others have a document of their own that takes them back.
REVERSIBLE = frozenset({"receipt", "adjustment", "supplier_return"})


class AlreadyReversed(Conflict):
    """It was reversed before."""

    code = "already_reversed"
    remedy = "Look at the movements: the reversal is there already."


class NotReversible(Conflict):
    """This cannot be reversed."""

    code = "not_reversible"
    remedy = "Record an adjustment that sets it right."


def reversal_id(movement_id: UUID) -> UUID:
    """The id of the one reversal that a movement can have."""
    return uuid5(movement_id, "reversal")


def check_reversible(original: StockMovement, returned: Mapping[UUID, Decimal]) -> None:
    """Raise NotReversible; `returned` is what went back to the supplier of a delivery."""
    if original.kind not in REVERSIBLE:
        raise NotReversible("Only receipts, adjustments and returns to suppliers are reversed.")
    if any(returned.values()):
        raise NotReversible("Some of it went back to the supplier; reverse that return first.")


def reverse(original: StockMovement, levels: Mapping[UUID, Level]) -> tuple[MovementLine, ...]:
    """The lines of a reversal, the last one first.

    So each line meets the balance that it left, if nothing has happened since, and leaves the one it met.
    Raises InsufficientStock naming the original's lines, AmountNotValid and AmountTooLarge.
    """
    booking = Booking(levels)
    lines = tuple(
        _line(position, line, booking) for position, line in reversed(list(enumerate(original.lines)))
    )
    booking.check()
    return lines


def _line(position: int, line: MovementLine, booking: Booking) -> MovementLine:
    """What came in goes out at what it added to the balance, a settlement of earlier sales included."""
    before = booking.before(position, line.variant_id, -line.quantity)
    if line.quantity > 0:
        taken, after = _take_out(line, before)
        settlement = line.value_change - taken
    else:
        receipt = gain(before, -line.quantity, -line.value_change)
        settlement, after = receipt.settlement, receipt.balance
    booking.after(line.variant_id, after)
    return MovementLine(
        **line_after(after, line.variant_id, -line.quantity, -line.value_change), settlement=settlement
    )


def _take_out(line: MovementLine, before: Balance) -> tuple[int, Balance]:
    """The value that goes out, and what is left; if nothing has happened since, just what was there before.

    Goods that cost nothing may lie there, so that alone is no reason for the average.
    """
    cost = line.value_change + line.settlement
    if (before.quantity, before.value) != (line.balance_quantity, line.balance_value):
        return take_back(before, line.quantity, cost)
    return cost, replace(before, quantity=before.quantity - line.quantity, value=before.value - cost)
