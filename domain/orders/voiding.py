"""Voiding a sale: goods, money and tips as if it had not been."""

from datetime import datetime
from uuid import UUID

from domain.fiscal.signatures import ReceiptSignature
from domain.orders.offline import Offline
from domain.orders.order import Order
from domain.orders.statuses import InvalidTransition


def void(
    order: Order,
    *,
    occurred_at: datetime,
    reason: str,
    voided_by: UUID | None = None,
    approved_by: UUID | None = None,
    offline: Offline | None = None,
    fiscal: ReceiptSignature | None = None,
) -> None:
    """Take the sale back as if it had not been, in the shift and on the day it was made.

    Raises InvalidTransition.
    """
    sold = check_voidable(order)
    order.trigger_event(
        Order.Voided,
        reason=reason,
        voided_by=voided_by,
        number=sold.number,
        store_id=sold.store_id,
        register_id=sold.register_id,
        shift_id=sold.shift_id,
        cashier_id=sold.cashier_id,
        customer_id=sold.customer_id,
        business_date=sold.business_date,
        hour=sold.hour,
        occurred_at=occurred_at,
        lines=sold.lines,
        taxes=sold.taxes,
        payments=sold.payments,
        totals=sold.totals,
        exchange_refund_id=sold.exchange_refund_id,
        approved_by=approved_by,
        offline=offline,
        fiscal=fiscal,
    )


def check_voidable(order: Order) -> Order.Sold:
    """The sale that can be voided.

    Raises InvalidTransition for one of which something was given back, for one of an exchange, and for orders
    of the back office.
    """
    if order.status != "completed":
        raise InvalidTransition(f"It is {order.status}; only what is completed can be voided.")
    if order.sold is None:
        raise InvalidTransition("It is an order of the back office; refund it.")
    if order.refunds:
        raise InvalidTransition("Something of it was refunded; refund the rest.")
    if order.sold.exchange_refund_id:
        raise InvalidTransition("It is part of an exchange; exchange or refund it.")
    return order.sold
