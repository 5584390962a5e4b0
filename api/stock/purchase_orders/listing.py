"""Purchase orders: listed, and planned."""

from typing import Any
from uuid import uuid4

from falcon import Request, Response

from api.operations import operation
from api.resource import Resource, requested_stores
from api.stock.purchase_orders.answers import PurchaseOrderAnswer, PurchaseOrderRowAnswer
from api.stock.purchase_orders.input import PurchaseOrderBody, PurchaseOrdersQuery, is_one_order
from api.stock.purchase_orders.presenter import show_purchase_order, show_row
from commands.moments import BeforeTheCompany
from commands.ports import ConcurrentEdit, DuplicateId
from commands.stock.moments import PeriodClosed
from commands.stock.purchase_orders.drafts import DraftPurchaseOrder, draft_purchase_order
from commands.stock.purchase_orders.lines import PlannedLine
from commands.stock.purchase_orders.suggested import DraftSuggested, SuggestedLine, draft_suggested
from domain.money import AmountTooLarge
from domain.settings import OtherStore
from projections.stock.purchase_order_list import list_purchase_orders


class PurchaseOrders(Resource):
    """What is, or was, to be bought."""

    @operation(
        "purchase_orders.view",
        "List purchase orders",
        query=PurchaseOrdersQuery(),
        answer=PurchaseOrderRowAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page, of the caller's stores and of warehouses."""
        query, caller, now = dict(req.context.query), req.context.caller, self.services.now()
        store_id, status, late = query.pop("store_id", None), query.pop("status", None), query.pop("late")
        filters: dict[str, Any] = {
            **query,
            "statuses": [status] if status else None,
            "store_ids": requested_stores(store_id, caller),
            "warehouses": store_id is None,
            "late_at": now if late else None,
        }
        rows, total = self.ask(req, resp, lambda reading: list_purchase_orders(reading.db, **filters))
        self.answer_page(req, resp, [show_row(row, now) for row in rows], total)

    @operation(
        "purchase_orders.edit",
        "Plan a purchase order",
        description="Suggested lines, which name a `storage_id` each and neither unit nor cost, become one "
        "draft for each supplier and storage, and are answered with the list of these; the supplier is the "
        "product's; a whole number of the units it was bought in last is drafted in these, at the price of "
        "the last one; of all else one costs what it cost there last, else what the catalog says.",
        body=PurchaseOrderBody(),
        answer=PurchaseOrderAnswer | list[PurchaseOrderAnswer],
        status=201,
        refusals=(DuplicateId, ConcurrentEdit, OtherStore, BeforeTheCompany, PeriodClosed, AmountTooLarge),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Draft an order, or one for each supplier and storage of suggested lines."""
        body = dict(req.context.body)
        own_id, lines = body.pop("id", None) or uuid4(), body.pop("lines")
        if is_one_order(req.context.body):
            planned = tuple(map(_planned, lines))
            command = DraftPurchaseOrder(id=own_id, lines=planned, **body)
            self.create(
                req, resp, draft_purchase_order, command, show_purchase_order, message="Order planned"
            )
        else:
            suggestion = DraftSuggested(id=own_id, lines=tuple(map(_suggested, lines)))
            self.create(
                req,
                resp,
                draft_suggested,
                suggestion,
                lambda orders: [show_purchase_order(order) for order in orders],
                message="Orders planned",
            )


def _planned(line: dict[str, Any]) -> PlannedLine:
    return PlannedLine(**{name: value for name, value in line.items() if name != "storage_id"})


def _suggested(line: dict[str, Any]) -> SuggestedLine:
    return SuggestedLine(
        variant_id=line["variant_id"], storage_id=line["storage_id"], quantity=line["quantity"]
    )
