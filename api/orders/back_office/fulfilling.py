"""Goods of an order that are handed over."""

from uuid import UUID

from falcon import Request, Response

from api.etags import expected_versions
from api.operations import operation
from api.orders.answers import PlacedOrderAnswer
from api.orders.back_office.input import FulfilmentBody, quantities_of
from api.orders.back_office.orders import show_admin
from api.resource import Resource
from commands.moments import BeforeTheCompany, TooFarBack
from commands.orders.back_office.fulfilling import FulfilOrder, fulfil_order
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from domain.accounts import CreditLimitExceeded
from domain.money import AmountTooLarge
from domain.orders import InvalidTransition
from domain.orders.back_office import FulfilExceedsOrdered
from domain.stock.movements import InsufficientStock
from domain.stores import StoreClosed


class OrderFulfilment(Resource):
    """Goods of an order that are handed over."""

    @operation(
        "orders.fulfil",
        "Hand over an order",
        description="Whole or in parts. Goods that are reserved for the order are taken first, so that "
        "nothing else needs to be available. What they cost is known from then on, and they count as "
        "revenue; on account, the customer owes them. Goods that are neither paid nor on account may be "
        "handed over as well: the order stays open, and due. Once all is handed over, and paid or owed, it "
        "is completed.",
        body=FulfilmentBody(),
        answer=PlacedOrderAnswer,
        refusals=(
            Missing,
            InvalidTransition,
            FulfilExceedsOrdered,
            InsufficientStock,
            CreditLimitExceeded,
            StoreClosed,
            TooFarBack,
            BeforeTheCompany,
            AmountTooLarge,
            StaleVersion,
            ConcurrentEdit,
        ),
    )
    def on_post(self, req: Request, resp: Response, order_id: UUID) -> None:
        """Hand goods over."""
        body = req.context.body
        command = FulfilOrder(
            id=order_id,
            lines=quantities_of(body["lines"]),
            storage_id=body["storage_id"],
            occurred_at=body["occurred_at"],
            tracking=body["tracking"],
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, fulfil_order, command, show_admin, message="Handed over")
