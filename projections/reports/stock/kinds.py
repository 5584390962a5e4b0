"""The columns of the report of movements, and which of them a row of the ledger belongs to."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import LiteralString

#: What brings goods, and what takes them, by its sign.
IN: tuple[LiteralString, ...] = ("received", "returned", "transferred_in")
OUT: tuple[LiteralString, ...] = ("sold", "transferred_out", "supplier_returned")
#: What went, or came, for the reason that an adjustment names.
REASONS: tuple[LiteralString, ...] = (
    "damaged",
    "lost",
    "expired",
    "theft",
    "internal_use",
    "promotion",
    "found",
    "opening",
    "correction",
)
#: Reasons for which goods come in, and are received on that day.
GAINS = frozenset({"found", "opening", "correction", "counted"})

_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "receipt": "received",
        "sale": "sold",
        "void": "sold",
        "return": "returned",
        "supplier_return": "supplier_returned",
        "transfer_out": "transferred_out",
        "transfer_in": "transferred_in",
        "transfer_damaged": "damaged",
        "transfer_lost": "lost",
        "count": "counted",
        "count_correction": "counted",
        "settlement": "settlement",
        "cost_correction": "settlement",
    }
)
_IN_TRANSIT: Mapping[str, str] = MappingProxyType(
    {"transfer_out": "transferred_in", "transfer_in": "transferred_out"}
)


def column_of(kind: str, reason: str | None, *, is_in_transit: bool) -> str:
    """The column of a row of that type; an adjustment's is its reason. What leaves comes to transit."""
    if kind == "adjustment" and reason is not None:
        return reason
    return _IN_TRANSIT.get(kind, _COLUMNS[kind]) if is_in_transit else _COLUMNS[kind]
