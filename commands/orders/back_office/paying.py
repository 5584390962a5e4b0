"""Paying an order: at once, or in parts until nothing is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from commands.accounts.tenders import check_tenders, hold_accounts, save_entries, take_payments
from commands.orders.back_office.occasions import (
    OrderWork,
    context_of,
    load_order,
    occasion_at,
    posting_of,
)
from commands.orders.payments import ask_methods, tenders_of
from commands.ports import check_version
from domain.accounts import CustomerAccounts
from domain.orders import InvalidTransition, Order
from domain.orders.back_office import Occasion, pay, settle_part
from domain.payments import Tender


@dataclass(frozen=True, kw_only=True)
class PayOrder:
    """Pay what is due of an order, or a part of it."""

    id: UUID
    tenders: tuple[Tender, ...]
    expected_versions: frozenset[int] | None = None


def pay_order(command: PayOrder, work: OrderWork) -> Order:
    """Take payments; two at the same moment are taken one after the other.

    Raises Missing, StaleVersion, InvalidTransition, Invalid, PaymentExceedsDue, PaymentInsufficient,
    CustomerRequired, OnAccountNotAllowed, InsufficientCredit, CreditLimitExceeded and AmountTooLarge.
    """
    order = load_order(command.id, work)
    check_version(order.version, command.expected_versions)
    _check_open(order)
    customer_id, methods = order.terms.customer_id, [tender.method for tender in command.tenders]
    check_tenders(methods, customer_id, work)
    known = ask_methods(command.tenders, work)
    context = context_of(order, work)
    tenders = tenders_of(command.tenders, known.read())
    accounts = hold_accounts(methods, customer_id, work).read()
    take_tenders(order, occasion_at(work.now, context, work), tenders, accounts, context.rules.cash_rounding)
    work.save(order)
    save_entries(accounts, work)
    return order


def _check_open(order: Order) -> None:
    """Raise InvalidTransition for an order that is not open any more."""
    if order.status == "completed" and order.charged:
        raise InvalidTransition("It is completed; what is owed on account is paid there, by the customer.")
    order.check_open()


def take_tenders(
    order: Order,
    occasion: Occasion,
    tenders: Sequence[Tender],
    accounts: CustomerAccounts | None,
    cash_rounding: int,
) -> None:
    """Settle what is paid and record it, on the order and on the customer's accounts."""
    settlement = settle_part(order.figures.payable, tenders, cash_rounding)
    pay(order, occasion, settlement)
    take_payments(accounts, settlement.payments, posting_of(order, occasion))
