"""The end of store credit whose last day is over."""

from dataclasses import dataclass
from uuid import UUID

from commands.accounts.holding import posting_now
from commands.accounts.ports import AccountsWork


@dataclass(frozen=True, kw_only=True)
class ExpireCredit:
    """Let lapse what these customers did not spend in time."""

    customer_ids: tuple[UUID, ...]


def expire_credit(command: ExpireCredit, work: AccountsWork) -> int:
    """Let it lapse, and say of how many customers; what is not due yet is left as it is."""
    held = work.accounts.hold_all(command.customer_ids).read()
    due = [accounts for accounts in held.values() if accounts.expire(posting_now(accounts, work))]
    for accounts in due:
        work.save(*accounts.entries)
    return len(due)
