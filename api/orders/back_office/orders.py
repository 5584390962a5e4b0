"""Orders of one's stores: listed and placed; one of them, shown and amended."""

from uuid import UUID

from falcon import Request, Response

from api.etags import expected_versions
from api.operations import operation
from api.orders.answers import OrderAnswer, PlacedOrderAnswer
from api.orders.back_office.input import AmendmentBody, OrderBody, amendment_of, placing_of
from api.orders.back_office.quotes import REFUSED_BASKETS
from api.orders.presenter import show_order
from api.orders.quotes import telling_quotes
from api.orders.store_orders import AdminOrder, AdminOrders
from commands.accounts.tenders import CustomerRequired
from commands.orders.back_office.amending import amend_order
from commands.orders.back_office.placing import place_order
from commands.orders.baskets import TotalChanged
from commands.ports import ConcurrentEdit, DuplicateId, Missing, StaleVersion
from domain.accounts import CreditLimitExceeded, InsufficientCredit
from domain.money import AmountNotValid
from domain.orders import InvalidTransition, Order
from domain.orders.back_office import LineFulfilled, PaymentExceedsDue, RefundRequired
from domain.packages import PlanLimitReached
from domain.payments import PaymentInsufficient
from domain.stock.movements import InsufficientStock


class BackOfficeOrders(AdminOrders):
    """The orders of the caller's stores."""

    @operation(
        "orders.create",
        "Place an order",
        description="Priced as a sale would be. Its goods are reserved; they leave the stock, and count as "
        "revenue, when they are handed over. It may be paid at once, in parts, or be owed by the customer "
        "(`on_account`). The same `id` with the same content answers with the order that was placed.",
        body=OrderBody(),
        answer=PlacedOrderAnswer,
        status=201,
        refusals=(
            *REFUSED_BASKETS,
            InsufficientStock,
            InsufficientCredit,
            CreditLimitExceeded,
            CustomerRequired,
            PaymentExceedsDue,
            PaymentInsufficient,
            AmountNotValid,
            TotalChanged,
            PlanLimitReached,
            DuplicateId,
            ConcurrentEdit,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Place an order."""
        command = placing_of(req.context.body)
        with telling_quotes(command.lines):
            self.create(req, resp, place_order, command, show_admin, message="Order placed")


class BackOfficeOrder(AdminOrder):
    """An order of one of the caller's stores."""

    @operation(
        "orders.edit",
        "Amend an order",
        description="While it is open. Lines that are named by their `id` keep the price, discounts and "
        "taxes they were placed with, unless `reprice` is true. Once goods were handed over, lines of the "
        "order change by their quantity alone, in proportion, and never to less than was handed over. What "
        "is reserved changes by the difference only.",
        body=AmendmentBody(partial=True),
        answer=PlacedOrderAnswer,
        refusals=(
            *REFUSED_BASKETS,
            Missing,
            InvalidTransition,
            LineFulfilled,
            RefundRequired,
            InsufficientStock,
            CreditLimitExceeded,
            CustomerRequired,
            StaleVersion,
            ConcurrentEdit,
        ),
    )
    def on_patch(self, req: Request, resp: Response, order_id: UUID) -> None:
        """Change an order."""
        command = amendment_of(order_id, req.context.body, expected_versions(req))
        self.write(req, resp, amend_order, command, show_admin, message="Order amended")


def show_admin(order: Order) -> OrderAnswer:
    """The order, with its receipt in the back office."""
    return show_order(order, "admin")
