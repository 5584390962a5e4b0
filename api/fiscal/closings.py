"""Closings: what stores took, day by day, stated once."""

from uuid import UUID

from falcon import Request, Response

from api.fiscal.answers import ClosingAnswer, ListedClosingAnswer
from api.fiscal.input import ClosingsQuery
from api.fiscal.presenter import show_closing, show_listed
from api.operations import operation
from api.resource import Resource, requested_stores
from commands.ports import Missing
from projections.fiscal.list import ClosingFilters, find_closing, list_closings

PERMISSION = "fiscal.view"
ABOUT = (
    "A worker closes each business day on which a store sold or gave back anything, once it has ended, "
    "and every month and year. What becomes known of a closed day changes nothing of it; it is `late` in the "
    "next closing, so that every fact is in exactly one. The perpetual totals go on from closing to closing."
)


class Closings(Resource):
    """The closings of the caller's stores."""

    @operation(
        PERMISSION,
        "List closings",
        description=ABOUT,
        query=ClosingsQuery(),
        answer=ListedClosingAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of closings, those of the last days first."""
        query = dict(req.context.query)
        store_ids = requested_stores(query.pop("store_id", None), req.context.caller)
        part = {name: query.pop(name) for name in ("page", "limit")}
        filters = ClosingFilters(store_ids=list(store_ids) or None, **query)
        rows, total = self.ask(req, resp, lambda reading: list_closings(reading.db, filters, **part))
        self.answer_page(req, resp, [show_listed(row) for row in rows], total)


class ClosingById(Resource):
    """One closing."""

    @operation(PERMISSION, "Show a closing", description=ABOUT, answer=ClosingAnswer, refusals=(Missing,))
    def on_get(self, req: Request, resp: Response, closing_id: UUID) -> None:
        """The closing, with the one that it goes on from. Raises Missing."""
        row = self.ask(req, resp, lambda reading: find_closing(reading.db, closing_id))
        store_ids = req.context.caller.store_ids
        if row is None or (store_ids and row["store_id"] not in store_ids):
            raise Missing
        self.answer(req, resp, show_closing(row))
