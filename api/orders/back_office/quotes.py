"""Quotes of the back office: what an order would come to."""

from falcon import Request, Response

from api.operations import operation
from api.orders.answers import QuoteAnswer
from api.orders.back_office.input import OrderBasketBody
from api.orders.input import discounts_of, lines_of
from api.orders.quotes import show_quote
from api.resource import Resource
from commands.orders.back_office.placing import QuoteOrder, quote_order
from domain.catalog.products import NotForSale
from domain.discounts import DiscountAboveCeiling
from domain.money import AmountTooLarge
from domain.pricing import DiscountExceedsValue, DiscountNotValid
from domain.stores import StoreClosed

#: Why what is ordered may be refused.
REFUSED_BASKETS = (
    NotForSale,
    DiscountExceedsValue,
    DiscountAboveCeiling,
    DiscountNotValid,
    StoreClosed,
    AmountTooLarge,
)


class OrderQuote(Resource):
    """What an order would come to."""

    @operation(
        "pos.use",
        "Quote an order",
        alternatives=("orders.create",),
        description="To the last minor unit what the order will come to; nothing is written or reserved.",
        body=OrderBasketBody(),
        answer=QuoteAnswer,
        refusals=REFUSED_BASKETS,
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Price an order."""
        body = req.context.body
        command = QuoteOrder(
            store_id=body["store_id"],
            customer_id=body["customer_id"],
            lines=lines_of(body["lines"]),
            discounts=discounts_of(body["discounts"]),
        )
        self.write(
            req, resp, quote_order, command, lambda quote: show_quote(quote, command.lines), message="Quoted"
        )
