"""What only orders of the back office have, as clients see it."""

from api.orders.answers import (
    BackOfficeAnswer,
    CancelledLineAnswer,
    HandoverAnswer,
    LineQuantityAnswer,
    ReservedAnswer,
)
from api.orders.refund_answers import RefundPaymentAnswer
from domain.money import shortest
from domain.orders import Order


def show_back_office(order: Order) -> BackOfficeAnswer | None:
    """Where an order of the back office is on its way; None for a sale at a till."""
    if order.placed is None:
        return None
    storage_id = order.terms.storage_id
    return BackOfficeAnswer(
        storage_id=storage_id,
        on_account=order.on_account,
        due_on=order.due_on,
        charged_total=order.charged,
        settled_total=order.settled_total,
        reserve_until=order.reserve_until,
        has_lapsed=order.has_lapsed,
        reserved=[
            ReservedAnswer(storage_id=storage_id, variant_id=variant_id, quantity=shortest(quantity))
            for variant_id, quantity in order.reserved.items()
            if quantity and storage_id
        ],
        handovers=[_show_handover(handover) for handover in order.handovers],
        cancelled=_show_cancelled(order),
        given_back=[RefundPaymentAnswer.of(payment) for payment in order.given_back],
    )


def _show_handover(handover: Order.Fulfilled) -> HandoverAnswer:
    return HandoverAnswer(
        at=handover.occurred_at,
        recorded_at=handover.timestamp,
        by=handover.cashier_id,
        storage_id=handover.storage_id,
        tracking=handover.tracking,
        lines=[LineQuantityAnswer(line_id=line.line_id, quantity=line.quantity) for line in handover.lines],
    )


def _show_cancelled(order: Order) -> list[CancelledLineAnswer]:
    return [
        CancelledLineAnswer(
            line_id=line_id,
            quantity=shortest(quantity),
            variant_id=order.cancelled_lines[line_id].variant_id,
            sku=order.cancelled_lines[line_id].sku,
            name=order.cancelled_lines[line_id].name,
        )
        for line_id, quantity in order.cancelled.items()
    ]
