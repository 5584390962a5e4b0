"""Entries: what each fact of a shift did to its drawer and its tenders. Amounts are minor currency units."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from domain.aggregate import Aggregate
from domain.orders import LATE, Order
from domain.payments import CASH
from domain.shifts.shift import Shift
from domain.unlinked_returns import UnlinkedReturn

EntryKind = Literal[
    "opening",
    "sale",
    "refund",
    "void",
    "unlinked_return",
    "paid_in",
    "paid_out",
    "drop",
    "no_sale",
    "closing_drop",
    "reprint",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One fact of a shift.

    `tenders` is what was paid by each method, tips included, and below zero what was given back; `cash` is
    what the fact changed in the drawer. A late one became known after the shift was closed: it is in nobody's
    count. `label` is the number of a receipt, or the reason why cash moved.
    """

    kind: EntryKind
    shift_id: UUID | None
    cash: int = 0
    tenders: Mapping[str, int] = field(default_factory=dict)
    label: str | None = None
    cashier_id: UUID | None = None
    business_date: date | None = None
    occurred_at: datetime | None = None
    is_late: bool = False


def entry_of(event: type[Aggregate.Event], stream_id: UUID, data: Any) -> Entry:
    """The entry that an event makes; without a shift, or with a kind of none, it makes none."""
    return _ENTRIES[event](stream_id, data)


def paid(payments: Iterable[Any], sign: int = 1) -> dict[str, int]:
    """What payments come to by method, tips included."""
    sums: dict[str, int] = {}
    for payment in payments:
        sums[payment.method] = sums.get(payment.method, 0) + sign * (payment.amount + payment.tip)
    return sums


def _receipt(kind: EntryKind, sign: int) -> Callable[[UUID, Any], Entry]:
    def entry(_: UUID, data: Any) -> Entry:
        tenders = paid(data.payments, sign)
        return Entry(
            kind=kind,
            shift_id=data.shift_id,
            cash=tenders.get(CASH, 0),
            tenders=tenders,
            label=data.number,
            cashier_id=data.cashier_id,
            business_date=data.business_date,
            occurred_at=data.occurred_at,
            is_late=data.offline is not None and LATE in data.offline.flags,
        )

    return entry


def _movement(kind: EntryKind, sign: int) -> Callable[[UUID, Any], Entry]:
    def entry(shift_id: UUID, data: Any) -> Entry:
        return Entry(
            kind="closing_drop" if data.at_close else kind,
            shift_id=shift_id,
            cash=sign * data.amount,
            label=data.reason,
            cashier_id=data.cashier_id,
            occurred_at=data.occurred_at,
            is_late=data.is_late,
        )

    return entry


def _opening(shift_id: UUID, data: Any) -> Entry:
    return Entry(
        kind="opening",
        shift_id=shift_id,
        cash=data.opening_float,
        cashier_id=data.cashier_id,
        business_date=data.business_date,
        occurred_at=data.occurred_at,
    )


def _print(_: UUID, data: Any) -> Entry:
    """A copy of a receipt; the original belongs to its sale."""
    return Entry(kind="reprint", shift_id=data.shift_id if data.copy else None)


_ENTRIES: Mapping[type[Aggregate.Event], Callable[[UUID, Any], Entry]] = MappingProxyType(
    {
        Shift.Opened: _opening,
        Shift.CashPaidIn: _movement("paid_in", 1),
        Shift.CashPaidOut: _movement("paid_out", -1),
        Shift.CashDropped: _movement("drop", -1),
        Shift.DrawerOpened: _movement("no_sale", 1),
        Order.Sold: _receipt("sale", 1),
        Order.Refunded: _receipt("refund", -1),
        Order.Voided: _receipt("void", -1),
        Order.ReceiptPrinted: _print,
        UnlinkedReturn.Taken: _receipt("unlinked_return", -1),
    }
)
#: The events that make entries.
ENTRY_EVENTS = tuple(_ENTRIES)
