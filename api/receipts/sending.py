"""Sending receipts by mail."""

from uuid import UUID

from falcon import Request, Response

from api.operations import Operation
from api.receipts.answers import SentReceiptAnswer
from api.receipts.input import SendBody
from api.receipts.resource import ReceiptResource, choose_language
from api.receipts.sources import Kind
from api.services import Services
from commands.orders.printing import Mailed, SendReceipt, send_receipt
from commands.ports import ConcurrentEdit


class ReceiptSending(ReceiptResource):
    """Sends a receipt."""

    def __init__(self, services: Services, kind: Kind) -> None:
        super().__init__(services, kind)
        self.operations = {
            "on_post": Operation(
                permission=kind.permission,
                summary=f"Send {kind.noun}",
                description="By mail, as a PDF; it is sent shortly afterwards.",
                body=SendBody(),
                answer=SentReceiptAnswer,
                refusals=(ConcurrentEdit,),
            )
        }

    def on_post(self, req: Request, resp: Response, order_id: UUID, refund_id: UUID | None = None) -> None:
        """Write the message that encloses it."""
        body = req.context.body
        self.find(req, resp, order_id, refund_id)
        command = SendReceipt(
            order_id=order_id,
            refund_id=refund_id,
            address=body["email"],
            language=choose_language(req, resp, body["lang"]).code,
        )
        self.write(req, resp, send_receipt, command, _show_mailed, message="Receipt is being sent")


def _show_mailed(mailed: Mailed) -> SentReceiptAnswer:
    message = mailed.message
    return SentReceiptAnswer(message_id=message.id, email=mailed.address, status=message.status)
