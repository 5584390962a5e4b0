"""Orders as the rows of a list."""

from collections.abc import Iterable
from uuid import UUID

from api.orders.answers import OrderAnswer, UnreadableOrderAnswer
from api.orders.presenter import show_order
from domain.orders import Order
from projections.base import EventNotReadable

#: What lists say of those that cannot be read.
UNREADABLE = (
    "A sale that cannot be read is a row of its `id` and, as `unreadable`, the code of why: `newer_event` or "
    "`damaged_event`."
)


def show_rows(
    orders: Iterable[tuple[UUID, Order | EventNotReadable]], area: str = "cashier"
) -> list[OrderAnswer | UnreadableOrderAnswer]:
    """One that cannot be read is a row of its own, and the others are shown all the same."""
    return [
        UnreadableOrderAnswer(id=order_id, unreadable=order.code)
        if isinstance(order, EventNotReadable)
        else show_order(order, area)
        for order_id, order in orders
    ]
