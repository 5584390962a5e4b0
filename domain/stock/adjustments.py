"""Adjusting stock: what broke, was lost or found, at what it is worth."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args
from uuid import UUID

from domain.costing import Balance, Receipt, gain, issue, receive, worth
from domain.errors import Detail
from domain.stock.booking import Booking, LineEntry
from domain.stock.gains import assumed_worth
from domain.stock.levels import Level
from domain.stock.movements import DocumentLine, Shortfall, line_after

Loss = Literal["damaged", "lost", "expired", "theft", "internal_use", "promotion"]
Gain = Literal["found", "opening"]
LOSSES, GAINS = get_args(Loss), get_args(Gain)
#: Why stock may be adjusted; a correction goes either way.
REASONS = (*LOSSES, *GAINS, "correction")
SIGN_NOT_VALID = "sign_not_valid"


@dataclass(frozen=True, kw_only=True)
class Adjustment(LineEntry):
    """So much more of a variant, or less (below zero).

    `unit_cost` is the cost of one entered unit where somebody knows it, `catalog_cost` what the catalog takes
    one of the product's units to cost; both are minor currency units.
    """

    unit_cost: int | None = None
    catalog_cost: int = 0


def wrong_signs(reason: str, lines: Iterable[tuple[Decimal, int | None]]) -> Iterator[Detail]:
    """What is wrong with each quantity that its reason does not allow, and each cost of what goes out."""
    for index, (quantity, unit_cost) in enumerate(lines):
        if (reason in LOSSES and quantity > 0) or (reason in GAINS and quantity < 0):
            side = "below" if reason in LOSSES else "above"
            message = f"With the reason {reason} it must be {side} zero."
            yield Detail(f"lines.{index}.quantity", SIGN_NOT_VALID, message)
        elif quantity < 0 and unit_cost is not None:
            message = "Only what comes in has a cost of its own; what goes out leaves at the average."
            yield Detail(f"lines.{index}.unit_cost", SIGN_NOT_VALID, message)


def adjust(
    reason: str, adjustments: Iterable[Adjustment], levels: Mapping[UUID, Level]
) -> tuple[tuple[DocumentLine, ...], tuple[Shortfall, ...]]:
    """The lines of an adjustment, and the variants of which more is promised now than there is.

    Raises InsufficientStock, QuantityNotValid, AmountNotValid and AmountTooLarge.
    """
    booking = Booking(levels)
    lines = tuple(_line(reason, position, one, booking) for position, one in enumerate(adjustments))
    left = booking.check()
    return lines, tuple(
        Shortfall(
            variant_id=variant_id, reserved_over=levels[variant_id].reserved - left[variant_id].quantity
        )
        for variant_id in dict.fromkeys(line.variant_id for line in lines)
        if variant_id in levels and levels[variant_id].reserved > left[variant_id].quantity
    )


def _line(reason: str, position: int, one: Adjustment, booking: Booking) -> DocumentLine:
    quantity = one.base.quantity
    before = booking.before(position, one.variant_id, quantity)
    change = _gain(reason, one, before) if quantity > 0 else _loss(before, -quantity)
    booking.after(one.variant_id, change.balance)
    return DocumentLine(
        **line_after(change.balance, one.variant_id, quantity, change.value_change),
        settlement=change.settlement,
        unit_cost=one.unit_cost if one.base.factor == 1 else None,
        entered_cost=one.unit_cost,
        **one.fields,
    )


def _loss(before: Balance, quantity: Decimal) -> Receipt:
    cost, after = issue(before, quantity)
    return Receipt(value_change=-cost, settlement=0, balance=after)


def _gain(reason: str, one: Adjustment, before: Balance) -> Receipt:
    """The first stock of a shop was bought once, so its cost is a last cost; what was found has none."""
    if one.unit_cost is None:
        return gain(before, one.base.quantity, assumed_worth(before, one.base.quantity, one.catalog_cost))
    take_in = receive if reason == "opening" else gain
    return take_in(before, one.base.quantity, worth(one.quantity, one.unit_cost))
