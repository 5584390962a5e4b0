"""Payments of dues: what customers pay of what they bought on account."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from commands.accounts.holding import hold_open, posting_now
from commands.accounts.ports import AccountsWork
from commands.orders.payments import ask_methods
from commands.settings import SettingsWork
from domain.accounts import CustomerAccounts
from domain.errors import Detail, Invalid
from domain.payment_methods import MethodAtSale
from domain.payments import ACCOUNT, BUILT_IN, STORE_CREDIT, Tender


@dataclass(frozen=True, kw_only=True)
class PayDues:
    """Take a payment (minor currency units) of what a customer owes: of these orders, or of the oldest."""

    customer_id: UUID
    amount: int
    method: str
    reference: str | None = None
    order_ids: tuple[UUID, ...] = ()
    #: What is more than is owed becomes store credit.
    as_credit: bool = False


class PaymentWork(SettingsWork, AccountsWork, Protocol):
    """What payments are decided with."""


def pay_dues(command: PayDues, work: PaymentWork) -> CustomerAccounts:
    """Enter it; what is more than is owed has an entry of its own, and so has credit that it is paid with.

    Raises Missing, Gone, CustomerClosed, PaymentExceedsDue, InsufficientCredit, Invalid, AmountTooLarge.
    """
    tender = Tender(method=command.method, amount=command.amount, reference=command.reference)
    methods = ask_methods([tender], work)
    accounts = hold_open(command.customer_id, work)
    method = _method_of(tender, methods.read())
    _check_orders(command, accounts)
    posting = posting_now(accounts, work)
    if method == STORE_CREDIT:
        accounts.spend(command.amount, posting, field="amount")
    accounts.settle(
        command.amount,
        posting,
        method=method,
        reference=command.reference,
        order_ids=command.order_ids,
        as_credit=command.as_credit,
    )
    work.save(*accounts.entries)
    return accounts


def _check_orders(command: PayDues, accounts: CustomerAccounts) -> None:
    """Raise Invalid naming each order for which nothing is owed."""
    owed = {lot.order_id for lot in accounts.dues.lots}
    details = [
        Detail(f"order_ids.{at}", "not_found", "They owe nothing for such an order.")
        for at, order_id in enumerate(command.order_ids)
        if order_id not in owed
    ]
    if details:
        raise Invalid(details=details)


def _method_of(tender: Tender, methods: Mapping[str, MethodAtSale]) -> str:
    """The code that is recorded. Raises Invalid, naming the fields of the body."""
    method = methods.get(tender.method)
    if tender.method == ACCOUNT or (method is None and tender.method not in BUILT_IN):
        raise Invalid(
            details=[
                Detail(
                    "method",
                    "not_found",
                    "Name cash, card, coupon, store_credit, or a payment method of the company.",
                )
            ]
        )
    if method and method.requires_reference and not tender.reference:
        raise Invalid(details=[Detail("reference", "required", "It is paid with a reference.")])
    return method.code if method else tender.method
