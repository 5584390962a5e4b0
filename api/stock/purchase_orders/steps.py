"""The steps of a purchase order: ordered, received in parts, cancelled."""

from uuid import UUID, uuid4

from falcon import Request, Response

from api.etags import expected_versions
from api.operations import operation
from api.resource import Resource
from api.stock.purchase_orders.answers import PurchaseOrderAnswer
from api.stock.purchase_orders.input import CancellationBody, DeliveryBody, OrderingQuery
from api.stock.purchase_orders.presenter import show_ordering, show_purchase_order
from api.stock.purchase_orders.single import STEPS
from api.stock.receipts import ReceiptAnswer, show_receipt
from commands.moments import BeforeTheCompany
from commands.ports import DuplicateId
from commands.stock.moments import BeforeLastCount, PeriodClosed
from commands.stock.purchase_orders.deliveries import ConsignedLine, TakeDelivery, take_delivery
from commands.stock.purchase_orders.orders import (
    CancelPurchaseOrder,
    OrderFromSupplier,
    cancel_purchase_order,
    order_from_supplier,
)
from domain.errors import Invalid
from domain.money import AmountTooLarge
from domain.stock.purchase_deliveries import ReceiveExceedsOrdered


class PurchaseOrderOrdering(Resource):
    """Orders what was planned, and mails it to the supplier, as often as that is asked for."""

    @operation(
        "purchase_orders.order",
        "Order from the supplier",
        description="From now on the goods are on order, at the factors that the units have today. With "
        "`send` the supplier gets the order by mail, as a PDF; one without an e-mail address is refused. "
        "What was ordered, and is still to come, is mailed again with `send`, as it stands now: each request "
        "writes one mail, so that a client which may repeat it sends an `Idempotency-Key`.",
        query=OrderingQuery(),
        answer=PurchaseOrderAnswer,
        refusals=(*STEPS, Invalid, AmountTooLarge),
    )
    def on_post(self, req: Request, resp: Response, purchase_order_id: UUID) -> None:
        """Order it, or mail once more what was ordered."""
        command = OrderFromSupplier(
            id=purchase_order_id, send=req.context.query["send"], expected_versions=expected_versions(req)
        )
        self.write(req, resp, order_from_supplier, command, show_ordering, message="Ordered")


class PurchaseOrderReceiving(Resource):
    """Takes in what was ordered."""

    @operation(
        "inventory.receive",
        "Receive what was ordered",
        description="Over all deliveries, no more of a line than was ordered and `over_receive_percent` "
        "beyond it. What is rejected is still to come.",
        body=DeliveryBody(),
        answer=ReceiptAnswer,
        refusals=(
            *STEPS,
            DuplicateId,
            BeforeTheCompany,
            BeforeLastCount,
            PeriodClosed,
            ReceiveExceedsOrdered,
            AmountTooLarge,
        ),
    )
    def on_post(self, req: Request, resp: Response, purchase_order_id: UUID) -> None:
        """Book a delivery, in the supplier's units."""
        body = dict(req.context.body)
        command = TakeDelivery(
            id=body.pop("id", None) or uuid4(),
            purchase_order_id=purchase_order_id,
            lines=tuple(ConsignedLine(**line) for line in body.pop("lines")),
            expected_versions=expected_versions(req),
            **body,
        )
        self.create(
            req,
            resp,
            take_delivery,
            command,
            show_receipt,
            message="Delivery received",
            beside={"purchase_order_id": purchase_order_id},
        )


class PurchaseOrderCancelling(Resource):
    """Ends an order."""

    @operation(
        "purchase_orders.order",
        "Cancel a purchase order",
        description="One of which something came is closed: the rest is expected no more.",
        body=CancellationBody(),
        body_is_optional=True,
        answer=PurchaseOrderAnswer,
        refusals=STEPS,
    )
    def on_post(self, req: Request, resp: Response, purchase_order_id: UUID) -> None:
        """Expect nothing more of it."""
        command = CancelPurchaseOrder(
            id=purchase_order_id,
            reason=req.context.body["reason"],
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, cancel_purchase_order, command, show_purchase_order, message="Cancelled")
