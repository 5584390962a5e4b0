"""How whoever holds a receipt asks: as nobody of the company, about this one order."""

from collections.abc import Callable
from typing import TypeVar

from falcon import Request

from api.receipt_addresses import ReceiptPlace
from api.resource import Resource
from api.services import Reading
from commands.ports import Caller, Missing
from domain.orders import Order
from projections.base import Row
from projections.companies import find_company
from projections.seals import find_first_event

R = TypeVar("R")

ABOUT = (
    "For whoever has the receipt: token and `id` are what its QR code says, and nobody else can know them. "
    "Wrong ones are answered 404, each alike. Like every public address it takes so many requests a minute."
)


class OfHolder(Resource):
    """A resource of a receipt's holder."""

    def ask_of(self, req: Request, token: str, question: Callable[[Reading, ReceiptPlace], R]) -> R:
        """Answer the question about the receipt that the address leads to. Raises Missing.

        How far the log is by now stays untold: it would say how much a shop sells.
        """
        place = self.services.receipts.place_of(token, req.context.query["id"])
        if place is None:
            raise Missing
        holder = Caller(company_id=place.company_id, user_id=None, request_id=req.context.request_id)
        answer, _ = self.services.application.read(holder, lambda reading: question(reading, place))
        return answer


def order_at(reading: Reading, place: ReceiptPlace) -> tuple[Order, Row]:
    """The order of a receipt, and the event that it began with. Raises Missing, so for archived companies."""
    company = find_company(reading.db)
    orders: list[Order] = reading.aggregates(Order, [place.order_id])
    began = find_first_event(reading.db, place.order_id)
    if company is None or company["status"] == "archived" or not orders or began is None:
        raise Missing
    return orders[0], began
