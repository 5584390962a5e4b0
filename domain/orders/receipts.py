"""Receipts of an order and of its refunds: how often each was printed, and that it was sent."""

from uuid import UUID

from domain.orders.order import Order


def refund_of(order: Order, refund_id: UUID) -> Order.Refunded | None:
    """The refund of that id, if it is one of the order's."""
    return next((refund for refund in order.refunds if refund.refund_id == refund_id), None)


def next_copy(order: Order, refund_id: UUID | None) -> int:
    """Which copy the next print of a receipt is; 0 is the original."""
    return order.prints if refund_id is None else order.refund_prints.get(refund_id, 0)


def record_print(
    order: Order, refund_id: UUID | None, *, written_as: str, paper: str, shift_id: UUID | None
) -> int:
    """Record that a receipt was printed, in that shift. Returns which copy it is."""
    copy = next_copy(order, refund_id)
    order.trigger_event(
        Order.ReceiptPrinted,
        copy=copy,
        format=written_as,
        paper=paper,
        refund_id=refund_id,
        shift_id=shift_id,
    )
    return copy


def record_sending(order: Order, refund_id: UUID | None, message_id: UUID) -> None:
    """Record that a message was written that encloses a receipt."""
    order.trigger_event(Order.ReceiptSent, channel="email", message_id=message_id, refund_id=refund_id)
