"""A shop whose goods belong to categories and brands, and come back line by line."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from domain.orders import Order, RefundPayment, SaleLine
from domain.pricing import PricedBasket, order_taxes
from tests.projections.reports.trade import Trade
from tests.projections.shop import refunded


class Grocer(Trade):
    """Two variants are of one product; some belong to no category, some to no brand."""

    def __init__(self, database: Any, seed: int = 1, variants: int = 8) -> None:
        super().__init__(database, seed)
        self.variants = [uuid4() for _ in range(variants)]
        self.products = {one: self.variants[place // 2 * 2] for place, one in enumerate(self.variants)}
        self.categories = [None, *(uuid4() for _ in range(variants // 2))]
        self.brands = [None, *(uuid4() for _ in range(variants // 3))]
        self.belongs = {
            one: (self.chance.choice(self.categories), self.chance.choice(self.brands))
            for one in self.variants
        }

    def give_back(self, order: Order, place: int, share: str = "1") -> None:
        """Take this share of a line back."""
        line = order.terms.lines[place]
        goods = refunded(line, line.quantity * Decimal(share))
        order.trigger_event(
            Order.Refunded,
            **self._place(),
            refund_id=uuid4(),
            lines=(goods,),
            goodwill=(),
            taxes=order_taxes((goods,)),
            payments=(RefundPayment(method="cash", amount=goods.total, exact=goods.total),),
            total=goods.total,
            rounding=0,
            tip=0,
            payment_status="partially_refunded",
            fulfilment_status="partially_returned",
        )
        self.record([order])

    def _lines(self, *args: Any, **fields: Any) -> tuple[tuple[SaleLine, ...], PricedBasket]:
        lines, basket = super()._lines(*args, **fields)
        return tuple(self._of_its_kind(line) for line in lines), basket

    def _of_its_kind(self, line: SaleLine) -> SaleLine:
        category_id, brand_id = self.belongs[line.variant_id]
        return replace(line, category_id=line.category_id or category_id, brand_id=brand_id)
