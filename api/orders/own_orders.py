"""The cashier's own sales."""

from datetime import datetime
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.operations import operation
from api.orders.answers import OrderAnswer, UnreadableOrderAnswer
from api.orders.list_input import OwnOrdersQuery
from api.orders.presenter import show_order
from api.orders.rows import UNREADABLE, show_rows
from api.orders.settled import read_orders
from api.queries import AsOfQuery
from api.resource import Resource
from api.services import Reading
from commands.ports import Caller, Missing
from domain.orders import Order
from projections.order_list import OrderFilters, list_orders


class CashierOrders(Resource):
    """The caller's own sales."""

    @operation(
        "cashier.orders",
        "List my sales",
        query=OwnOrdersQuery(),
        answer=OrderAnswer | UnreadableOrderAnswer,
        many=True,
        description=UNREADABLE,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of the caller's own sales."""
        query, caller = dict(req.context.query), req.context.caller
        page = {name: query.pop(name) for name in ("page", "limit", "sort")}
        filters = OrderFilters(cashier_id=caller.user_id, **query)

        def question(reading: Reading) -> tuple[list[tuple[UUID, Any]], int]:
            ids, total = list_orders(reading.db, filters, store_ids=caller.store_ids, **page)
            return read_orders(reading, ids), total

        orders, total = self.ask(req, resp, question)
        self.answer_page(req, resp, show_rows(orders), total)


class CashierOrder(Resource):
    """One of the caller's own sales."""

    @operation("cashier.orders", "Show my sale", query=AsOfQuery(), answer=OrderAnswer)
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> None:
        """The sale as it was made, or as it was recorded by `as_of`."""
        caller, as_of = req.context.caller, req.context.query.get("as_of")
        order = self.ask(req, resp, lambda reading: own_order(reading, caller, order_id, as_of))
        self.show(req, resp, show_order(order))


def own_order(reading: Reading, caller: Caller, order_id: UUID, as_of: datetime | None = None) -> Order:
    """The order if the caller sold it, in a store of theirs; others do not exist. Raises Missing."""
    orders = reading.aggregates(Order, [order_id], as_of)
    if not orders or orders[0].terms.cashier_id != caller.user_id:
        raise Missing
    order: Order = orders[0]
    if caller.store_ids and order.terms.store_id not in caller.store_ids:
        raise Missing
    return order
