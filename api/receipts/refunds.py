"""The receipt of a refund, as data."""

from collections.abc import Iterator

from api.fiscal.signatures import show_signature
from api.receipts.answers import PrintedLineAnswer, RefundReceiptAnswer
from api.receipts.context import Context
from api.receipts.sales import given_back
from api.receipts.taxes import Letters, added
from domain.orders import Goodwill, Order, RefundedLine


def refund_receipt(
    order: Order, refund: Order.Refunded, context: Context, language: str, copy: int
) -> RefundReceiptAnswer:
    """The receipt of a refund of the order: what came back at what was paid for it, discounts taken off."""
    letters = Letters(refund.taxes)
    lines = list(_lines(order, refund, letters))
    return RefundReceiptAnswer(
        kind="refund",
        number=refund.number,
        sale_number=order.terms.number,
        copy=copy,
        gift=False,
        voided=False,
        offline=refund.offline is not None,
        training=context.is_training,
        currency=order.terms.currency,
        occurred_at=refund.occurred_at,
        company=context.company,
        store=context.store,
        register=context.register,
        cashier=context.cashier,
        customer=context.customer,
        due_on=None,
        lines=lines,
        subtotal=sum(line.amount or 0 for line in lines),
        order_discount=0,
        taxes=letters.show(refund.taxes),
        total=refund.total,
        rounding=refund.rounding,
        tip_total=refund.tip,
        paid_total=refund.total + refund.rounding + refund.tip,
        tenders=[given_back(payment, context, language) for payment in refund.payments],
        given_back=[],
        settled=0,
        due=0,
        on_account=False,
        qr_text=context.address,
        fiscal=show_signature(refund.fiscal),
        refund_id=refund.refund_id,
    )


def _lines(order: Order, refund: Order.Refunded, letters: Letters) -> Iterator[PrintedLineAnswer]:
    names = {line.id: line.full_name for line in order.terms.lines}
    parts: tuple[RefundedLine | Goodwill, ...] = (*refund.lines, *refund.goodwill)
    for part in parts:
        yield PrintedLineAnswer(
            name=names[part.line_id],
            quantity=part.quantity if isinstance(part, RefundedLine) else None,
            unit_price=None,
            list_price=None,
            amount=part.total - added(part.taxes),
            discount=0,
            discount_percent=None,
            tax_letters=letters.of(part.taxes),
            handed_over=None,
        )
