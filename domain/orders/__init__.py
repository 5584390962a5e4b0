"""Orders: what was sold, given back and taken back."""

from domain.orders.lines import SaleLine, Sums, Totals
from domain.orders.offline import FLAGS, LATE, Offline
from domain.orders.order import FulfilmentStatus, Order, OrderStatus, PaymentStatus
from domain.orders.refunds import Goodwill, RefundedLine, RefundPayment

__all__ = [
    "FLAGS",
    "LATE",
    "FulfilmentStatus",
    "Goodwill",
    "Offline",
    "Order",
    "OrderStatus",
    "PaymentStatus",
    "RefundPayment",
    "RefundedLine",
    "SaleLine",
    "Sums",
    "Totals",
]
