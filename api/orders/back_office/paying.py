"""Payments of an order, at any time until nothing is due."""

from uuid import UUID

from falcon import Request, Response

from api.etags import expected_versions
from api.operations import operation
from api.orders.answers import PlacedOrderAnswer
from api.orders.back_office.input import OrderPaymentsBody, tenders_of
from api.orders.back_office.orders import show_admin
from api.resource import Resource
from commands.accounts.tenders import CustomerRequired
from commands.orders.back_office.paying import PayOrder, pay_order
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from domain.accounts import CreditLimitExceeded, InsufficientCredit
from domain.money import AmountNotValid, AmountTooLarge
from domain.orders import InvalidTransition
from domain.orders.back_office import PaymentExceedsDue
from domain.payments import PaymentInsufficient
from domain.stores import StoreClosed


class OrderPayments(Resource):
    """Payments of an order."""

    @operation(
        "orders.pay",
        "Pay an order",
        description="All that is due, or a part; cash gives change, and is rounded where it pays the last of "
        "it. What was handed over on account is owed there, and paid by "
        "`POST /api/admin/customers/{customer_id}/payments`.",
        body=OrderPaymentsBody(),
        answer=PlacedOrderAnswer,
        status=201,
        refusals=(
            Missing,
            InvalidTransition,
            PaymentExceedsDue,
            PaymentInsufficient,
            InsufficientCredit,
            CreditLimitExceeded,
            CustomerRequired,
            StoreClosed,
            AmountNotValid,
            AmountTooLarge,
            StaleVersion,
            ConcurrentEdit,
        ),
    )
    def on_post(self, req: Request, resp: Response, order_id: UUID) -> None:
        """Take payments."""
        command = PayOrder(
            id=order_id,
            tenders=tenders_of(req.context.body["payments"]),
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, pay_order, command, show_admin, message="Paid")
