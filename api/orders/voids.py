"""Sales that are taken back in their shift."""

from uuid import UUID

from falcon import Request, Response

from api.etags import expected_versions
from api.operations import operation
from api.orders.answers import OrderAnswer
from api.orders.presenter import show_order
from api.orders.refund_input import VoidBody
from api.resource import Resource
from commands.orders.voids import VoidOrder, VoidWindowClosed, void_order
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from domain.orders import InvalidTransition
from domain.stores import StoreClosed


class OrderVoid(Resource):
    """The void of a sale."""

    @operation(
        "orders.void",
        "Void a sale",
        description="As if it had not been: stock, payments, tips and the drawer are as before; the number "
        "stays. Only until its shift is closed, without a shift on its own business date, and as long as "
        "nothing of it was refunded. A sale of an exchange is refunded or exchanged instead.",
        body=VoidBody(),
        answer=OrderAnswer,
        approvals=("orders.void",),
        refusals=(Missing, InvalidTransition, VoidWindowClosed, StaleVersion, ConcurrentEdit, StoreClosed),
    )
    def on_post(self, req: Request, resp: Response, order_id: UUID) -> None:
        """Take a sale back."""
        command = VoidOrder(
            order_id=order_id, reason=req.context.body["reason"], expected_versions=expected_versions(req)
        )
        self.write(req, resp, void_order, command, show_order, message="Voided")
