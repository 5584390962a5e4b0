"""Merging customers: who turned out to be another one has nothing of their own any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Protocol
from uuid import UUID

from commands.accounts.closing import move_accounts
from commands.accounts.ports import AccountsWork
from commands.customers.ports import CustomersWork, KnownCustomer
from commands.ports import Missing, check_version
from domain.customer_merging import MergeWithItself, check_absorbed, check_keep, merge
from domain.customers import Customer, Standing, Totals
from domain.errors import Detail, Invalid
from domain.pending import Pending


@dataclass(frozen=True, kw_only=True)
class MergeCustomers:
    """These customers are one; fields named by `keep` are taken from whom it says."""

    id: UUID
    absorb: tuple[UUID, ...]
    keep: Mapping[str, UUID]
    expected_versions: frozenset[int] | None = None


class MergingWork(CustomersWork, AccountsWork, Protocol):
    """What merges are decided with."""


def merge_customers(command: MergeCustomers, work: MergingWork) -> KnownCustomer:
    """Merge them for good: nobody can tell any more what was whose.

    Sales keep the customer they name. What they owe and what is to their credit moves, each with its own day.
    Raises MergeWithItself, Missing, Invalid, StaleVersion, Gone, AlreadyArchived.
    """
    if command.id in command.absorb:
        raise MergeWithItself.in_fields(f"absorb.{command.absorb.index(command.id)}")
    check_absorbed(command.absorb)
    everybody = (command.id, *command.absorb)
    check_keep(command.keep, everybody)
    work.customers.hold(*everybody)
    asked = {one: work.ask(Customer, one) for one in everybody}
    held = work.accounts.of(everybody)
    standings = {one: work.customers.standing(one, work.caller.store_ids) for one in everybody}
    customer = asked.pop(command.id).read()
    others = _present(command.absorb, asked)
    check_version(customer.version, command.expected_versions)
    merge(customer, others, command.keep)
    work.save(customer, *others)
    accounts = held.read()
    for one in others:
        move_accounts(accounts[one.id], accounts[customer.id], work)
    return KnownCustomer(customer, _joined([standing.read() for standing in standings.values()]))


def _joined(standings: Sequence[Standing]) -> Standing:
    """How the first of them stands with what the others bought, owe and have to their credit."""
    return replace(
        standings[0],
        totals=reduce(Totals.plus, (one.totals for one in standings)),
        due=sum(one.due for one in standings),
        store_credit=sum(one.store_credit for one in standings),
    )


def _present(absorb: tuple[UUID, ...], asked: Mapping[UUID, Pending[Customer]]) -> list[Customer]:
    """The customers to be absorbed. Raises Invalid, naming each who is not there."""
    found, details = [], []
    for place, one in enumerate(absorb):
        try:
            found.append(asked[one].read())
        except Missing:
            details.append(Detail(f"absorb.{place}", "not_found", "There is no such customer."))
    if details:
        raise Invalid(details=details)
    return found
