"""Sales at a till."""

from collections.abc import Mapping
from typing import Any

from falcon import Request, Response

from api.operations import operation
from api.orders.answers import OrderAnswer
from api.orders.input import SaleBody, basket_of
from api.orders.presenter import show_order
from api.orders.quotes import SALE_APPROVALS, telling_quotes
from api.resource import Resource
from commands.accounts.tenders import CustomerRequired
from commands.moments import BeforeTheCompany, TooFarBack
from commands.orders.baskets import TotalChanged
from commands.orders.sales import PlaceSale, place_sale
from commands.ports import ConcurrentEdit, DuplicateId
from domain.accounts import CreditLimitExceeded, InsufficientCredit
from domain.catalog.products import NotForSale
from domain.discounts import DiscountAboveCeiling
from domain.held_sales import HeldElsewhere, HeldSaleEnded
from domain.money import AmountTooLarge
from domain.packages import PlanLimitReached
from domain.payments import PaymentExceedsTotal, PaymentInsufficient, Tender
from domain.pricing import DiscountExceedsValue, DiscountNotValid
from domain.shifts import NoOpenShift, ShiftNotOpen
from domain.stock.movements import InsufficientStock
from domain.stores import StoreClosed


def sale_of(body: Mapping[str, Any]) -> PlaceSale:
    """The sale that a body asks for."""
    return PlaceSale(
        **basket_of(body),
        id=body.get("id"),
        tenders=tuple(Tender(**payment) for payment in body["payments"]),
        occurred_at=body["occurred_at"],
        note=body["note"],
        shift_id=body["shift_id"],
        held_id=body["held_id"],
        expected_total=body["expected_total"],
    )


class PosOrders(Resource):
    """Sales at a till."""

    @operation(
        "pos.use",
        "Sell a basket",
        description="Price, payment, stock, tax and cost are decided in one transaction. Sent again with the "
        "same `id` and content, it answers with the sale that was made then, and sells nothing more.",
        body=SaleBody(),
        answer=OrderAnswer,
        status=201,
        approvals=SALE_APPROVALS,
        refusals=(
            InsufficientStock,
            InsufficientCredit,
            CreditLimitExceeded,
            CustomerRequired,
            PaymentInsufficient,
            PaymentExceedsTotal,
            DiscountExceedsValue,
            NotForSale,
            StoreClosed,
            DuplicateId,
            ConcurrentEdit,
            PlanLimitReached,
            DiscountAboveCeiling,
            DiscountNotValid,
            TooFarBack,
            BeforeTheCompany,
            AmountTooLarge,
            TotalChanged,
            ShiftNotOpen,
            NoOpenShift,
            HeldElsewhere,
            HeldSaleEnded,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Sell a basket."""
        command = sale_of(req.context.body)
        with telling_quotes(command.lines):
            self.create(req, resp, place_sale, command, show_order, message="Sold")
