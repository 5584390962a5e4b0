"""The receipt of a sale, or of an order as far as it has come, as data."""

from decimal import Decimal

from api.answers.hiding import hide
from api.fiscal.signatures import show_signature
from api.orders.presenter import show_order
from api.receipts.answers import OrdersReceiptAnswer, PrintedLineAnswer, PrintedTenderAnswer
from api.receipts.context import Context
from api.receipts.names import method_name
from api.receipts.taxes import Letters
from domain.fiscal.signatures import ReceiptSignature
from domain.money import shortest
from domain.orders import Order, RefundPayment, SaleLine
from domain.orders.line_discounts import own_discount
from domain.payments import Payment


def sale_receipt(order: Order, context: Context, language: str, copy: int) -> OrdersReceiptAnswer:
    """The receipt of the order as it is; it is printed for the customer, so it holds no cost.

    An order of the back office that is not completed is no sale yet: it says what is due and handed over.
    """
    terms, totals, paid = order.terms, order.terms.totals, order.paid
    letters = Letters(terms.taxes)
    lines = [_line(line, order, letters) for line in terms.lines]
    own = sum(line.discount or 0 for line in lines)
    receipt = OrdersReceiptAnswer(
        kind="sale" if order.sold or order.status == "completed" else "order",
        number=terms.number,
        sale_number=None,
        copy=copy,
        gift=False,
        voided=order.status in ("voided", "cancelled"),
        offline=order.offline is not None,
        training=context.is_training,
        currency=terms.currency,
        occurred_at=terms.occurred_at,
        company=context.company,
        store=context.store,
        register=context.register,
        cashier=context.cashier,
        customer=context.customer,
        due_on=order.due_on if order.due_total else None,
        lines=lines,
        subtotal=totals.subtotal - own,
        order_discount=totals.discount_total - own,
        taxes=letters.show(terms.taxes),
        total=totals.total,
        rounding=order.rounding,
        tip_total=paid.tip_total,
        paid_total=paid.paid_total - sum(back.amount + back.tip for back in order.given_back),
        tenders=[_tender(payment, context, language) for payment in paid.payments],
        given_back=[given_back(payment, context, language) for payment in order.given_back],
        settled=order.settled_total,
        due=order.due_total,
        on_account=order.on_account,
        qr_text=context.address,
        fiscal=show_signature(_fiscal(order)),
        order=show_order(order),
    )
    hide(OrdersReceiptAnswer, receipt, permissions=frozenset())
    return receipt


def _fiscal(order: Order) -> ReceiptSignature | None:
    """What was signed last: a sale that was taken back is signed once more."""
    return next((fact.fiscal for fact in (order.voided, order.sold) if fact), None)


def _line(line: SaleLine, order: Order, letters: Letters) -> PrintedLineAnswer:
    percents = [one.value for one in line.discounts if one.type == "percent"]
    handed_over = order.fulfilled.get(line.id, Decimal(0))
    return PrintedLineAnswer(
        name=line.full_name,
        quantity=line.quantity,
        unit_price=line.unit_price,
        list_price=line.list_price if line.price_overridden else None,
        amount=line.gross_total,
        discount=own_discount(line, order),
        discount_percent=percents[0] if len(percents) == len(line.discounts) == 1 else None,
        tax_letters=letters.of(line.taxes),
        handed_over=None if handed_over == line.quantity else shortest(handed_over),
    )


def given_back(payment: RefundPayment, context: Context, language: str) -> PrintedTenderAnswer:
    """What was paid out in one way."""
    return PrintedTenderAnswer(
        method=payment.method,
        name=method_name(payment.method, context, language),
        tendered=payment.amount + payment.tip,
        change=0,
    )


def _tender(payment: Payment, context: Context, language: str) -> PrintedTenderAnswer:
    return PrintedTenderAnswer(
        method=payment.method,
        name=method_name(payment.method, context, language),
        tendered=payment.tendered,
        change=payment.change,
    )
