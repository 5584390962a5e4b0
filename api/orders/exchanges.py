"""Exchanges: goods of an order against others."""

from typing import Annotated

from falcon import Request, Response

from api.answers import Answer, Meaning, SignedMoney
from api.operations import operation
from api.orders.answers import OrderAnswer
from api.orders.exchange_input import ExchangeBody, exchange_of
from api.orders.presenter import show_order
from api.orders.quotes import SALE_APPROVALS
from api.orders.refund_answers import RefundAnswer
from api.orders.refund_presenter import show_refund
from api.orders.refunds import REFUSALS
from api.resource import Resource
from commands.orders.exchanges import Exchange, exchange_goods
from commands.ports import ConcurrentEdit, DuplicateId
from domain.accounts import CreditLimitExceeded, InsufficientCredit
from domain.approvals import REFUND, REFUND_OTHER_METHOD
from domain.catalog.products import NotForSale
from domain.discounts import DiscountAboveCeiling
from domain.money import AmountTooLarge
from domain.packages import PlanLimitReached
from domain.pricing import DiscountExceedsValue, DiscountNotValid
from domain.shifts import NoOpenShift
from domain.stock.movements import InsufficientStock


class ExchangedGoodsAnswer(Answer):
    """Both sides of an exchange."""

    refund: Annotated[RefundAnswer, Meaning("The refund of what came back.")]
    order: Annotated[OrderAnswer, Meaning("The order of what went out.")]
    difference: Annotated[
        SignedMoney,
        Meaning("What was to be paid on top or, below zero, given back; before cash rounding.", 626),
    ]
    version: Annotated[int, Meaning("The version of the new order.", 1)]


class PosExchanges(Resource):
    """Exchanges at a till."""

    @operation(
        "pos.exchange",
        "Exchange goods",
        description="What comes back is refunded and what goes out is sold, both at their full value, in one "
        "transaction; the tender `exchange` ties the two, so that only the difference is money, and only "
        "that is rounded in cash. Goods are exchanged for the same value or more, within the company's "
        "`return_days`; who holds `orders.refund` also gives money back, or takes older goods where none is. "
        "The `id` is that of the new order; the same with the same content answers with what was made.",
        body=ExchangeBody(),
        answer=ExchangedGoodsAnswer,
        status=201,
        approvals=(REFUND, REFUND_OTHER_METHOD, *SALE_APPROVALS),
        refusals=(
            *REFUSALS,
            InsufficientStock,
            InsufficientCredit,
            CreditLimitExceeded,
            NotForSale,
            DiscountExceedsValue,
            DiscountAboveCeiling,
            DiscountNotValid,
            PlanLimitReached,
            NoOpenShift,
            DuplicateId,
            ConcurrentEdit,
            AmountTooLarge,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Take goods back and sell others."""
        command = exchange_of(req.context.body)
        self.create(req, resp, exchange_goods, command, _show, message="Exchanged")


def _show(exchange: Exchange) -> ExchangedGoodsAnswer:
    return ExchangedGoodsAnswer(
        refund=show_refund(exchange.original, exchange.refund),
        order=show_order(exchange.sale),
        difference=exchange.difference,
        version=exchange.sale.version,
    )
