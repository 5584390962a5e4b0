"""Cancelling what of an order was not handed over, and giving back what was paid beyond what remains."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from commands.accounts.settled import add_settled
from commands.accounts.tenders import check_customer, give_back, hold_accounts, save_entries
from commands.orders.back_office.occasions import (
    OrderWork,
    context_of,
    load_order,
    occasion_at,
    posting_of,
)
from commands.orders.refund_rules import ask_refund_methods, check_payments, offers_of
from commands.orders.renamed_fields import renamed
from commands.ports import check_version
from domain.orders import Order, RefundPayment, RefundSettlement, balances_of, settle_overpaid
from domain.orders.back_office import RefundRequired, cancel, overpaid_after
from domain.orders.handovers import LineQuantity
from domain.orders.refunds import Overpaid
from domain.payments import STORE_CREDIT, Tender


@dataclass(frozen=True, kw_only=True)
class CancelOrder:
    """Cancel units of an order, or all that was not handed over."""

    id: UUID
    reason: str
    lines: tuple[LineQuantity, ...] | None = None
    #: How what was paid too much goes back; None: nothing was.
    refund: tuple[Tender, ...] | Literal["store_credit"] | None = None
    expected_versions: frozenset[int] | None = None


def cancel_order(command: CancelOrder, work: OrderWork) -> Order:
    """Cancel; its goods are free again, and money goes back as the company and the caller's rights allow.

    Raises Missing, StaleVersion, InvalidTransition, Invalid, CancelExceedsOrdered, RefundRequired,
    PaymentInsufficient, PaymentExceedsTotal, RefundMethodNotAllowed and CustomerRequired.
    """
    order = load_order(command.id, work)
    check_version(order.version, command.expected_versions)
    overpaid = overpaid_after(order, command.lines)
    offers = _offers(command, overpaid)
    known = ask_refund_methods(order, offers, work)
    context = context_of(order, work, is_closed_allowed=True)
    with renamed(payments="refund"):
        offers = offers_of(offers, known.read())
        payments = settle_overpaid(order, overpaid, offers, context.rules.cash_rounding)
        money = _without_tips(order, payments)
        check_payments(order, _settlement(money), known.read(), context, work)
    methods = [payment.method for payment in payments]
    check_customer(methods, order.terms.customer_id, "refund")
    accounts = hold_accounts(methods, order.terms.customer_id, work).read()
    occasion = occasion_at(work.now, context, work)
    cancel(order, occasion, command.lines, reason=command.reason, payments=payments)
    give_back(accounts, payments, posting_of(order, occasion))
    work.save(order)
    save_entries(accounts, work)
    add_settled(order, accounts)
    return order


def _offers(command: CancelOrder, overpaid: Overpaid) -> Sequence[Tender]:
    """How it is offered to go back. Raises RefundRequired where nobody said so."""
    if command.refund == "store_credit":
        return [Tender(method=STORE_CREDIT, amount=overpaid.amount)] if overpaid.exact else []
    if overpaid.exact and not command.refund:
        raise RefundRequired.of(overpaid.amount, "refund")
    return command.refund or ()


def _without_tips(order: Order, payments: Sequence[RefundPayment]) -> list[RefundPayment]:
    """What goes back by methods that are looked at: tips go back with the last of the order as they came.

    Credit is never less to the customer than the way the money came.
    """
    tips = {one.method: one.tip for one in balances_of(order).values()}
    return [
        replace(one, exact=max(0, one.exact - tips.get(one.method, 0)))
        for one in payments
        if one.method != STORE_CREDIT
    ]


def _settlement(payments: Sequence[RefundPayment]) -> RefundSettlement:
    rounding = sum(payment.amount - payment.exact for payment in payments)
    return RefundSettlement(payments=tuple(payments), rounding=rounding, tip=0)
