"""Receipts as they would be printed next."""

from uuid import UUID

from falcon import Request, Response

from api.media import ESCPOS, HTML, PDF
from api.operations import Operation
from api.receipts.gifts import without_prices
from api.receipts.input import JSON_FORMAT, ReceiptQuery
from api.receipts.resource import ReceiptResource, choose_language, name_file, write_file
from api.receipts.slips import slip_of
from api.receipts.sources import Kind
from api.services import Services
from domain.orders.receipts import next_copy


class Receipt(ReceiptResource):
    """A receipt as it would be printed next."""

    def __init__(self, services: Services, kind: Kind) -> None:
        super().__init__(services, kind)
        self.operations = {
            "on_get": Operation(
                permission=kind.permission,
                summary=f"Show {kind.noun}",
                description="As the next print of it would be; nothing is recorded. Never a cost.",
                query=ReceiptQuery(),
                answer=kind.answer,
                media=(HTML, PDF, ESCPOS),
            )
        }

    def on_get(self, req: Request, resp: Response, order_id: UUID, refund_id: UUID | None = None) -> None:
        """As data unless something else is asked for."""
        query = req.context.query
        source = self.find(req, resp, order_id, refund_id)
        language = choose_language(req, resp, query.get("lang"))
        receipt = source.receipt(language.code, next_copy(source.order, refund_id))
        if query["gift"]:
            receipt = without_prices(receipt, source.context.gift_address)
        if query["format"] == JSON_FORMAT:
            self.answer(req, resp, receipt)
            return
        paper = query.get("paper") or source.context.paper
        name_file(resp, query["format"], source.number)
        resp.data = write_file(query["format"], paper, slip_of(receipt, language))
