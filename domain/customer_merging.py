"""Merging customers: one person or household was registered more than once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from domain.customers import Customer
from domain.errors import Detail, Invalid

#: The fields that may be taken from another one; of what they agreed to, only their own word counts.
KEPT_FIELDS: Final = (
    *("name", "phone", "email", "address", "tax_number", "reference", "birthday", "note"),
    *("group_ids", "credit_limit", "terms_days"),
)


class MergeWithItself(Invalid):
    """A customer cannot be merged with itself."""

    code = "merge_with_itself"
    remedy = "Name the other customer that is the same person."


def check_absorbed(customer_ids: Sequence[UUID]) -> None:
    """Raise Invalid, naming each who stands there before."""
    if details := [
        Detail(f"absorb.{place}", "duplicate", "This customer stands there before.")
        for place, one in enumerate(customer_ids)
        if one in customer_ids[:place]
    ]:
        raise Invalid(details=details)


def check_keep(keep: Mapping[str, UUID], customer_ids: Collection[UUID]) -> None:
    """Raise Invalid, naming each field that is to be taken from somebody who is not merged."""
    message = "It is kept of the customer, or of one of those absorbed."
    if details := [
        Detail(f"keep.{name}", "not_found", message)
        for name, holder in keep.items()
        if holder not in customer_ids
    ]:
        raise Invalid(details=details)


def merge(customer: Customer, others: Sequence[Customer], keep: Mapping[str, UUID]) -> None:
    """Let the others be this customer from now on; of whom a field is taken is said by `keep`.

    Those who were absorbed before go along, so that one look says whom anybody turned out to be.
    Raises Gone, AlreadyArchived.
    """
    for one in (customer, *others):
        one.check_open()
    holders = {one.id: one for one in others}
    kept = {name: holder for name, holder in keep.items() if holder in holders}
    customer.revise({name: holders[holder].values[name] for name, holder in kept.items()})
    absorbed = tuple(one_id for one in others for one_id in (one.id, *one.absorbed_ids))
    customer.trigger_event(Customer.Absorbed, customer_ids=absorbed, kept=kept)
    for one in others:
        one.trigger_event(Customer.Merged, into=customer.id)
