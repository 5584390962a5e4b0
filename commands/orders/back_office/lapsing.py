"""The end of promises whose time is over: the goods are free again, and the orders stay open."""

from dataclasses import dataclass
from uuid import UUID

from commands.orders.back_office.occasions import context_of, occasion_at
from commands.orders.baskets import QuoteWork
from domain.orders import Order
from domain.orders.back_office import is_due, lapse


@dataclass(frozen=True, kw_only=True)
class LapseOrders:
    """Let the promises of those of these orders lapse that are due."""

    ids: tuple[UUID, ...]


def lapse_orders(command: LapseOrders, work: QuoteWork) -> int:
    """Let them lapse, and say how many there were; what is not open or not due is left as it is.

    Raises Missing.
    """
    orders = [work.load(Order, one) for one in command.ids]
    due = [order for order in orders if is_due(order, work.now)]
    for order in due:
        lapse(order, occasion_at(work.now, context_of(order, work, is_closed_allowed=True), work))
    work.save(*due)
    return len(due)
