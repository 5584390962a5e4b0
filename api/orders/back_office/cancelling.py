"""What is cancelled of an order."""

from uuid import UUID

from falcon import Request, Response

from api.etags import expected_versions
from api.operations import operation
from api.orders.answers import PlacedOrderAnswer
from api.orders.back_office.input import CancellationBody, quantities_of, tenders_of
from api.orders.back_office.orders import show_admin
from api.resource import Resource
from commands.accounts.tenders import CustomerRequired
from commands.orders.back_office.cancelling import CancelOrder, cancel_order
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from domain.orders import InvalidTransition, RefundMethodNotAllowed
from domain.orders.back_office import CancelExceedsOrdered, RefundRequired
from domain.payments import STORE_CREDIT, PaymentExceedsTotal, PaymentInsufficient


class OrderCancellation(Resource):
    """What is cancelled of an order."""

    @operation(
        "orders.cancel",
        "Cancel an order",
        description="All that was not handed over, or some of it; its goods are free again. What was paid "
        "beyond what remains has to go back: by payments that come to exactly that, or as store credit.",
        body=CancellationBody(),
        answer=PlacedOrderAnswer,
        refusals=(
            Missing,
            InvalidTransition,
            CancelExceedsOrdered,
            RefundRequired,
            RefundMethodNotAllowed,
            PaymentInsufficient,
            PaymentExceedsTotal,
            CustomerRequired,
            StaleVersion,
            ConcurrentEdit,
        ),
    )
    def on_post(self, req: Request, resp: Response, order_id: UUID) -> None:
        """Cancel."""
        body, refund = req.context.body, req.context.body["refund"]
        command = CancelOrder(
            id=order_id,
            reason=body["reason"],
            lines=quantities_of(body["lines"]),
            refund=refund if refund in (None, STORE_CREDIT) else tenders_of(refund),
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, cancel_order, command, show_admin, message="Cancelled")
