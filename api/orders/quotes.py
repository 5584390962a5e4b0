"""Quotes: what a basket costs."""

from collections.abc import Iterator
from contextlib import contextmanager

from falcon import Request, Response

from api.operations import operation
from api.orders.answers import QuoteAnswer, QuoteLineAnswer
from api.orders.input import BasketBody, basket_of
from api.orders.tax_answers import show_taxes
from api.resource import Resource
from commands.orders.baskets import PRICE_OVERRIDE, BasketLine, Quote, QuoteBasket, TotalChanged, quote_basket
from domain.approvals import DISCOUNT
from domain.catalog.products import NotForSale
from domain.discounts import DiscountAboveCeiling
from domain.money import AmountTooLarge, round_to_multiple
from domain.pricing import DiscountExceedsValue, DiscountNotValid, PricedLine
from domain.sale_context import VariantAtSale
from domain.stores import StoreClosed

#: What an approver may allow in a basket.
SALE_APPROVALS = (PRICE_OVERRIDE, DISCOUNT)


class PosQuote(Resource):
    """What a basket costs."""

    @operation(
        "pos.use",
        "Quote a basket",
        description="To the last minor unit what the sale will be; nothing is written.",
        body=BasketBody(),
        answer=QuoteAnswer,
        approvals=SALE_APPROVALS,
        refusals=(
            NotForSale,
            DiscountExceedsValue,
            DiscountAboveCeiling,
            StoreClosed,
            DiscountNotValid,
            AmountTooLarge,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Price a basket."""
        command = QuoteBasket(**basket_of(req.context.body))
        self.write(
            req, resp, quote_basket, command, lambda quote: show_quote(quote, command.lines), message="Quoted"
        )


@contextmanager
def telling_quotes(lines: tuple[BasketLine, ...]) -> Iterator[None]:
    """Let a refusal of another total tell what these lines come to."""
    try:
        yield
    except TotalChanged as changed:
        if changed.quote:
            changed.beside["quote"] = show_quote(changed.quote, lines)
        raise


def show_quote(quote: Quote, lines: tuple[BasketLine, ...]) -> QuoteAnswer:
    """A quote for these lines as clients see it."""
    basket, rules, variants = quote.basket, quote.context.rules, quote.context.variants
    return QuoteAnswer(
        currency=rules.currency,
        lines=[
            _show_line(variants[line.variant_id], priced)
            for line, priced in zip(lines, basket.lines, strict=True)
        ],
        taxes=show_taxes(basket.taxes),
        subtotal=basket.subtotal,
        discount_total=basket.discount_total,
        tax_total=basket.tax_total,
        total=basket.total,
        cash_total=round_to_multiple(basket.total, rules.cash_rounding),
    )


def _show_line(variant: VariantAtSale, line: PricedLine) -> QuoteLineAnswer:
    return QuoteLineAnswer(
        variant_id=variant.id,
        product_id=variant.product_id,
        sku=variant.sku,
        name=variant.name,
        variant_name=variant.variant_name,
        quantity=line.quantity,
        unit_price=line.unit_price,
        list_price=variant.price,
        price_overridden=line.unit_price != variant.price,
        gross_total=line.gross_total,
        discount_total=line.discount_total,
        taxes=show_taxes(line.taxes),
        tax_total=line.tax_total,
        total=line.total,
    )
