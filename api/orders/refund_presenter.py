"""Refunds as clients see them."""

from api.fiscal.signatures import show_signature
from api.orders.refund_answers import (
    GoodwillAnswer,
    LineLeftAnswer,
    RefundAnswer,
    RefundLineAnswer,
    RefundPaymentAnswer,
    RefundQuoteAnswer,
)
from api.orders.tax_answers import show_taxes
from commands.orders.refunds import RefundQuote
from domain.orders import Goodwill, Order, RefundedLine, balances_of, remainders_of


def show_refund(order: Order, refund: Order.Refunded) -> RefundAnswer:
    """A refund of the order."""
    return RefundAnswer(
        id=refund.refund_id,
        number=refund.number,
        order_id=order.id,
        reason=refund.reason,
        note=refund.note,
        store_id=refund.store_id,
        register_id=refund.register_id,
        shift_id=refund.shift_id,
        cashier_id=refund.cashier_id,
        business_date=refund.business_date,
        occurred_at=refund.occurred_at,
        recorded_at=refund.timestamp,
        exchange_order_id=refund.exchange_order_id,
        approved_by=refund.approved_by,
        fiscal=show_signature(refund.fiscal),
        receipt_url=f"/api/pos/orders/{order.id}/refunds/{refund.refund_id}/receipt",
        lines=[show_refunded_line(line) for line in refund.lines],
        goodwill=[_show_goodwill(gift) for gift in refund.goodwill],
        taxes=show_taxes(refund.taxes),
        tax_total=sum(tax.amount for tax in refund.taxes),
        total=refund.total,
        rounding=refund.rounding,
        tip=refund.tip,
        payments=[RefundPaymentAnswer.of(payment) for payment in refund.payments],
    )


def show_refund_quote(quote: RefundQuote) -> RefundQuoteAnswer:
    """A refund as it would be, and what would be left after it."""
    priced, settlement = quote.priced, quote.settlement
    left = remainders_of(quote.order, priced)
    tips = sum(balance.tip_left for balance in balances_of(quote.order).values())
    return RefundQuoteAnswer(
        lines=[show_refunded_line(line) for line in priced.lines],
        goodwill=[_show_goodwill(gift) for gift in priced.goodwill],
        taxes=show_taxes(priced.taxes),
        tax_total=priced.tax_total,
        total=priced.total,
        rounding=settlement.rounding,
        tip=settlement.tip,
        payments=[RefundPaymentAnswer.of(payment) for payment in settlement.payments],
        left=[
            LineLeftAnswer(line_id=line_id, quantity=line.quantity, total=line.total)
            for line_id, line in left.items()
        ],
        left_total=sum(line.total for line in left.values()),
        left_tip=tips - settlement.tip,
    )


def show_refunded_line(line: RefundedLine) -> RefundLineAnswer:
    """A part of a line that came back."""
    return RefundLineAnswer(
        line_id=line.line_id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        quantity=line.quantity,
        restock=line.restock,
        gross_total=line.gross_total,
        discount_total=line.discount_total,
        taxes=show_taxes(line.taxes),
        tax_total=line.tax_total,
        total=line.total,
        net_sales=line.net_sales,
        cost_total=line.cost_total,
    )


def _show_goodwill(gift: Goodwill) -> GoodwillAnswer:
    return GoodwillAnswer(
        line_id=gift.line_id,
        amount=gift.total,
        taxes=show_taxes(gift.taxes),
        tax_total=gift.tax_total,
        net_sales=gift.net_sales,
    )
