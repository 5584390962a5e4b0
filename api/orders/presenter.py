"""An order as clients see it."""

from api.orders.answers import DiscountAnswer, LineAnswer, OrderAnswer, PaymentAnswer, TaxAnswer
from domain.orders import Order


def show_order(order: Order) -> OrderAnswer:
    """The order as it was made."""
    sale, totals = order.sale, order.sale.totals
    return OrderAnswer(
        id=order.id,
        number=sale.number,
        channel=sale.channel,
        store_id=sale.store_id,
        register_id=sale.register_id,
        shift_id=None,
        cashier_id=sale.cashier_id,
        customer_id=sale.customer_id,
        status="completed",
        payment_status="paid",
        fulfilment_status="fulfilled",
        currency=sale.currency,
        business_date=sale.business_date,
        occurred_at=sale.occurred_at,
        recorded_at=order.created_on,
        lines=[LineAnswer.of(line) for line in sale.lines],
        taxes=[TaxAnswer.of(tax) for tax in sale.taxes],
        discounts=[DiscountAnswer.of(discount) for discount in sale.discounts],
        payments=[PaymentAnswer.of(payment) for payment in sale.payments],
        refunds=[],
        subtotal=totals.subtotal,
        discount_total=totals.discount_total,
        tax_total=totals.tax_total,
        rounding=totals.rounding,
        tip_total=totals.tip_total,
        total=totals.total,
        paid_total=totals.paid_total,
        change_total=totals.change_total,
        refunded_total=0,
        due_total=0,
        note=sale.note,
        version=order.version,
        cost_total=totals.cost_total,
    )
