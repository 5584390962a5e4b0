"""One purchase order: shown, amended, and dropped while it is a draft."""

from datetime import datetime
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.documents import FORMATS, Document
from api.etags import expected_versions
from api.failures import NotAcceptable
from api.media import CSV, HTML, PDF
from api.operations import operation
from api.queries import AsOfQuery
from api.resource import Resource
from api.services import Reading
from api.stock.purchase_orders.answers import NamedPurchaseOrderAnswer, PurchaseOrderAnswer
from api.stock.purchase_orders.document import document_of
from api.stock.purchase_orders.input import DocumentQuery, PurchaseOrderEdit
from api.stock.purchase_orders.presenter import show_message, show_named, show_purchase_order
from commands.ports import Caller, ConcurrentEdit, Missing, StaleVersion
from commands.stock.purchase_orders.drafts import (
    AmendPurchaseOrder,
    DiscardPurchaseOrder,
    amend_purchase_order,
    discard_purchase_order,
)
from commands.stock.purchase_orders.lines import EditedLine
from domain.messages import Message
from domain.money import AmountTooLarge
from domain.settings import OtherStore
from domain.stock.documents import InvalidTransition
from domain.stock.purchase_orders import PurchaseOrder
from projections.base import Row
from projections.messages import find_message
from projections.stock.names import find_names
from projections.stock.purchase_order_list import store_of

#: A page with a style of its own, and nothing else.
_PAPER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
#: How any step of an order may be refused.
STEPS = (StaleVersion, ConcurrentEdit, OtherStore, InvalidTransition)


class PurchaseOrderById(Resource):
    """One purchase order."""

    @operation(
        "purchase_orders.view", "Show a purchase order", query=AsOfQuery(), answer=NamedPurchaseOrderAnswer
    )
    def on_get(self, req: Request, resp: Response, purchase_order_id: UUID) -> None:
        """As it is, or as it was recorded by `as_of`."""
        caller, as_of = req.context.caller, req.context.query.get("as_of")

        def question(reading: Reading) -> NamedPurchaseOrderAnswer:
            order = find_purchase_order(reading, caller, purchase_order_id, as_of)
            names = find_names(reading.db, [order.supplier_id, order.storage_id])
            return show_named(order, _find_mail(reading, order, as_of), names)

        self.show(req, resp, self.ask(req, resp, question))

    @operation(
        "purchase_orders.edit",
        "Amend a purchase order",
        description="Everything of a draft can be changed; `lines` are then all that it has. Of what was "
        "ordered, `expected_at`, `note` and quantities, which come to no less than was received.",
        body=PurchaseOrderEdit(),
        answer=PurchaseOrderAnswer,
        refusals=(*STEPS, AmountTooLarge),
    )
    def on_patch(self, req: Request, resp: Response, purchase_order_id: UUID) -> None:
        """Plan or order something else."""
        changes = dict(req.context.body)
        lines = changes.pop("lines", None)
        command = AmendPurchaseOrder(
            id=purchase_order_id,
            changes=changes,
            lines=None if lines is None else tuple(map(_edited, lines)),
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, amend_purchase_order, command, show_purchase_order, message="Order amended")

    @operation("purchase_orders.edit", "Discard a draft", answer=PurchaseOrderAnswer, refusals=STEPS)
    def on_delete(self, req: Request, resp: Response, purchase_order_id: UUID) -> None:
        """Drop a draft; what was ordered is cancelled instead."""
        command = DiscardPurchaseOrder(id=purchase_order_id, expected_versions=expected_versions(req))
        self.write(req, resp, discard_purchase_order, command, show_purchase_order, message="Draft discarded")


class PurchaseOrderDocument(Resource):
    """One purchase order as the supplier gets it."""

    @operation(
        "purchase_orders.view",
        "Show a purchase order's document",
        description="With the names and addresses of now. Whoever may see no costs gets it without prices. "
        "In CSV it is the lines alone.",
        query=DocumentQuery(),
        media=(PDF, HTML, CSV),
        lengthy=True,
        refusals=(NotAcceptable,),
    )
    def on_get(self, req: Request, resp: Response, purchase_order_id: UUID) -> None:
        """The document, as PDF unless something else is asked for."""
        caller, name = req.context.caller, req.context.query["format"]
        if name not in FORMATS:
            raise NotAcceptable
        media_type, written = FORMATS[name]

        def question(reading: Reading) -> Document:
            order = find_purchase_order(reading, caller, purchase_order_id)
            return document_of(reading, order, with_costs=caller.sees_costs)

        document = self.ask(req, resp, question)
        resp.content_type = media_type if name == "pdf" else f"{media_type}; charset=utf-8"
        resp.viewable_as = f"{document.number}.{name}"
        resp.set_header("Content-Security-Policy", _PAPER_POLICY)
        resp.data = written(document)


def find_purchase_order(
    reading: Reading, caller: Caller, purchase_order_id: UUID, as_of: datetime | None = None
) -> PurchaseOrder:
    """The order, if it is for a storage in the caller's stores, or a warehouse. Raises Missing."""
    orders: list[PurchaseOrder] = reading.aggregates(PurchaseOrder, [purchase_order_id], as_of)
    if not orders:
        raise Missing
    store_id = store_of(reading.db, orders[0].storage_id) if caller.store_ids else None
    if store_id is not None and store_id not in caller.store_ids:
        raise Missing
    return orders[0]


def _find_mail(reading: Reading, order: PurchaseOrder, as_of: datetime | None) -> Row | None:
    """The last mail about the order, as it is or was known by `as_of`."""
    mail = find_message(reading.db, order.id, as_of) if order.ordered_at else None
    if mail is None or as_of is None:
        return mail
    messages: list[Message] = reading.aggregates(Message, [mail["id"]], as_of)
    return show_message(messages[0]) if messages else None


def _edited(line: dict[str, Any]) -> EditedLine:
    values = dict(line)
    return EditedLine(variant_id=values.pop("variant_id"), quantity=values.pop("quantity"), values=values)
