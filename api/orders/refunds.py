"""Refunds of an order, and what they would come to."""

from typing import Annotated, Any
from uuid import UUID

from falcon import Request, Response
from msgspec import structs

from api.answers import Meaning
from api.operations import operation
from api.orders.answers import OrderAnswer
from api.orders.presenter import show_order
from api.orders.refund_answers import RefundAnswer, RefundQuoteAnswer
from api.orders.refund_input import RefundBody, RefundQuoteBody, refund_of
from api.orders.refund_presenter import show_refund, show_refund_quote
from api.resource import Resource
from commands.accounts.tenders import CustomerRequired
from commands.moments import BeforeTheCompany, TooFarBack
from commands.orders.refund_rules import ReturnWindowClosed
from commands.orders.refunds import QuoteRefund, RefundOrder, quote_refund, refund_order
from commands.ports import ConcurrentEdit, DuplicateId, Missing
from domain.approvals import REFUND, REFUND_OTHER_METHOD
from domain.money import AmountNotValid, AmountTooLarge, QuantityNotValid
from domain.orders import InvalidTransition, Order, RefundMethodNotAllowed
from domain.orders.portions import RefundExceedsPaid, ReturnExceedsSold
from domain.payments import PaymentExceedsTotal, PaymentInsufficient
from domain.shifts import NoOpenShift
from domain.stores import StoreClosed

#: How a refund may be refused, and a quote of one.
REFUSALS = (
    CustomerRequired,
    Missing,
    InvalidTransition,
    ReturnExceedsSold,
    RefundExceedsPaid,
    PaymentInsufficient,
    PaymentExceedsTotal,
    RefundMethodNotAllowed,
    ReturnWindowClosed,
    StoreClosed,
    TooFarBack,
    BeforeTheCompany,
    AmountNotValid,
    QuantityNotValid,
)


class RefundOfOrderAnswer(RefundAnswer):
    """A refund, and the order as it left it."""

    order: Annotated[OrderAnswer, Meaning("The order as it then is.")]


def refund_order_of(order_id: UUID, body: dict[str, Any]) -> RefundOrder:
    """The refund of an order that a body asks for."""
    return RefundOrder(
        order_id=order_id,
        id=body.get("id"),
        reason=body["reason"],
        note=body["note"],
        storage_id=body["storage_id"],
        **refund_of(body),
    )


class OrderRefunds(Resource):
    """Refunds of an order."""

    @operation(
        REFUND,
        "Refund an order",
        description="Goods, goodwill, tips, tax, cost and money are decided in one transaction, at the till "
        "that pays. Each line gives back its own frozen part of discounts and tax, so that refunds in any "
        "parts add up to the sale; cash is rounded over all refunds of the order. `payments` are as the "
        "quote says. The same `id` with the same content answers with the refund that was made.",
        body=RefundBody(),
        answer=RefundOfOrderAnswer,
        headers=("ETag",),
        status=201,
        approvals=(REFUND, REFUND_OTHER_METHOD),
        refusals=(*REFUSALS, NoOpenShift, DuplicateId, ConcurrentEdit, AmountTooLarge),
    )
    def on_post(self, req: Request, resp: Response, order_id: UUID) -> None:
        """Give money back."""
        command = refund_order_of(order_id, req.context.body)
        self.create(
            req,
            resp,
            refund_order,
            command,
            show_last,
            message="Refunded",
            beside={"order_id": order_id},
            version=lambda order: order.version,
        )


class OrderRefundQuote(Resource):
    """What a refund would come to."""

    @operation(
        REFUND,
        "Quote a refund",
        description="To the last minor unit what the refund will be; nothing is written. Without `payments` "
        "it suggests how to pay: by the methods that paid, each as far as it has something left. The ETag is "
        "that of the order.",
        body=RefundQuoteBody(),
        answer=RefundQuoteAnswer,
        headers=("ETag",),
        approvals=(REFUND, REFUND_OTHER_METHOD),
        refusals=REFUSALS,
    )
    def on_post(self, req: Request, resp: Response, order_id: UUID) -> None:
        """Price a refund."""
        command = QuoteRefund(order_id=order_id, **refund_of(req.context.body))
        self.write(
            req,
            resp,
            quote_refund,
            command,
            show_refund_quote,
            message="Quoted",
            version=lambda quote: quote.order.version,
        )


def show_last(order: Order) -> RefundOfOrderAnswer:
    """The last refund of an order, and the order."""
    refund = show_refund(order, order.refunds[-1])
    return RefundOfOrderAnswer(**structs.asdict(refund), order=show_order(order))
