"""An order as clients see it."""

from decimal import Decimal

from api.fiscal.signatures import show_signature
from api.orders.answers import (
    DiscountAnswer,
    ExchangeAnswer,
    LineAnswer,
    OfflineSaleAnswer,
    OrderAnswer,
    PaymentAnswer,
    VoidAnswer,
)
from api.orders.back_office.presenter import show_back_office
from api.orders.refund_presenter import show_refund
from api.orders.tax_answers import show_taxes
from domain.orders import Order, SaleLine


def show_order(order: Order, area: str = "cashier") -> OrderAnswer:
    """The order as it stands; its receipt is asked for in the area of the API that shows it."""
    terms, totals, paid = order.terms, order.terms.totals, order.paid
    return OrderAnswer(
        id=order.id,
        number=terms.number,
        channel=terms.channel,
        store_id=terms.store_id,
        register_id=terms.register_id,
        shift_id=terms.shift_id,
        cashier_id=terms.cashier_id,
        customer_id=terms.customer_id,
        status=order.status,
        payment_status=order.payment_status,
        fulfilment_status=order.fulfilment_status,
        currency=terms.currency,
        business_date=terms.business_date,
        occurred_at=terms.occurred_at,
        recorded_at=order.created_on,
        lines=[_show_line(line, order) for line in terms.lines],
        taxes=show_taxes(terms.taxes),
        discounts=[DiscountAnswer.of(discount) for discount in terms.discounts],
        payments=[PaymentAnswer.of(payment) for payment in paid.payments],
        refunds=[show_refund(order, refund) for refund in order.refunds],
        subtotal=totals.subtotal,
        discount_total=totals.discount_total,
        tax_total=totals.tax_total,
        rounding=order.rounding,
        tip_total=paid.tip_total,
        total=totals.total,
        paid_total=paid.paid_total,
        change_total=paid.change_total,
        refunded_total=order.refunded,
        due_total=order.due_total,
        note=terms.note,
        approved_by=order.sold.approved_by if order.sold else None,
        exchange=_show_exchange(order),
        voided=_show_void(order),
        offline=OfflineSaleAnswer.of(order.offline) if order.offline else None,
        fiscal=show_signature(order.sold.fiscal) if order.sold else None,
        back_office=show_back_office(order),
        prints=order.prints,
        receipt_url=f"/api/{area}/orders/{order.id}/receipt",
        version=order.version,
        cost_total=totals.cost_total,
    )


def _show_exchange(order: Order) -> ExchangeAnswer | None:
    exchanged = [refund.exchange_order_id for refund in order.refunds if refund.exchange_order_id]
    refund_id = order.sold.exchange_refund_id if order.sold else None
    if not exchanged and not refund_id:
        return None
    return ExchangeAnswer(refund_id=refund_id, order_id=exchanged[-1] if exchanged else None)


def _show_void(order: Order) -> VoidAnswer | None:
    if not order.voided:
        return None
    return VoidAnswer(
        at=order.voided.occurred_at,
        recorded_at=order.voided.timestamp,
        by=order.voided.voided_by,
        reason=order.voided.reason,
        approved_by=order.voided.approved_by,
        fiscal=show_signature(order.voided.fiscal),
    )


def _show_line(line: SaleLine, order: Order) -> LineAnswer:
    return LineAnswer(
        id=line.id,
        variant_id=line.variant_id,
        product_id=line.product_id,
        sku=line.sku,
        name=line.name,
        variant_name=line.variant_name,
        quantity=line.quantity,
        unit_price=line.unit_price,
        list_price=line.list_price,
        price_overridden=line.price_overridden,
        gross_total=line.gross_total,
        discount_total=line.discount_total,
        taxes=show_taxes(line.taxes),
        tax_total=line.tax_total,
        total=line.total,
        fulfilled_quantity=order.fulfilled.get(line.id, Decimal(0)),
        returned_quantity=order.returned_quantity(line.id),
        unit_cost=line.unit_cost,
        cost_total=line.cost_total,
        note=line.note,
    )
