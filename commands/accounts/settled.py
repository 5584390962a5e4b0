"""What was paid on account for an order, which is no event of the order itself."""

from commands.accounts.ports import AccountsWork
from domain.accounts import Account, CustomerAccounts
from domain.orders import Order


def note_settled(order: Order, work: AccountsWork) -> None:
    """Let an order of which something is owed on account know what of it was paid, for its answer."""
    if order.charged:
        order.settled = work.accounts.settled(order.id).read()


def add_settled(order: Order, accounts: CustomerAccounts | None) -> None:
    """Count what this decision takes off what is owed for the order."""
    if accounts and order.charged:
        order.settled += sum(
            one.amount
            for entry in accounts.entries
            if isinstance(entry, Account)
            for one in entry.allocations
            if one.order_id == order.id
        )
