"""Adjusting store credit: given or taken away by hand, for a reason."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from commands.accounts.holding import hold_open, posting_now
from commands.accounts.ports import AccountsWork
from domain.accounts import StoreCredit
from domain.errors import Detail, Invalid


@dataclass(frozen=True, kw_only=True)
class AdjustCredit:
    """Give store credit (minor currency units), or take it away if the amount is negative."""

    customer_id: UUID
    amount: int
    reason: str
    expires_on: date | None = None


def adjust_credit(command: AdjustCredit, work: AccountsWork) -> StoreCredit:
    """Enter it. Raises Missing, Gone, CustomerClosed, InsufficientCredit, Invalid, AmountTooLarge."""
    accounts = hold_open(command.customer_id, work)
    posting = posting_now(accounts, work)
    _check(command, posting.business_date)
    accounts.adjust(command.amount, posting, reason=command.reason, expires_on=command.expires_on)
    work.save(*accounts.entries)
    entry = accounts.entries[-1]
    assert isinstance(entry, StoreCredit)  # noqa: S101 that is what was entered
    return entry


def _check(command: AdjustCredit, today: date) -> None:
    if command.amount == 0:
        raise Invalid(details=[Detail("amount", "invalid", "It is not zero.")])
    if command.expires_on is None:
        return
    if command.amount < 0:
        message = "What is taken away does not expire."
        raise Invalid(details=[Detail("expires_on", "invalid", message)])
    if command.expires_on < today:
        raise Invalid(details=[Detail("expires_on", "invalid", "That day is over.")])
