"""Printing receipts: the original once, and then copies."""

from uuid import UUID

from falcon import Request, Response

from api.media import ESCPOS, HTML, PDF
from api.operations import Operation
from api.receipts.answers import PrintedReceiptAnswer
from api.receipts.input import JSON_FORMAT, PrintBody
from api.receipts.resource import ReceiptResource, choose_language, name_file, write_file
from api.receipts.slips import slip_of
from api.receipts.sources import Kind
from api.services import Services
from commands.orders.printing import Printed, PrintReceipt, print_receipt
from commands.ports import ConcurrentEdit


class ReceiptPrints(ReceiptResource):
    """The prints of a receipt."""

    def __init__(self, services: Services, kind: Kind) -> None:
        super().__init__(services, kind)
        self.operations = {
            "on_post": Operation(
                permission=kind.permission,
                summary=f"Print {kind.noun}",
                description="The first print is the original; each further one says which copy it is, and "
                "counts as a reprint in the shift that is open at the register.",
                body=PrintBody(),
                answer=PrintedReceiptAnswer,
                media=(HTML, PDF, ESCPOS),
                headers=("ETag",),
                refusals=(ConcurrentEdit,),
            )
        }

    def on_post(self, req: Request, resp: Response, order_id: UUID, refund_id: UUID | None = None) -> None:
        """Record the print, and answer with what is printed."""
        body = req.context.body
        source = self.find(req, resp, order_id, refund_id)
        language = choose_language(req, resp, body["lang"])
        paper = body["paper"] or source.context.paper
        wants_drawer = body["open_drawer"] and source.context.opens_drawer(source.methods)

        def present(printed: Printed) -> PrintedReceiptAnswer | bytes:
            receipt = source.receipt(language.code, printed.copy, printed.order)
            if body["format"] == JSON_FORMAT:
                return _bare(receipt)
            slip = slip_of(receipt, language, opens_drawer=wants_drawer and not printed.copy)
            return write_file(body["format"], paper, slip)

        command = PrintReceipt(order_id=order_id, refund_id=refund_id, format=body["format"], paper=paper)
        self.write(
            req,
            resp,
            print_receipt,
            command,
            present,
            message="Printed",
            version=lambda printed: printed.order.version,
        )
        if body["format"] != JSON_FORMAT:
            # Of an answer that was stored, too.
            name_file(resp, body["format"], source.number)


def _bare(receipt: PrintedReceiptAnswer) -> PrintedReceiptAnswer:
    """What is printed of a receipt, without the order that it is of."""
    names = PrintedReceiptAnswer.__struct_fields__
    return PrintedReceiptAnswer(**{name: getattr(receipt, name) for name in names})
