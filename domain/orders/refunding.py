"""Refunding an order: what was priced and settled is recorded on it as it is."""

from datetime import date, datetime
from uuid import UUID

from domain.fiscal.signatures import ReceiptSignature
from domain.orders.handovers import added
from domain.orders.offline import Offline
from domain.orders.order import Order
from domain.orders.refunds import PricedRefund, RefundSettlement
from domain.tills import Till


def refund(
    order: Order,
    refund_id: UUID,
    *,
    till: Till,
    priced: PricedRefund,
    settlement: RefundSettlement,
    storage_id: UUID | None,
    shift_id: UUID | None,
    business_date: date,
    hour: int,
    occurred_at: datetime,
    reason: str,
    note: str | None = None,
    exchange_order_id: UUID | None = None,
    approved_by: UUID | None = None,
    offline: Offline | None = None,
    fiscal: ReceiptSignature | None = None,
) -> Order.Refunded:
    """Give back what was priced and settled on the order as it is; the till is the one that pays.

    Raises InvalidTransition.
    """
    order.check_refundable()
    order.trigger_event(
        Order.Refunded,
        refund_id=refund_id,
        number=till.number,
        series_id=till.series_id,
        series_number=till.series_number,
        store_id=till.store_id,
        register_id=till.register_id,
        shift_id=shift_id,
        cashier_id=till.cashier_id,
        customer_id=order.terms.customer_id,
        storage_id=storage_id,
        business_date=business_date,
        hour=hour,
        occurred_at=occurred_at,
        lines=priced.lines,
        goodwill=priced.goodwill,
        taxes=priced.taxes,
        payments=settlement.payments,
        total=priced.total,
        rounding=settlement.rounding,
        tip=settlement.tip,
        reason=reason,
        note=note,
        payment_status=order.payment_status_after(order.refunded_exact + priced.total),
        fulfilment_status=order.fulfilment_status_after(added(order.returned, priced.lines)),
        exchange_order_id=exchange_order_id,
        approved_by=approved_by,
        offline=offline,
        fiscal=fiscal,
    )
    return order.refunds[-1]
