"""An order as clients see it."""

from collections.abc import Iterable
from decimal import Decimal

from api.orders.answers import DiscountAnswer, LineAnswer, OrderAnswer, PaymentAnswer, TaxAnswer
from domain.orders import Order, SaleLine
from domain.pricing import LineTax


def show_order(order: Order) -> OrderAnswer:
    """The order as it stands."""
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
        lines=[_show_line(line, order.returned_quantity(line.id)) for line in terms.lines],
        taxes=show_taxes(terms.taxes),
        discounts=[DiscountAnswer.of(discount) for discount in terms.discounts],
        payments=[PaymentAnswer.of(payment) for payment in paid.payments],
        refunds=[],
        subtotal=totals.subtotal,
        discount_total=totals.discount_total,
        tax_total=totals.tax_total,
        rounding=paid.rounding,
        tip_total=paid.tip_total,
        total=totals.total,
        paid_total=paid.paid_total,
        change_total=paid.change_total,
        refunded_total=order.refunded,
        due_total=order.due_total,
        note=terms.note,
        version=order.version,
        cost_total=totals.cost_total,
    )


def show_taxes(taxes: Iterable[LineTax]) -> list[TaxAnswer]:
    """The taxes of a line or an order; a sale has many, so each is constructed rather than converted."""
    return [
        TaxAnswer(
            tax_rate_id=tax.tax_rate_id,
            name=tax.name,
            rate=tax.rate,
            inclusive=tax.inclusive,
            taxable=tax.taxable,
            amount=tax.amount,
        )
        for tax in taxes
    ]


def _show_line(line: SaleLine, returned: Decimal) -> LineAnswer:
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
        returned_quantity=returned,
        unit_cost=line.unit_cost,
        cost_total=line.cost_total,
    )
