"""Sending goods back to their supplier: they leave at the average, whatever the supplier credits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.costing import issue, worth
from domain.errors import Conflict, Detail
from domain.stock.booking import Booking, LineEntry
from domain.stock.levels import Level
from domain.stock.movements import StockMovement, SupplierReturnLine, line_after


class ReturnExceedsReceived(Conflict):
    """More would go back than came in with that delivery."""

    code = "return_exceeds_received"
    remedy = "Send back at most what came with that delivery and has not gone back yet."


@dataclass(frozen=True, kw_only=True)
class SupplierReturn(LineEntry):
    """What goes back of a variant; `unit_credit` is credited for one entered unit, in minor units."""

    unit_credit: int


def send_back(
    returns: Iterable[SupplierReturn], levels: Mapping[UUID, Level]
) -> tuple[SupplierReturnLine, ...]:
    """The lines of a supplier return. Raises InsufficientStock, QuantityNotValid and AmountTooLarge."""
    booking = Booking(levels)
    lines = tuple(_line(position, one, booking) for position, one in enumerate(returns))
    booking.check()
    return lines


def _line(position: int, one: SupplierReturn, booking: Booking) -> SupplierReturnLine:
    quantity = one.base.quantity
    cost, after = issue(booking.before(position, one.variant_id, -quantity), quantity)
    booking.after(one.variant_id, after)
    return SupplierReturnLine(
        **line_after(after, one.variant_id, -quantity, -cost),
        credit=worth(one.quantity, one.unit_credit),
        unit_credit=one.unit_credit,
        **one.fields,
    )


def check_received(
    returns: Iterable[SupplierReturn], receipt: StockMovement, returned: Mapping[UUID, Decimal]
) -> None:
    """Raise ReturnExceedsReceived naming each line of which more goes back than a delivery still has.

    `returned` is what has gone back of it already, by variant.
    """
    left: dict[UUID, Decimal] = {}
    for line in receipt.lines:
        left[line.variant_id] = (
            left.get(line.variant_id, -returned.get(line.variant_id, _NONE)) + line.quantity
        )
    details = []
    for position, one in enumerate(returns):
        there = max(left.get(one.variant_id, _NONE), _NONE)
        if one.base.quantity > there:
            message = f"Only {there.normalize():f} of that delivery may still go back."
            details.append(Detail(f"lines.{position}.quantity", ReturnExceedsReceived.code, message))
        left[one.variant_id] = there - one.base.quantity
    if details:
        raise ReturnExceedsReceived(details=details)


_NONE = Decimal(0)
