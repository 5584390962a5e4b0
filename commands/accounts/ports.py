"""What decisions about customers' accounts read and lock."""

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

from commands.ports import UnitOfWork
from domain.accounts import CustomerAccounts
from domain.pending import Pending


class AccountsPort(Protocol):
    """The accounts of the company's customers."""

    def hold(self, customer_id: UUID) -> Pending[CustomerAccounts | None]:
        """Hold the accounts of a customer until the end, after all balances of stock, and ask for them.

        They are those of whoever the customer turned out to be; that one is not archived, merged or erased
        meanwhile. None for who is unknown, or was erased. Rows that do not exist are made, so whoever holds
        them records something about them, or is refused.
        """

    def hold_all(self, customer_ids: Collection[UUID]) -> Pending[Mapping[UUID, CustomerAccounts]]:
        """Hold those of several customers, one after another by their ids; the unknown are left out."""

    def of(self, customer_ids: Collection[UUID]) -> Pending[Mapping[UUID, CustomerAccounts]]:
        """Ask for those of customers whom the decision holds themselves; the unknown are left out."""

    def settled(self, order_id: UUID) -> Pending[int]:
        """Ask what was paid on account for an order, of what was charged for it, in minor currency units."""


class AccountsWork(UnitOfWork, Protocol):
    """What changes of accounts are decided with."""

    @property
    def accounts(self) -> AccountsPort:
        """Accounts."""
