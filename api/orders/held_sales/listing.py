"""Parked sales: what waits in the caller's stores, and new ones."""

from typing import Any
from uuid import UUID, uuid4

from falcon import Request, Response

from api.operations import operation
from api.orders.answers import UnreadableOrderAnswer
from api.orders.held_sales.answers import HeldSaleAnswer
from api.orders.held_sales.input import HeldSalesQuery, HoldBody
from api.orders.held_sales.presenter import show_held_sale
from api.orders.input import basket_of
from api.orders.quotes import SALE_APPROVALS
from api.orders.rows import show_each
from api.resource import Resource, requested_stores
from api.services import Reading
from commands.orders.held_sales.parking import HoldSale, hold_sale
from commands.ports import ConcurrentEdit, DuplicateId
from domain.catalog.products import NotForSale
from domain.discounts import DiscountAboveCeiling
from domain.held_sales import HeldElsewhere, HeldSale, HeldSaleEnded
from domain.money import AmountTooLarge
from domain.pricing import DiscountExceedsValue, DiscountNotValid
from domain.stock.movements import InsufficientStock
from domain.stores import StoreClosed
from projections.held_sales import list_held_sales


class SaleParking(Resource):
    """Parks sales."""

    @operation(
        "pos.use",
        "Park a sale",
        description="It takes no number and no stock, and belongs to no shift; it waits in its store for "
        "`held_hours` of the company.",
        body=HoldBody(),
        answer=HeldSaleAnswer,
        status=201,
        approvals=SALE_APPROVALS,
        refusals=(
            DuplicateId,
            ConcurrentEdit,
            NotForSale,
            StoreClosed,
            DiscountExceedsValue,
            DiscountAboveCeiling,
            DiscountNotValid,
            InsufficientStock,
            HeldElsewhere,
            HeldSaleEnded,
            AmountTooLarge,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Put a basket aside."""
        body = req.context.body
        command = HoldSale(
            **basket_of(body),
            id=body.get("id") or uuid4(),
            label=body["label"],
            note=body["note"],
            reserve=body["reserve"],
            held_id=body["held_id"],
        )
        self.create(req, resp, hold_sale, command, show_held_sale, message="Sale parked")


class HeldSales(Resource):
    """Parked sales."""

    @operation(
        "pos.use",
        "List parked sales",
        query=HeldSalesQuery(),
        answer=HeldSaleAnswer | UnreadableOrderAnswer,
        many=True,
        description="Those that wait or were taken up, of the caller's stores. One that cannot be read is a "
        "row of its `id` and, as `unreadable`, the code of why: `newer_event` or `damaged_event`.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page, the newest first."""
        query = dict(req.context.query)
        stores = requested_stores(query.pop("store_id", None), req.context.caller)

        def question(reading: Reading) -> tuple[list[tuple[UUID, Any]], int]:
            ids, total = list_held_sales(reading.db, store_ids=stores, **query)
            return reading.streams(HeldSale, ids), total

        rows, total = self.ask(req, resp, question)
        self.answer_page(req, resp, show_each(rows, show_held_sale), total)
