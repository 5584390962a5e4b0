"""The end of a customer's accounts: given up, or handed over to who the customer turned out to be."""

from commands.accounts.holding import posting_now
from commands.accounts.ports import AccountsWork
from domain.accounts import CustomerAccounts


def forfeit(accounts: CustomerAccounts, reason: str, work: AccountsWork) -> None:
    """Write off what the customer owes, and let go of what they have to their credit."""
    accounts.forfeit(posting_now(accounts, work), reason=reason)
    work.save(*accounts.entries)


def move_accounts(of: CustomerAccounts, to: CustomerAccounts, work: AccountsWork) -> None:
    """Hand everything over: `of` is left empty, and `to` has it, each part with its own day."""
    of.move_to(to, posting_now(to, work))
    work.save(*of.entries, *to.entries)
