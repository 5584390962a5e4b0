"""Cancelling what of an order was not handed over, and giving back what was paid beyond what remains."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from domain.errors import Conflict, Detail
from domain.orders.back_office.fulfilling import check_lines, left_of, rest_of
from domain.orders.back_office.steps import Occasion, RefundRequired, less_reserved, mode_of, record
from domain.orders.handovers import LineQuantity, resized, sums_of, taxes_of
from domain.orders.lines import SaleLine
from domain.orders.order import Order
from domain.orders.refunds import Overpaid, RefundPayment
from domain.orders.statuses import Figures


class CancelExceedsOrdered(Conflict):
    """Only what was not handed over can be cancelled."""

    code = "cancel_exceeds_ordered"
    remedy = "Cancel at most what was not handed over; refund the rest."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cancellation:
    """What is cancelled, what is left, and what the order then comes to."""

    lines: tuple[LineQuantity, ...]
    kept: tuple[SaleLine, ...]
    figures: Figures


def overpaid_after(order: Order, quantities: Sequence[LineQuantity] | None) -> Overpaid:
    """What has to be given back if these are cancelled, or all.

    Raises what `cancel` does, but RefundRequired.
    """
    figures = _cancellation(order, quantities).figures
    rest = order.rounding if figures.is_cancelled else 0
    return Overpaid(exact=max(0, -figures.payable), rest=rest)


def cancel(
    order: Order,
    occasion: Occasion,
    quantities: Sequence[LineQuantity] | None,
    *,
    reason: str,
    payments: tuple[RefundPayment, ...] = (),
) -> None:
    """Cancel these units, or all that was not handed over; `payments` give back what is paid beyond the rest.

    Raises InvalidTransition, Invalid for a line that the order has not, CancelExceedsOrdered, RefundRequired.
    """
    cancelled = _cancellation(order, quantities)
    given_back = sum(payment.exact + payment.tip for payment in payments)
    overpaid = max(0, -cancelled.figures.payable)
    if given_back != overpaid:
        raise RefundRequired.of(overpaid, "refund")
    figures = replace(cancelled.figures, given_back=cancelled.figures.given_back + given_back)
    record(
        order,
        Order.Cancelled,
        occasion,
        figures=figures,
        reserved=less_reserved(order, cancelled.kept, order.fulfilled),
        lines=cancelled.lines,
        kept=cancelled.kept,
        taxes=taxes_of(cancelled.kept),
        totals=sums_of(cancelled.kept),
        payments=payments,
        reason=reason,
    )


def _cancellation(order: Order, quantities: Sequence[LineQuantity] | None) -> _Cancellation:
    order.check_open()
    left = left_of(order)
    if quantities is None:
        quantities = rest_of(order)
    check_lines(quantities, left)
    _check_left(quantities, left)
    gone = {one.line_id: one.quantity for one in quantities}
    kept = tuple(
        resized(line, order.priced[line.id], line.quantity - gone[line.id], mode_of(order))
        if line.id in gone
        else line
        for line in order.terms.lines
        if line.quantity > gone.get(line.id, Decimal(0))
    )
    ordered = {line.id: line.quantity for line in kept}
    figures = replace(order.figures, total=sums_of(kept).total, ordered=ordered)
    return _Cancellation(lines=tuple(quantities), kept=kept, figures=figures)


def _check_left(quantities: Sequence[LineQuantity], left: dict[UUID, Decimal]) -> None:
    details = [
        Detail(f"lines.{at}.quantity", CancelExceedsOrdered.code, f"{left[one.line_id]:f} are left.")
        for at, one in enumerate(quantities)
        if one.quantity > left[one.line_id]
    ]
    if details:
        raise CancelExceedsOrdered(details=details)
