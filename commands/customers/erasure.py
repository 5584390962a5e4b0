"""Erasing customers: the right to be forgotten."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from commands.accounts.closing import forfeit
from commands.accounts.ports import AccountsWork
from commands.customers.ports import CustomersWork
from commands.moments import CLOCK_SKEW
from commands.ports import check_version
from commands.stored_texts import StoredTextsPort
from domain.accounts import CustomerAccounts
from domain.customer_erasure import (
    CustomerHasCredit,
    CustomerOwes,
    Erasure,
    OpenOrders,
    Tombstone,
    check_reason,
    erase,
)
from domain.customers import Customer
from domain.errors import Detail, Invalid
from domain.pending import Pending


@dataclass(frozen=True, kw_only=True)
class EraseCustomer:
    """Forget who the customer is, who asked for it at a time; credit is lost only with `forfeit`."""

    id: UUID
    reason: str
    requested_at: datetime | None = None
    forfeit: bool = False
    expected_versions: frozenset[int] | None = None


class ErasurePort(Protocol):
    """The keys of persons, and who was forgotten."""

    def tombstone(self, subject_id: UUID) -> Pending[Tombstone | None]:
        """Ask whether somebody was forgotten before."""

    def has_open_orders(self, customer_id: UUID) -> Pending[bool]:
        """Ask whether they, or anybody they absorbed, have an order that is open."""

    def destroy_keys(self, subject_ids: Collection[UUID]) -> Pending[int]:
        """Destroy the keys of persons with the next round trip: nobody reads again what is sealed with them.

        It waits for whoever is just telling about them. The answer is how many keys there were.
        """

    def bury(self, subject_ids: Collection[UUID]) -> Tombstone:
        """Note who was forgotten, by the event that this decision records first.

        Nobody else records anything until the end, so it comes last.
        """


class ErasureWork(CustomersWork, AccountsWork, Protocol):
    """What erasures are decided with."""

    @property
    def erasure(self) -> ErasurePort:
        """Keys, and who was forgotten."""

    @property
    def stored_texts(self) -> StoredTextsPort:
        """What is kept beside the log."""


def erase_customer(command: EraseCustomer, work: ErasureWork) -> Erasure:
    """Forget the customer and all whom they absorbed, once; who was forgotten is answered as before.

    A sale to them commits before, or is refused. What else is just told about them is waited for.
    Raises Missing, Gone, StaleVersion, CustomerOwes, CustomerHasCredit, OpenOrders, Invalid.
    """
    work.customers.hold(command.id)
    earlier = work.erasure.tombstone(command.id)
    asked = work.ask(Customer, command.id)
    has_open_orders = work.erasure.has_open_orders(command.id)
    held = work.accounts.of([command.id])
    customer = asked.read()
    if customer.is_erased:
        return _erasure(customer, earlier.read())
    customer.check_present()
    check_version(customer.version, command.expected_versions)
    check_reason(customer, command.reason)
    _check_request(command, work)
    accounts = held.read()[customer.id]
    _check_settled(accounts, has_open_orders=has_open_orders.read(), forfeits=command.forfeit)
    everybody = (customer.id, *customer.absorbed_ids)
    keys = work.erasure.destroy_keys(everybody)
    purged = work.stored_texts.purge(everybody)
    tombstone = work.erasure.bury(everybody)
    erase(customer, command.reason, command.requested_at, keys=keys.read(), purged=purged.read())
    work.save(customer)
    forfeit(accounts, command.reason, work)
    return _erasure(customer, tombstone)


def _check_request(command: EraseCustomer, work: ErasureWork) -> None:
    """Raise Invalid for a request that nobody can have made yet."""
    if command.requested_at and command.requested_at > work.now + CLOCK_SKEW:
        message = "Nobody can have asked for it yet."
        raise Invalid(details=[Detail("requested_at", "in_the_future", message)])


def _check_settled(accounts: CustomerAccounts, *, has_open_orders: bool, forfeits: bool) -> None:
    if accounts.dues.balance:
        raise CustomerOwes
    if accounts.store_credit.balance and not forfeits:
        raise CustomerHasCredit
    if has_open_orders:
        raise OpenOrders


def _erasure(customer: Customer, tombstone: Tombstone | None) -> Erasure:
    if tombstone is None:
        message = f"Customer {customer.id} was erased without a tombstone."
        raise LookupError(message)
    return Erasure(
        customer_id=customer.id, tombstone=tombstone, keys=customer.destroyed_keys, purged=customer.purged
    )
