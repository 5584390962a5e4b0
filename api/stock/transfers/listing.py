"""Transfers: listed, and planned."""

from uuid import uuid4

from falcon import Request, Response

from api.operations import operation
from api.resource import Resource, requested_stores
from api.stock.transfers.answers import TransferAnswer, TransferRowAnswer
from api.stock.transfers.input import TransferBody, TransfersQuery, requested_lines
from api.stock.transfers.presenter import show_transfer
from commands.moments import BeforeTheCompany
from commands.ports import ConcurrentEdit, DuplicateId
from commands.stock.moments import PeriodClosed
from commands.stock.transfers.drafts import DraftTransfer, draft_transfer
from domain.stock.transfers import is_overdue
from projections.stock.transfer_list import TransferFilters, list_transfers


class Transfers(Resource):
    """What goes, or went, from one storage to another."""

    @operation(
        "inventory.transfer", "List transfers", query=TransfersQuery(), answer=TransferRowAnswer, many=True
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of transfers, from or to the caller's stores."""
        query, now = dict(req.context.query), self.services.now()
        store_ids = requested_stores(query.pop("store_id", None), req.context.caller)
        part = {name: query.pop(name) for name in ("page", "limit", "sort", "search") if name in query}
        filters = TransferFilters(overdue_at=now if query.pop("overdue") else None, **query)
        rows, total = self.ask(
            req, resp, lambda reading: list_transfers(reading.db, filters, store_ids=store_ids, **part)
        )
        shown = [
            TransferRowAnswer.of({**row, "is_overdue": is_overdue(row["status"], row["expected_at"], now)})
            for row in rows
        ]
        self.answer_page(req, resp, shown, total)

    @operation(
        "inventory.transfer",
        "Plan a transfer",
        description="It moves nothing until it is shipped. Whoever works on one of its sides may plan it.",
        body=TransferBody(),
        answer=TransferAnswer,
        status=201,
        refusals=(DuplicateId, ConcurrentEdit, BeforeTheCompany, PeriodClosed),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Plan what goes from where to where."""
        body = dict(req.context.body)
        command = DraftTransfer(
            id=body.pop("id", None) or uuid4(), lines=requested_lines(body.pop("lines")), **body
        )
        self.create(req, resp, draft_transfer, command, show_transfer, message="Transfer planned")
