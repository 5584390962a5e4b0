"""Handing goods of an order over, whole or in parts: their cost is frozen here, and they become revenue."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from domain.errors import Conflict, Detail, Invalid
from domain.money import shortest
from domain.orders.back_office.steps import Occasion, less_reserved, mode_of, record
from domain.orders.handovers import FulfilledLine, LineQuantity, added, part_of
from domain.orders.order import Order
from domain.orders.statuses import InvalidTransition
from domain.pricing import order_taxes

_NOTHING = Decimal(0)


class FulfilExceedsOrdered(Conflict):
    """No more can be handed over than is ordered and was not handed over yet."""

    code = "fulfil_exceeds_ordered"
    remedy = "Read the order, and hand over at most what is left of each line."


def fulfil(
    order: Order,
    occasion: Occasion,
    quantities: Sequence[LineQuantity],
    *,
    costs: Mapping[UUID, int],
    storage_id: UUID | None,
    tracking: str | None = None,
) -> Order.Fulfilled:
    """Record what was handed over, each line once; `costs` are by line, in minor currency units.

    With an order on account it says what the customer is to be charged for it (`charged`).

    Raises InvalidTransition, Invalid for a line that the order has not, FulfilExceedsOrdered.
    """
    check_fulfillable(order, quantities)
    parts = tuple(
        part_of(
            order.priced[one.line_id],
            one.quantity,
            [part for done in order.handovers for part in done.lines if part.line_id == one.line_id],
            cost_total=costs.get(one.line_id, 0),
            mode=mode_of(order),
        )
        for one in quantities
    )
    charged = _charge(order, parts)
    fulfilled = added(order.fulfilled, quantities)
    record(
        order,
        Order.Fulfilled,
        occasion,
        figures=replace(order.figures, fulfilled=fulfilled, charged=order.charged + charged),
        reserved=less_reserved(order, order.terms.lines, fulfilled),
        lines=parts,
        taxes=order_taxes(parts),
        storage_id=storage_id,
        tracking=tracking,
        charged=charged,
        is_first=not order.handovers,
    )
    return order.handovers[-1]


def _charge(order: Order, parts: Sequence[FulfilledLine]) -> int:
    """What is owed on account for these: what was paid counts for what was handed over first."""
    if not order.on_account:
        return 0
    figures = order.figures
    paid = figures.total - figures.due
    return max(0, order.fulfilled_total + sum(part.total for part in parts) - paid - order.charged)


def check_fulfillable(order: Order, quantities: Sequence[LineQuantity]) -> None:
    """Raise InvalidTransition, Invalid naming each wrong line, or FulfilExceedsOrdered."""
    order.check_open()
    left = left_of(order)
    check_lines(quantities, left)
    details = [
        Detail(f"lines.{at}.quantity", FulfilExceedsOrdered.code, f"{left[one.line_id]:f} are left.")
        for at, one in enumerate(quantities)
        if one.quantity > left[one.line_id]
    ]
    if details:
        raise FulfilExceedsOrdered(details=details)


def rest_of(order: Order) -> tuple[LineQuantity, ...]:
    """All that is still to be handed over. Raises InvalidTransition if nothing is."""
    order.check_open()
    rest = tuple(
        LineQuantity(line_id=line_id, quantity=shortest(units))
        for line_id, units in left_of(order).items()
        if units
    )
    if not rest:
        raise InvalidTransition("All that is left of it was handed over.")
    return rest


def left_of(order: Order) -> dict[UUID, Decimal]:
    """What is still to be handed over of each line."""
    return {line.id: line.quantity - order.fulfilled.get(line.id, _NOTHING) for line in order.terms.lines}


def check_lines(quantities: Sequence[LineQuantity], known: Mapping[UUID, Decimal]) -> None:
    """Raise Invalid naming each line that the order has not, or that is named twice."""
    details, named = [], set()
    for at, one in enumerate(quantities):
        if one.line_id not in known:
            details.append(Detail(f"lines.{at}.line_id", "not_found", "The order has no such line."))
        elif one.line_id in named:
            details.append(Detail(f"lines.{at}.line_id", "duplicate", "Another line has this id."))
        named.add(one.line_id)
    if details:
        raise Invalid(details=details)
