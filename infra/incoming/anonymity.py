"""What a copy of a log says in place of persons: nothing that tells who anybody is, and a number for each."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from uuid import UUID

from domain.private import ERASED_REASON
from infra.eventstore.codec import EventType
from infra.eventstore.sealing import State, forgotten
from infra.incoming.text_fields import TextField, text_fields

#: Texts that tell of goods, money, places and how things stand. Whatever is not listed is left out: a text
#: that an event is given tomorrow may be about somebody.
KEPT: Final = frozenset(
    {
        *("action", "alt", "area", "at", "barcodes", "channel", "code"),
        *("condition", "content_hash", "currency", "day_cut", "denied", "document", "features"),
        *("field", "first_receipt", "flags", "format", "fulfilment_status", "granted"),
        *("head_hash", "jurisdiction", "kind", "language", "last_receipt", "made_number", "made_type"),
        *("method", "name", "number", "paper", "payment_status", "purpose", "range", "receipt_footer"),
        *("receipt_header", "register", "role", "rounding_level", "rounding_mode", "section", "sku"),
        *("status", "store", "supplier_sku", "symbol", "timezone", "type", "types"),
        *("values", "variant_name"),
    }
)
#: Names of what may be a person, or called after one: each is given a word and a number.
NUMBERED: Final[Mapping[str, tuple[str, str]]] = {
    "customers.Customer": ("name", "Customer"),
    "users.User": ("username", "user"),
    "companies.Company": ("name", "Company"),
    "suppliers.Supplier": ("name", "Supplier"),
    "tills.Device": ("name", "Device"),
    "report_schedules.ReportSchedule": ("name", "Schedule"),
    "customer_groups.CustomerGroup": ("name", "Group"),
}
#: Descriptions of goods and packages; others are left out.
_DESCRIBED: Final = frozenset({"packages.Package", "brands.Brand", "products.Product"})
#: Texts that are left out although others of their names are kept: they name persons, or are notes.
_NAMING: Final = frozenset(
    {
        ("shifts.Shift", "report.cashiers.name"),
        ("counts.StockCount", "name"),
        ("suppliers.Supplier", "code"),
    }
)
#: Reasons that are chosen from a list, by which reports add up; others are notes, and left out.
CHOSEN: Final = frozenset(
    {
        ("shifts.Shift.CashPaidIn", "reason"),
        ("shifts.Shift.CashPaidOut", "reason"),
        ("shifts.Shift.CashDropped", "reason"),
        ("shifts.Shift.DrawerOpened", "reason"),
        ("shifts.Shift.Closed", "report.cash.paid_in.reason"),
        ("shifts.Shift.Closed", "report.cash.paid_out.reason"),
        ("stock.StockMovement.Adjusted", "reason"),
    }
)
#: What is read by machines reads something else: addresses lead nowhere (the domain is reserved for that, RFC
#: 2606), and a report that was filtered is of everything.
_INSTEAD: Final = {"url": "https://sandbox.invalid", "filters": ""}


class Anonymity:
    """Numbers those of whom a log tells, in the order in which it comes to them.

    User names are one for all companies: `domain` sets those of a copy apart.
    """

    def __init__(self, domain: str) -> None:
        self._domain = domain
        self._numbers: dict[str, dict[UUID, int]] = defaultdict(dict)

    def hide(self, kind: EventType, stream_id: UUID, state: State) -> None:
        """Have a state, of the event's present version, tell nothing of anybody."""
        named = NUMBERED.get(kind.aggregate.type_name)
        forgotten(state, untold(kind))
        if named and named[0] in kind.fields:
            state[named[0]] = self._name_of(kind.aggregate.type_name, stream_id)

    def _name_of(self, type_name: str, stream_id: UUID) -> str:
        own = self._numbers[type_name]
        number = own.setdefault(stream_id, len(own) + 1)
        field, word = NUMBERED[type_name]
        return f"{word}-{number:04}@{self._domain}" if field == "username" else f"{word} {number:04}"


@cache
def untold(kind: EventType) -> Mapping[str, Any]:
    """The texts of an event that a copy does not tell, and what they read there."""
    texts = {one.path: _reads(one) for one in text_fields(kind) if not _is_kept(kind, one)}
    return {**texts, **kind.private}


def _is_kept(kind: EventType, text: TextField) -> bool:
    type_name = kind.aggregate.type_name
    if (kind.name, text.path) in CHOSEN:
        return True
    if text.name == "description":
        return type_name in _DESCRIBED
    return text.name in KEPT and (type_name, text.path) not in _NAMING


def _reads(text: TextField) -> Any:
    if text.is_list:
        return []
    if text.is_optional:
        return None
    return _INSTEAD.get(text.name, ERASED_REASON)
