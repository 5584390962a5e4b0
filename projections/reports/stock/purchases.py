"""Orders to suppliers as facts: what was ordered, what of it came, how soon, and what is open."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from domain.money import scaled
from domain.stock.purchase_orders import PurchaseOrder
from projections.base import Database, Fact
from projections.reports.stock import statements as sql
from projections.rows import add_rows

#: Statuses of an order of which something is to come.
_OPEN = frozenset({"ordered", "partially_received"})


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is remembered of an order; `ordered` is counted in hundred-thousandths of the product's unit."""

    supplier_id: str
    storage_id: str
    ordered_at: datetime | None = None
    ordered: int = 0
    is_open: bool = False


class PurchaseChange(NamedTuple):
    """What an event changes of an order that was placed with its supplier on the day `ordered_on`."""

    business_date: date
    ordered_on: date
    ordered: int = 0
    received: int = 0
    opened: int = 0
    deliveries: int = 0
    lead_days: int = 0


class Purchases:
    """The orders that a batch is about, as earlier events left them, and the facts that it adds."""

    def __init__(self, db: Database, facts: Iterable[Fact]) -> None:
        self._db = db
        ids = sorted({str(fact.stream_id) for fact in facts if fact.event in _EVENTS})
        rows = db.ask(sql.PURCHASES, {"company_id": db.company_id, "ids": ids}).rows() if ids else []
        self._known = {
            str(row["order_id"]): Purchase(
                str(row["supplier_id"]),
                str(row["storage_id"]),
                row["ordered_at"],
                row["ordered"],
                row["is_open"],
            )
            for row in rows
        }
        self._changed: dict[str, Purchase] = {}
        self._facts: list[tuple[Any, ...]] = []

    def add(self, fact: Fact) -> None:
        """Take in what an event says of an order."""
        if fact.event not in _EVENTS:
            return
        one, data = str(fact.stream_id), fact.data
        if fact.event is PurchaseOrder.Drafted:
            self._changed[one] = self._known[one] = Purchase(data.supplier_id, data.storage_id)
            return
        before = self._known.get(one)
        # A damaged log may lack the draft.
        if before is None:
            return
        after = _after(before, fact)
        self._changed[one] = self._known[one] = after
        if after.ordered_at is not None:
            change = _change(before, after, fact)
            if any(change[2:]):
                self._facts.append((fact.position, one, after.supplier_id, after.storage_id, *change))

    def write(self) -> None:
        """Add the facts, and keep how the orders stand."""
        add_rows(self._db, sql.ADD_PURCHASE_FACTS, sql.PURCHASE_FACT, self._facts)
        rows = [
            (one, it.supplier_id, it.storage_id, it.ordered_at, it.ordered, it.is_open)
            for one, it in self._changed.items()
        ]
        add_rows(self._db, sql.PUT_PURCHASES, sql.PURCHASE, rows)


_DELIVERIES = frozenset({PurchaseOrder.DeliveryTaken, PurchaseOrder.DeliveryReversed})
_ENDS = frozenset({PurchaseOrder.Cancelled, PurchaseOrder.Closed})
_EVENTS = frozenset(
    {PurchaseOrder.Drafted, PurchaseOrder.Amended, PurchaseOrder.Ordered, *_DELIVERIES, *_ENDS}
)


def _after(before: Purchase, fact: Fact) -> Purchase:
    """The order as the event leaves it."""
    data = fact.data
    if fact.event is PurchaseOrder.Ordered:
        return replace(before, ordered_at=data.ordered_at, ordered=_base(data.lines), is_open=True)
    if fact.event is PurchaseOrder.Amended:
        planned = replace(before, supplier_id=data.supplier_id, storage_id=data.storage_id)
        if before.ordered_at is None:
            return planned
        return replace(planned, ordered=_base(data.lines), is_open=data.status in _OPEN)
    return replace(before, is_open=fact.event in _DELIVERIES and data.status in _OPEN)


def _change(before: Purchase, after: Purchase, fact: Fact) -> PurchaseChange:
    """What became of it; of a delivery that is taken back quantities are negative, and no days count."""
    data, ordered_at = fact.data, after.ordered_at or fact.at
    is_delivery = fact.event in _DELIVERIES
    is_taken = fact.event is PurchaseOrder.DeliveryTaken
    at = data.occurred_at if is_taken else data.ordered_at if fact.event is PurchaseOrder.Ordered else fact.at
    return PurchaseChange(
        at.date(),
        ordered_at.date(),
        after.ordered - before.ordered,
        sum(scaled(line.base_received) for line in data.lines) if is_delivery else 0,
        after.is_open - before.is_open,
        1 if is_taken else 0,
        max((at.date() - ordered_at.date()).days, 0) if is_taken else 0,
    )


def _base(lines: Iterable[Any]) -> int:
    return sum(scaled(line.base_quantity) for line in lines)
