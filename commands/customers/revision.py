"""Editing customers, and what they agree to: each event names what really changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from commands.customers.ports import CustomersWork, KnownCustomer, in_order, latest_birthday
from commands.ports import check_version
from domain.customers import Consent, Customer, check_birthday
from domain.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class ReviseCustomer:
    """Edit some of their fields."""

    id: UUID
    changes: Mapping[str, Any]
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class NoteConsent:
    """The customer agreed to something or refused it, and said so by the means of `source`."""

    id: UUID
    purpose: str
    granted: bool
    source: str
    expected_versions: frozenset[int] | None = None


def revise_customer(command: ReviseCustomer, work: CustomersWork) -> KnownCustomer:
    """Record what changed; groups that they belong to already need not be there any more.

    Raises Missing, StaleVersion, AlreadyArchived, Invalid.
    """
    changes = in_order(command.changes)
    asked = work.ask(Customer, command.id)
    missing = work.customers.missing_groups(changes.get("group_ids", ()))
    standing = work.customers.standing(command.id, work.caller.store_ids)
    customer = asked.read()
    check_version(customer.version, command.expected_versions)
    former = customer.values["group_ids"]
    if details := [detail for group, detail in missing.read().items() if group not in former]:
        raise Invalid(details=details)
    check_birthday(changes.get("birthday"), latest_birthday(work.now))
    customer.revise(changes)
    work.save(customer)
    return KnownCustomer(customer, standing.read())


def note_consent(command: NoteConsent, work: CustomersWork) -> KnownCustomer:
    """Record it, also when they say the same again: when they said so is part of it.

    Raises Missing, StaleVersion, AlreadyArchived.
    """
    asked = work.ask(Customer, command.id)
    standing = work.customers.standing(command.id, work.caller.store_ids)
    customer = asked.read()
    check_version(customer.version, command.expected_versions)
    consent = Consent(purpose=command.purpose, granted=command.granted, source=command.source, at=work.now)
    customer.consent(consent)
    work.save(customer)
    return KnownCustomer(customer, standing.read())
