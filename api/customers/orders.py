"""What a customer bought, order by order."""

from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.customers.single import find_customer
from api.operations import operation
from api.orders.answers import OrderAnswer, UnreadableOrderAnswer
from api.orders.list_input import OrdersQuery
from api.orders.rows import UNREADABLE, show_rows
from api.orders.settled import read_orders
from api.resource import Resource, requested_stores
from api.services import Reading
from domain.settings import OtherStore
from projections.order_list import OrderFilters, list_orders


class CustomerOrders(Resource):
    """The orders of a customer."""

    @operation(
        "customers.view",
        "List a customer's orders",
        query=OrdersQuery(exclude=("customer_id",)),
        answer=OrderAnswer | UnreadableOrderAnswer,
        many=True,
        description=UNREADABLE,
        refusals=(OtherStore,),
    )
    def on_get(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """One page of what they bought in the caller's stores, or in all."""
        query = dict(req.context.query)
        page = {name: query.pop(name) for name in ("page", "limit", "sort")}
        stores = requested_stores(query.pop("store_id", None), req.context.caller)
        filters = OrderFilters(customer_id=customer_id, **query)

        def question(reading: Reading) -> tuple[list[tuple[UUID, Any]], int]:
            find_customer(reading, customer_id, with_totals=False)
            ids, total = list_orders(reading.db, filters, store_ids=stores, **page)
            return read_orders(reading, ids), total

        orders, total = self.ask(req, resp, question)
        self.answer_page(req, resp, show_rows(orders, "admin"), total)
