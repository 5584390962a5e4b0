"""What receipts are of: sales and refunds, each with who may see its receipt and under which path."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.orders.own_orders import own_order
from api.orders.settled import note_settled
from api.orders.store_orders import store_order
from api.receipt_addresses import ReceiptAddresses
from api.receipts.answers import OrdersReceiptAnswer, PrintedReceiptAnswer, RefundReceiptAnswer
from api.receipts.context import Context, Place, context_of
from api.receipts.refunds import refund_receipt
from api.receipts.sales import sale_receipt
from api.services import Reading
from commands.ports import Caller, Missing
from domain.orders import Order
from domain.orders.receipts import refund_of

_EVERY_ORDER = "orders.view"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A sale, or with `refund` a refund of it, and what its receipt takes besides."""

    order: Order
    refund: Order.Refunded | None
    context: Context

    def receipt(self, language: str, copy: int, order: Order | None = None) -> PrintedReceiptAnswer:
        """The receipt in a language, of the order as it was found or as it is by now."""
        order = order or self.order
        if self.refund:
            return refund_receipt(order, self.refund, self.context, language, copy)
        return sale_receipt(order, self.context, language, copy)

    @property
    def methods(self) -> frozenset[str]:
        """By which methods it was paid, or paid out."""
        return frozenset(_methods(self.order, self.refund))

    @property
    def number(self) -> str:
        """The number of the sale or of the refund."""
        return self.refund.number if self.refund else self.order.terms.number


#: Finds an order that the caller may see the receipt of. Raises Missing.
Find = Callable[[Reading, Caller, UUID, UUID | None], Order]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Receipts under one path: what they are called, and who sees which."""

    path: str
    permission: str
    noun: str
    answer: Any
    find: Find


def source_of(reading: Reading, order: Order, refund_id: UUID | None, addresses: ReceiptAddresses) -> Source:
    """The source of a receipt. Raises Missing."""
    refund = refund_of(order, refund_id) if refund_id else None
    note_settled(reading, [order])
    fact = refund or order.terms
    place = Place(
        store_id=fact.store_id,
        register_id=fact.register_id,
        cashier_id=fact.cashier_id,
        methods=_methods(order, refund),
        customer_id=order.terms.customer_id if order.placed else None,
    )
    return Source(order=order, refund=refund, context=context_of(reading, order.id, place, addresses))


def _methods(order: Order, refund: Order.Refunded | None) -> list[str]:
    if refund:
        return [payment.method for payment in refund.payments]
    return [*(one.method for one in order.paid.payments), *(one.method for one in order.given_back)]


def _own(reading: Reading, caller: Caller, order_id: UUID, _: UUID | None) -> Order:
    return own_order(reading, caller, order_id)


def _any(reading: Reading, caller: Caller, order_id: UUID, _: UUID | None) -> Order:
    return store_order(reading, caller, order_id)


def _of_refund(reading: Reading, caller: Caller, order_id: UUID, refund_id: UUID | None) -> Order:
    """The order of a refund that the caller gave, or may see, in a store of theirs."""
    orders: list[Order] = reading.aggregates(Order, [order_id])
    refund = refund_of(orders[0], refund_id) if orders and refund_id else None
    if refund is None or (caller.store_ids and refund.store_id not in caller.store_ids):
        raise Missing
    if refund.cashier_id != caller.user_id and _EVERY_ORDER not in caller.permissions:
        raise Missing
    return orders[0]


KINDS = (
    Kind(
        path="/api/cashier/orders/{order_id:uuid}/receipt",
        permission="cashier.orders",
        noun="my sale's receipt",
        answer=OrdersReceiptAnswer,
        find=_own,
    ),
    Kind(
        path="/api/admin/orders/{order_id:uuid}/receipt",
        permission=_EVERY_ORDER,
        noun="a sale's receipt",
        answer=OrdersReceiptAnswer,
        find=_any,
    ),
    Kind(
        path="/api/pos/orders/{order_id:uuid}/refunds/{refund_id:uuid}/receipt",
        permission="pos.use",
        noun="a refund's receipt",
        answer=RefundReceiptAnswer,
        find=_of_refund,
    ),
)
