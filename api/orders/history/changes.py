"""What each step changed of an order: its figures before and after."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from api.orders.history.answers import OrderChangeAnswer
from domain.orders import Order, SaleLine
from domain.orders.statuses import Standing
from projections.base import EventNotReadable, Row

#: Some fields of an order, by their names in its answer.
Figures = dict[str, str | int | None]

#: What says all lines of the order.
_AGREED = frozenset({Order.Sold, Order.Placed, Order.Amended})


def figures_after(kind: type[Any], event: Any) -> Figures:
    """The fields of the order that an event of this kind says, as they are after it."""
    figures: Figures = {}
    if kind in _AGREED:
        figures |= _terms(event)
    if kind in (Order.Placed, Order.Amended):
        figures["reserve_until"] = event.reserve_until.isoformat() if event.reserve_until else None
    if kind is Order.Cancelled:
        figures |= _lines(event.kept)
    if kind is Order.Placed or issubclass(kind, Order.Step):
        figures |= _standing(event.standing)
    if kind is Order.Sold:
        figures |= {
            **_statuses("completed", "paid", "fulfilled"),
            "total": event.totals.total,
            "due_total": 0,
        }
    if kind is Order.Refunded:
        figures |= {
            "payment_status": event.payment_status,
            "fulfilment_status": event.fulfilment_status,
        }
    if kind is Order.Voided:
        figures |= _statuses("voided", "refunded", "returned")
    return figures


def readable_steps(
    decode: Callable[[Row], tuple[type[Any], Any]], rows: Iterable[Row]
) -> Iterator[tuple[int, type[Any], Any]]:
    """The steps of an order up to one that this server cannot read: version, event, and what that says."""
    for row in rows:
        try:
            kind, event = decode(row)
        except EventNotReadable:
            return
        yield row["stream_version"], kind, event


def changes_of_steps(steps: Iterable[tuple[int, type[Any], Any]]) -> dict[int, list[OrderChangeAnswer]]:
    """What each step of an order changed, by its version: all of them in order, each with its event."""
    before, changes = Figures(), {}
    for version, kind, event in steps:
        after = merged(before, kind, event)
        changes[version] = changes_between(before, after)
        before = after
    return changes


def changes_between(before: Figures, after: Figures) -> list[OrderChangeAnswer]:
    """The fields that are not what they were."""
    return [
        OrderChangeAnswer(field=field, before=before.get(field), after=after.get(field))
        for field in dict.fromkeys([*before, *after])
        if before.get(field) != after.get(field)
    ]


def merged(before: Figures, kind: type[Any], event: Any) -> Figures:
    """The figures of an order after an event; of lines only those that are still there."""
    if kind in _AGREED or kind is Order.Cancelled:
        before = {field: value for field, value in before.items() if not field.startswith("lines.")}
    return {**before, **figures_after(kind, event)}


def _terms(event: Any) -> Figures:
    return {
        "note": event.note,
        "customer_id": None if event.customer_id is None else str(event.customer_id),
        **_lines(event.lines),
    }


def _lines(lines: Iterable[SaleLine]) -> Figures:
    figures: Figures = {}
    for line in lines:
        figures[f"lines.{line.id}.quantity"] = f"{line.quantity:f}"
        figures[f"lines.{line.id}.unit_price"] = line.unit_price
        figures[f"lines.{line.id}.discount_total"] = line.discount_total
        figures[f"lines.{line.id}.note"] = line.note
    return figures


def _standing(standing: Standing) -> Figures:
    return {
        **_statuses(standing.status, standing.payment_status, standing.fulfilment_status),
        "total": standing.total,
        "due_total": standing.due,
    }


def _statuses(status: str, payment: str, fulfilment: str) -> Figures:
    return {"status": status, "payment_status": payment, "fulfilment_status": fulfilment}
