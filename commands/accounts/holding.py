"""Holding the accounts of a customer who is named by the back office."""

from datetime import time
from uuid import UUID

from commands.accounts.ports import AccountsWork
from commands.ports import Missing
from domain.accounts import CustomerAccounts, Posting
from domain.business_date import business_date
from domain.customers import Customer
from domain.errors import Conflict


class CustomerClosed(Conflict):
    """The customer is archived, or turned out to be another one."""

    code = "invalid_transition"
    remedy = "Use the customer that this one was merged into, or restore it."


def hold_open(customer_id: UUID, work: AccountsWork) -> CustomerAccounts:
    """Hold them. Raises Missing, Gone for who was erased, CustomerClosed."""
    accounts = work.accounts.hold(customer_id).read()
    if accounts is None:
        work.load(Customer, customer_id).check_present()
        raise Missing
    if accounts.is_archived or accounts.customer_id != customer_id:
        raise CustomerClosed
    return accounts


def posting_now(accounts: CustomerAccounts, work: AccountsWork) -> Posting:
    """What the back office enters now, on the company's own day."""
    return Posting(occurred_at=work.now, business_date=business_date(work.now, accounts.timezone, time.min))
