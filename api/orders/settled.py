"""What was paid on account for orders, which the orders themselves do not say."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from api.services import Reading
from domain.orders import Order
from projections.accounts.settled import ask_settled
from projections.base import EventNotReadable


def note_settled(reading: Reading, orders: Iterable[Order], as_of: datetime | None = None) -> None:
    """Let orders of which something is owed on account know what of it was paid; there are few of them."""
    charged = {order.id: order for order in orders if order.charged}
    if charged:
        for row in ask_settled(reading.db, charged, as_of).rows():
            charged[row["order_id"]].settled = row["settled"]


def read_orders(reading: Reading, ids: list[UUID]) -> list[tuple[UUID, Order | EventNotReadable]]:
    """These orders as they are, for a page."""
    orders = reading.streams(Order, ids)
    note_settled(reading, (order for _, order in orders if isinstance(order, Order)))
    return orders
