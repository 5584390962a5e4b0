"""The orders of one's stores."""

from datetime import datetime
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.operations import operation
from api.orders.answers import OrderAnswer, UnreadableOrderAnswer
from api.orders.list_input import OrdersQuery
from api.orders.presenter import show_order
from api.orders.rows import UNREADABLE, show_rows
from api.orders.settled import note_settled, read_orders
from api.queries import AsOfQuery
from api.resource import Resource, requested_stores
from api.services import Reading
from commands.ports import Caller, Missing
from domain.orders import Order
from domain.settings import OtherStore
from projections.order_list import OrderFilters, list_orders


class AdminOrders(Resource):
    """The orders of the caller's stores."""

    @operation(
        "orders.view",
        "List orders",
        query=OrdersQuery(),
        answer=OrderAnswer | UnreadableOrderAnswer,
        many=True,
        description=UNREADABLE,
        refusals=(OtherStore,),
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of the orders of the caller's stores, or of all."""
        query = dict(req.context.query)
        page = {name: query.pop(name) for name in ("page", "limit", "sort")}
        stores = requested_stores(query.pop("store_id", None), req.context.caller)

        def question(reading: Reading) -> tuple[list[tuple[UUID, Any]], int]:
            ids, total = list_orders(reading.db, OrderFilters(**query), store_ids=stores, **page)
            return read_orders(reading, ids), total

        orders, total = self.ask(req, resp, question)
        self.answer_page(req, resp, show_rows(orders, "admin"), total)


class AdminOrder(Resource):
    """An order of one of the caller's stores."""

    @operation("orders.view", "Show an order", query=AsOfQuery(), answer=OrderAnswer)
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> None:
        """The order as it stands, or as it was recorded by `as_of`."""
        caller, as_of = req.context.caller, req.context.query.get("as_of")
        order = self.ask(req, resp, lambda reading: store_order(reading, caller, order_id, as_of))
        # What is paid on account is no event of the order, so that its version says nothing of it.
        self.show(req, resp, show_order(order, "admin"), is_whole=not order.charged)


def store_order(reading: Reading, caller: Caller, order_id: UUID, as_of: datetime | None = None) -> Order:
    """The order if a store of the caller sold it or gave something back for it. Raises Missing."""
    orders: list[Order] = reading.aggregates(Order, [order_id], as_of)
    if not orders or not orders[0].is_within(caller.store_ids):
        raise Missing
    note_settled(reading, orders, as_of)
    return orders[0]
