"""Paying from a customer's accounts, and giving back to them: store credit, and sales on account."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol
from uuid import UUID

from commands.accounts.ports import AccountsWork
from commands.ports import UnitOfWork
from domain.accounts import CustomerAccounts, Posting
from domain.errors import Detail, Invalid, NotAllowed
from domain.payments import ACCOUNT, FROM_ACCOUNTS, STORE_CREDIT
from domain.pending import Pending

ON_ACCOUNT = "orders.on_account"


class CustomerRequired(Invalid):
    """Whose account it is must be said: name the customer."""

    code = "customer_required"
    remedy = "Send `customer_id` with the sale, or take another means of payment."


class OnAccountNotAllowed(NotAllowed):
    """Selling on account takes the right to do so."""


class Paid(Protocol):
    """A payment, or what goes back by one; amounts in minor currency units."""

    @property
    def method(self) -> str:
        """How it is paid."""

    @property
    def amount(self) -> int:
        """What it comes to."""

    @property
    def tip(self) -> int:
        """What is given on top."""


def uses_accounts(methods: Iterable[str]) -> bool:
    """Whether anything is paid from the customer's accounts, or goes back to them."""
    return not FROM_ACCOUNTS.isdisjoint(methods)


def check_customer(methods: Sequence[str], customer_id: UUID | None, field: str = "payments") -> None:
    """Raise CustomerRequired, naming each payment that is from the accounts of nobody."""
    if customer_id is None and uses_accounts(methods):
        raise _customer_required(methods, field)


def check_tenders(methods: Sequence[str], customer_id: UUID | None, work: UnitOfWork) -> None:
    """Raise CustomerRequired; and OnAccountNotAllowed for who may not sell on account."""
    check_customer(methods, customer_id)
    if not may_sell(methods, work):
        raise OnAccountNotAllowed.without(ON_ACCOUNT)


def may_sell(methods: Sequence[str], work: UnitOfWork) -> bool:
    """Whether the caller may sell so; on account, that takes a right."""
    return ACCOUNT not in methods or ON_ACCOUNT in work.caller.permissions


def hold_accounts(
    methods: Sequence[str], customer_id: UUID | None, work: AccountsWork, *, flags: set[str] | None = None
) -> Pending[CustomerAccounts | None]:
    """Hold the accounts of the customer, if these payments are from them or go back to them.

    Raises CustomerRequired; reading it as well, if the customer was erased. What a till has paid already
    (then there are `flags`) goes to nobody then.
    """
    check_customer(methods, customer_id)
    if customer_id is None or not uses_accounts(methods):
        return Pending(lambda: None)
    held = work.accounts.hold(customer_id)

    def accounts() -> CustomerAccounts | None:
        found = held.read()
        if found is None and flags is None:
            raise _customer_required(methods)
        if found is None and flags is not None:
            flags.add("customer_unknown")
        return found

    return Pending(accounts)


def take_payments(accounts: CustomerAccounts | None, payments: Collection[Paid], posting: Posting) -> None:
    """Pay these payments from the accounts; what is paid otherwise is left out.

    Raises InsufficientCredit, CreditLimitExceeded.
    """
    if accounts is None:
        return
    if credit := _sum(STORE_CREDIT, payments):
        accounts.spend(credit, posting)
    if due := _sum(ACCOUNT, payments):
        accounts.charge(due, posting, field="payments")


def take_over_payments(
    accounts: CustomerAccounts | None, payments: Collection[Paid], posting: Posting
) -> set[str]:
    """Pay what a till has sold already, and say what is not as it should be.

    Credit never falls below zero: what was not there is owed, whatever was agreed.
    """
    flags: set[str] = set()
    if accounts is None:
        return flags
    credit, due = _sum(STORE_CREDIT, payments), _sum(ACCOUNT, payments)
    there = min(credit, accounts.spendable(posting.business_date))
    if there < credit:
        flags.add("insufficient_credit")
    if due and accounts.dues.balance + due > (accounts.credit_limit or 0):
        flags.add("credit_limit_exceeded")
    if there:
        accounts.spend(there, posting)
    if owed := due + credit - there:
        accounts.charge(owed, posting, is_checked=False)
    return flags


def give_back(
    accounts: CustomerAccounts | None,
    payments: Collection[Paid],
    posting: Posting,
    *,
    is_undone: bool = False,
) -> None:
    """Give back to the accounts what a refund pays to them.

    Where a sale or a payment is undone (`is_undone`), it is the credit that was spent, else it is new.
    """
    if accounts is None:
        return
    if credit := _sum(STORE_CREDIT, payments):
        if is_undone:
            accounts.give_back(credit, posting)
        else:
            accounts.issue(credit, posting)
    if due := _sum(ACCOUNT, payments):
        accounts.credit(due, posting)


def save_entries(accounts: CustomerAccounts | None, work: UnitOfWork) -> None:
    """Take what was entered into the decision."""
    if accounts:
        work.save(*accounts.entries)


def _sum(method: str, payments: Iterable[Paid]) -> int:
    return sum(payment.amount + payment.tip for payment in payments if payment.method == method)


def _customer_required(methods: Sequence[str], field: str = "payments") -> CustomerRequired:
    message = "It takes a customer."
    return CustomerRequired(
        details=[
            Detail(f"{field}.{at}.method", CustomerRequired.code, message)
            for at, method in enumerate(methods)
            if method in FROM_ACCOUNTS
        ]
    )
