"""Putting customers away whom nobody deals with any more, and having them back."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from commands.customers.ports import CustomersWork, KnownCustomer
from commands.ports import check_version
from domain.customers import Customer
from domain.errors import Detail
from domain.settings import InUse

_OPEN: Mapping[str, str] = MappingProxyType(
    {
        "customer_owes": "They owe something.",
        "customer_has_credit": "They have something to their credit.",
        "open_orders": "They have an order that is open.",
    }
)


@dataclass(frozen=True, kw_only=True)
class ArchiveCustomer:
    """Nothing is sold to them any more."""

    id: UUID
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class RestoreCustomer:
    """They are dealt with again."""

    id: UUID
    expected_versions: frozenset[int] | None = None


def archive_customer(command: ArchiveCustomer, work: CustomersWork) -> KnownCustomer:
    """Archive a customer with whom everything is settled; a sale to them commits before or is refused.

    Raises Missing, StaleVersion, AlreadyArchived, InUse.
    """
    work.customers.hold(command.id)
    asked = work.ask(Customer, command.id)
    standing = work.customers.standing(command.id, work.caller.store_ids)
    engagements = work.customers.engagements(command.id)
    customer = asked.read()
    check_version(customer.version, command.expected_versions)
    customer.archive()
    if open_with_them := engagements.read():
        raise InUse(details=[Detail("id", code, _OPEN[code]) for code in open_with_them])
    work.save(customer)
    return KnownCustomer(customer, standing.read())


def restore_customer(command: RestoreCustomer, work: CustomersWork) -> KnownCustomer:
    """Have them back. Raises Missing, StaleVersion, NotArchived, Gone."""
    asked = work.ask(Customer, command.id)
    standing = work.customers.standing(command.id, work.caller.store_ids)
    customer = asked.read()
    check_version(customer.version, command.expected_versions)
    customer.restore()
    work.save(customer)
    return KnownCustomer(customer, standing.read())
