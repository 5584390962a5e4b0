"""Tills: where a sale is made, and in which series its number is counted."""

import re
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID, uuid5

_SERIES = UUID("5b0f8c1e-0d7a-4a52-9d4e-3c6f1b7e2a90")
_ORDER_SERIES = UUID("6c0a9c6e-53c5-4d3f-8a0e-2b7f1d9e4c58")
_REFUND_SERIES = UUID("a3d1c2f4-71be-4d0c-9a55-0e8b6c9f4d17")
#: A place in a series as a device prints it; nothing is counted from 0.
_PLACE = re.compile(r"(?!0+\Z)[0-9]{1,12}\Z")
#: How far after the last number of its series a printed one may be. A device that sells once a minute prints
#: 43,200 in 30 days, after which what it did is very late, and the newest may arrive first. What is beyond it
#: is a slip; as the last of its series it could leave no room for the next.
REACH = 100_000


@dataclass(frozen=True, kw_only=True)
class Till:
    """Where and by whom a sale is made."""

    channel: str
    store_id: UUID
    register_id: UUID | None
    cashier_id: UUID | None
    series_id: UUID
    series_number: int
    number: str


def till_code(store_code: str, register_code: str | None) -> str:
    """What the numbers of a till begin with; without registers the store itself is the till."""
    return store_code if register_code is None else f"{store_code}-{register_code}"


@lru_cache(4096)
def series_of(code: str) -> UUID:
    """The series in which numbers that begin so are counted, whichever till has the code at present."""
    return uuid5(_SERIES, code.casefold())


@lru_cache(4096)
def refund_series_of(code: str) -> UUID:
    """The series of refunds of whichever till has the code; they are numbered apart from its sales."""
    return uuid5(_REFUND_SERIES, code.casefold())


@lru_cache(4096)
def order_series_of(code: str) -> UUID:
    """The series of orders that the back office places for whichever store has the code."""
    return uuid5(_ORDER_SERIES, code.casefold())


def order_number(code: str, number: int) -> str:
    """The number of an order of the back office, such as `MAIN-SO000001`."""
    return f"{code}-SO{number:06d}"


def sale_number(code: str, number: int) -> str:
    """The number of a sale, such as `MAIN-1-000001`."""
    return f"{code}-{number:06d}"


def place_of(number: str, device_code: str) -> tuple[UUID, int] | None:
    """The series and the place in it of a number that a device gave, such as `MAIN-1-X1-000001`.

    None for what is no number of that device's; whatever its till is called by now, the device's code is its
    own.
    """
    code, _, place = number.rpartition("-")
    is_own = code.casefold().endswith(f"-{device_code}".casefold())
    if not is_own or not _PLACE.match(place):
        return None
    return series_of(code), int(place)


def place_of_refund(number: str, device_code: str) -> tuple[UUID, int] | None:
    """The same of a refund's number, such as `MAIN-1-X1-R000001`."""
    code, _, place = number.rpartition("-R")
    is_own = code.casefold().endswith(f"-{device_code}".casefold())
    if not is_own or not _PLACE.match(place):
        return None
    return refund_series_of(code), int(place)


def refund_number(code: str, number: int) -> str:
    """The number of a refund, such as `MAIN-1-R000001`."""
    return f"{code}-R{number:06d}"
