"""Erasing customers: what told who they are is forgotten, and what was bought and paid stays."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from unicodedata import normalize
from uuid import UUID

from domain.customers import Customer
from domain.errors import Conflict, Detail, Invalid

#: Shorter words of a name, and shorter codes, may be anything.
_SHORTEST_WORD: Final = 4
_SHORTEST_CODE: Final = 3
#: By so many of its last digits a telephone is known, wherever it is dialled from.
_LOCAL_DIGITS: Final = 6
_BETWEEN_WORDS: Final = re.compile(r"[\W_]+")


class CustomerOwes(Conflict):
    """The customer owes something; let it be paid first."""

    code = "customer_owes"
    remedy = "Have what is owed paid, then repeat the erasure."


class CustomerHasCredit(Conflict):
    """The customer has something to their credit; it is lost only if you say so (`forfeit`)."""

    code = "customer_has_credit"
    field = "forfeit"
    remedy = "Pay the credit out, or send `forfeit: true` if it may be lost."


class OpenOrders(Conflict):
    """The customer has an order that is open; let it be completed or cancelled first."""

    code = "open_orders"
    remedy = "Complete or cancel the open orders, then repeat the erasure."


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
    """Raise Invalid for a reason that tells who they were, however it is written: it stays."""
    letters, digits = _letters(reason), _digits(reason)
    told = any(word in letters for word in _words(customer)) or any(
        number in digits for number in _numbers(customer)
    )
    if told:
        message = "It stays, so it must not tell who they were."
        raise Invalid(details=[Detail("reason", "invalid", message)])


def _words(customer: Customer) -> Iterator[str]:
    """What of their own fields consists of letters: their name, word by word, addresses and references."""
    values, address = customer.values, customer.values["address"]
    streets = (address[line] for line in ("line1", "line2") if address[line]) if address else ()
    for text in (values["name"], *streets):
        words = map(_letters, _BETWEEN_WORDS.split(text))
        yield from (word for word in words if len(word) >= _SHORTEST_WORD and not word.isdigit())
    whole = (_letters(values[name]) for name in ("email", "tax_number", "reference") if values[name])
    yield from (one for one in whole if len(one) >= _SHORTEST_CODE)


def _numbers(customer: Customer) -> Iterator[str]:
    """What is known by its digits: their telephone, with and without what leads to it, and their birthday."""
    values = customer.values
    if values["phone"]:
        yield _digits(values["phone"])[-_LOCAL_DIGITS:]
    if birthday := values["birthday"]:
        yield from (f"{birthday:%Y%m%d}", f"{birthday:%d%m%Y}", f"{birthday:%m%d%Y}")


def _letters(text: str) -> str:
    """Letters and digits alone, without case and accents."""
    bare = (one for one in normalize("NFKD", text.casefold()) if one.isalnum())
    return "".join(bare)


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())


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
