"""Counts: listed, and begun."""

from uuid import uuid4

from falcon import Request, Response

from api.operations import operation
from api.resource import Resource, requested_stores
from api.stock.counts.answers import CountAnswer
from api.stock.counts.input import CountBody, CountsQuery
from api.stock.counts.presenter import show_row, show_standing
from commands.moments import BeforeTheCompany
from commands.ports import ConcurrentEdit, DuplicateId
from commands.stock.counts.documents import BeginCount, begin_count
from commands.stock.moments import PeriodClosed
from domain.stock.counts import CountOverlaps, Scope
from projections.stock.count_lists import list_counts


class StockCounts(Resource):
    """Counts."""

    @operation("inventory.count", "List counts", query=CountsQuery(), answer=CountAnswer, many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page, of the caller's stores and the warehouses."""
        query, caller = dict(req.context.query), req.context.caller
        store_id = query.pop("store_id", None)
        stores = requested_stores(store_id, caller)
        rows, total = self.ask(
            req,
            resp,
            lambda reading: list_counts(
                reading.db, store_ids=stores, with_warehouses=store_id is None, **query
            ),
        )
        self.answer_page(req, resp, [show_row(row, caller) for row in rows], total)

    @operation(
        "inventory.count",
        "Begin a count",
        description="Tills go on selling while a storage is counted. Of two open counts of a storage each "
        "must be about other goods.",
        body=CountBody(),
        answer=CountAnswer,
        status=201,
        refusals=(CountOverlaps, DuplicateId, ConcurrentEdit, BeforeTheCompany, PeriodClosed),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Begin a count of a storage, or of a part of it."""
        body, caller = dict(req.context.body), req.context.caller
        scope = {name: tuple(dict.fromkeys(ids)) for name, ids in body.pop("scope").items()}
        command = BeginCount(
            id=body.pop("id", None) or uuid4(),
            is_blind=body.pop("blind"),
            scope=Scope(**scope),
            **body,
        )
        self.create(
            req,
            resp,
            begin_count,
            command,
            lambda standing: show_standing(standing, caller),
            message="Count begun",
        )
