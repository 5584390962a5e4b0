"""Orders: what was sold, given back and taken back."""

from domain.orders.lines import SaleLine, Sums, Totals
from domain.orders.method_balances import balances_of
from domain.orders.offline import FLAGS, LATE, Offline
from domain.orders.order import Order
from domain.orders.refund_pricing import price_refund, remainders_of
from domain.orders.refund_settlement import (
    RefundMethodNotAllowed,
    check_methods,
    settle_given,
    settle_overpaid,
    settle_refund,
    suggest_payments,
)
from domain.orders.refunding import refund
from domain.orders.refunds import (
    Goodwill,
    LineGoodwill,
    LineReturn,
    PricedRefund,
    RefundedLine,
    RefundPayment,
    RefundSettlement,
)
from domain.orders.selling import sell
from domain.orders.statuses import FulfilmentStatus, InvalidTransition, OrderStatus, PaymentStatus
from domain.orders.voiding import check_voidable, void

__all__ = [
    "FLAGS",
    "LATE",
    "FulfilmentStatus",
    "Goodwill",
    "InvalidTransition",
    "LineGoodwill",
    "LineReturn",
    "Offline",
    "Order",
    "OrderStatus",
    "PaymentStatus",
    "PricedRefund",
    "RefundMethodNotAllowed",
    "RefundPayment",
    "RefundSettlement",
    "RefundedLine",
    "SaleLine",
    "Sums",
    "Totals",
    "balances_of",
    "check_methods",
    "check_voidable",
    "price_refund",
    "refund",
    "remainders_of",
    "sell",
    "settle_given",
    "settle_overpaid",
    "settle_refund",
    "suggest_payments",
    "void",
]
