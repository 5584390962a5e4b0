"""Amending an open order: its lines whole, and promises that move by the difference only."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.errors import Conflict, Detail
from domain.orders.back_office.steps import Occasion, RefundRequired, less_reserved, record
from domain.orders.handovers import ReservedChange, changes_between, needed, sums_of, taxes_of
from domain.orders.lines import SaleLine
from domain.orders.order import Order
from domain.pricing import Discount


class LineFulfilled(Conflict):
    """Goods of it were handed over or cancelled: the prices of its lines stay, and what is handed over."""

    code = "line_fulfilled"
    remedy = "Add new lines, or refund those that were handed over."


def amend(
    order: Order,
    occasion: Occasion,
    *,
    lines: tuple[SaleLine, ...],
    discounts: tuple[Discount, ...],
    customer_id: UUID | None,
    note: str | None,
    reserve_until: datetime | None,
    reserves: bool,
    reason: str | None = None,
) -> None:
    """Record what the order is from now on; with `reserves` all that it still needs is promised.

    A line keeps what its handed over units cost. Raises InvalidTransition, LineFulfilled, RefundRequired.
    """
    order.check_open()
    _check_fulfilled(order, lines)
    costs = {line.id: line.cost_total for line in order.terms.lines}
    lines = tuple(replace(line, cost_total=costs.get(line.id, 0)) for line in lines)
    totals = sums_of(lines)
    ordered = {line.id: line.quantity for line in lines}
    figures = replace(order.figures, total=totals.total, ordered=ordered)
    if figures.payable < 0:
        raise RefundRequired.of(-figures.payable)
    record(
        order,
        Order.Amended,
        occasion,
        figures=figures,
        reserved=promised_change(order, lines, reserves=reserves),
        customer_id=customer_id,
        lines=lines,
        removed_line_ids=tuple(line.id for line in order.terms.lines if line.id not in ordered),
        taxes=taxes_of(lines),
        discounts=discounts,
        totals=totals,
        note=note,
        reserve_until=reserve_until,
        reason=reason,
    )


def promised_change(order: Order, lines: Sequence[SaleLine], *, reserves: bool) -> tuple[ReservedChange, ...]:
    """By how much promises change if the order is amended to these lines."""
    if not reserves:
        return less_reserved(order, lines, order.fulfilled)
    return changes_between(order.terms.storage_id, order.reserved, needed(lines, order.fulfilled))


def _check_fulfilled(order: Order, lines: Sequence[SaleLine]) -> None:
    at = {line.id: index for index, line in enumerate(lines)}
    quantities = {line.id: line.quantity for line in lines}
    details = [
        Detail(
            f"lines.{at[line_id]}.quantity" if line_id in at else "lines",
            LineFulfilled.code,
            f"Handed over so far: {handed_over:f}.",
        )
        for line_id, handed_over in order.fulfilled.items()
        if quantities.get(line_id, Decimal(0)) < handed_over
    ]
    if details:
        raise LineFulfilled(details=details)
