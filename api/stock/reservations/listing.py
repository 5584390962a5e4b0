"""Reservations: all of them, and new ones."""

from uuid import uuid4

from falcon import Request, Response

from api.operations import operation
from api.resource import Resource
from api.services import Reading
from api.stock.reservations.answers import ReservationAnswer
from api.stock.reservations.input import ReservationBody, ReservationsQuery
from api.stock.reservations.presenter import show_reservation, show_row
from commands.moments import BeforeTheCompany
from commands.ports import ConcurrentEdit, DuplicateId
from commands.stock.moments import PeriodClosed
from commands.stock.reservations.placing import RequestedLine, ReserveStock, reserve_stock
from domain.stock.movements import InsufficientStock
from projections.base import Row
from projections.stock.reservations import list_reservations
from projections.stock.storages import visible_storages


class Reservations(Resource):
    """Reservations."""

    @operation(
        "inventory.reserve",
        "List reservations",
        query=ReservationsQuery(),
        answer=ReservationAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page, the newest first, of the caller's stores and the warehouses."""
        query, stores = dict(req.context.query), req.context.caller.store_ids
        storage_id = query.pop("storage_id", None)

        def question(reading: Reading) -> tuple[list[Row], int]:
            storages = visible_storages(reading.db, stores, storage_id=storage_id)
            return list_reservations(reading.db, storages=storages, **query)

        rows, total = self.ask(req, resp, question)
        self.answer_page(req, resp, [show_row(row) for row in rows], total)

    @operation(
        "inventory.reserve",
        "Reserve stock",
        description="What is reserved stays on hand and is not available any more, neither to tills nor to "
        "other reservations, until it is handed over or released, or `expires_at` has passed.",
        body=ReservationBody(),
        answer=ReservationAnswer,
        status=201,
        refusals=(DuplicateId, ConcurrentEdit, BeforeTheCompany, PeriodClosed, InsufficientStock),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Promise what is available to somebody."""
        body = dict(req.context.body)
        command = ReserveStock(
            id=body.pop("id", None) or uuid4(),
            lines=tuple(RequestedLine(**line) for line in body.pop("lines")),
            **body,
        )
        self.create(req, resp, reserve_stock, command, show_reservation, message="Stock reserved")
