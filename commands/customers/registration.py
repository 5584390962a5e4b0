"""Registering customers, once each; that they may be known already is said before, and not insisted on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from commands.customers.ports import CustomersWork, KnownCustomer, in_order, latest_birthday
from domain.customers import Consent, Customer, PossibleDuplicate, check_birthday
from domain.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class RegisterCustomer:
    """Register somebody who buys.

    `consents` say purpose, whether granted, and source. With `force` nobody looks whether they are known.
    """

    id: UUID
    values: Mapping[str, Any]
    consents: tuple[Mapping[str, Any], ...] = ()
    force: bool = False


def register_customer(command: RegisterCustomer, work: CustomersWork) -> KnownCustomer:
    """Register them, once: the same request again answers with what it made.

    Whoever works in one store has met them there.
    Raises DuplicateId, PossibleDuplicate, Invalid.
    """
    values = in_order(command.values)
    earlier = work.find_earlier(Customer, Customer.Registered, command.id)
    contact = {name: None if command.force else values.get(name) for name in ("phone", "email")}
    namesakes = work.customers.namesakes(command.id, **contact)
    missing = work.customers.missing_groups(values.get("group_ids", ()))
    standing = work.customers.standing(command.id, work.caller.store_ids)
    if existing := earlier.read():
        return KnownCustomer(existing, standing.read())
    check_birthday(values.get("birthday"), latest_birthday(work.now))
    if details := [*missing.read().values()]:
        raise Invalid(details=details)
    if known := namesakes.read():
        raise PossibleDuplicate(details=known)
    if len(work.caller.store_ids) == 1:
        values["store_id"] = work.caller.store_ids[0]
    consents = {one["purpose"]: Consent(**one, at=work.now) for one in command.consents}
    customer = Customer.begin(Customer.Registered, command.id, **values, consents=tuple(consents.values()))
    work.save(customer)
    return KnownCustomer(customer, standing.read())
