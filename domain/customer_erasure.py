"""Erasing customers: what told who they are is forgotten, and what was bought and paid stays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.customers import Customer
from domain.errors import Conflict, Detail, Invalid

#: Shorter words of a name may be anything.
_SHORTEST_WORD: Final = 4
_NUMBERS: Final = ("phone", "email", "tax_number", "reference")


class CustomerOwes(Conflict):
    """The customer owes something; let it be paid first."""

    code = "customer_owes"


class CustomerHasCredit(Conflict):
    """The customer has something to their credit; it is lost only if you say so (`forfeit`)."""

    code = "customer_has_credit"


class OpenOrders(Conflict):
    """The customer has an order that is open; let it be completed or cancelled first."""

    code = "open_orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """Which event says that somebody was erased, and when that was."""

    position: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What an erasure did: how many keys it destroyed, and how many rows of which tables went with them."""

    customer_id: UUID
    tombstone: Tombstone
    keys: int
    purged: Mapping[str, int]


def check_reason(customer: Customer, reason: str) -> None:
    """Raise Invalid for a reason that tells who they were: it stays."""
    said = reason.casefold()
    if any(word in said for word in _words(customer)):
        message = "It stays, so it must not tell who they were."
        raise Invalid(details=[Detail("reason", "invalid", message)])


def _words(customer: Customer) -> Iterator[str]:
    """What their own fields say, as it is looked for in a sentence."""
    values = customer.values
    yield from (values[name].casefold() for name in _NUMBERS if values[name])
    yield from (word for word in values["name"].casefold().split() if len(word) >= _SHORTEST_WORD)


def erase(
    customer: Customer, reason: str, requested_at: datetime | None, *, keys: int, purged: Mapping[str, int]
) -> None:
    """Record that they were forgotten, and all whom they absorbed."""
    customer.trigger_event(
        Customer.Erased,
        reason=reason,
        requested_at=requested_at,
        customer_ids=customer.absorbed_ids,
        keys=keys,
        purged=dict(purged),
    )
