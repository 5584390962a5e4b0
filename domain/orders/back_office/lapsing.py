"""The end of an order's promise: its goods are free again, and the order stays open."""

from datetime import datetime

from domain.orders.back_office.steps import Occasion, record
from domain.orders.handovers import changes_between
from domain.orders.order import Order


def is_due(order: Order, now: datetime) -> bool:
    """Whether its promise is over, and nobody has said so yet."""
    until = order.reserve_until
    is_promised = not order.has_lapsed and order.figures.fulfilment_status != "fulfilled"
    return order.status == "open" and is_promised and until is not None and until <= now


def lapse(order: Order, occasion: Occasion) -> None:
    """Promise its goods no more. Raises InvalidTransition."""
    order.check_open()
    reserved = changes_between(order.terms.storage_id, order.reserved, {})
    record(order, Order.ReservationLapsed, occasion, figures=order.figures, reserved=reserved)
