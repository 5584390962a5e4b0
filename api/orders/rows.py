"""Orders as the rows of a list."""

from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID

from api.answers import Answer
from api.orders.answers import OrderAnswer, UnreadableOrderAnswer
from api.orders.presenter import show_order
from domain.orders import Order
from projections.base import EventNotReadable

#: What lists say of those that cannot be read.
UNREADABLE = (
    "A sale that cannot be read is a row of its `id` and, as `unreadable`, the code of why: `newer_event` or "
    "`damaged_event`."
)


T = TypeVar("T")
A = TypeVar("A", bound=Answer)


def show_rows(
    orders: Iterable[tuple[UUID, Order | EventNotReadable]], area: str = "cashier"
) -> list[OrderAnswer | UnreadableOrderAnswer]:
    """Orders as an area (`admin`, `cashier`) sees them."""
    return show_each(orders, lambda order: show_order(order, area))


def show_each(
    read: Iterable[tuple[UUID, T | EventNotReadable]], show: Callable[[T], A]
) -> list[A | UnreadableOrderAnswer]:
    """One that cannot be read is a row of its own, and the others are shown all the same."""
    return [
        UnreadableOrderAnswer(id=own_id, unreadable=one.code)
        if isinstance(one, EventNotReadable)
        else show(one)
        for own_id, one in read
    ]
