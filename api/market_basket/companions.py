"""GET /api/admin/analytics/market-basket/products/{product_id}/companions: what is bought with a product."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.market_basket.answers import CompanionsAnswer
from api.market_basket.look import PERMISSION, REFUSALS, SOURCES, BasketResource, Look
from api.market_basket.query import CompanionsQuery
from api.market_basket.rules import show_rule
from api.operations import operation
from commands.ports import Missing
from projections.market_basket.companions import find_companions, pairs_of
from projections.market_basket.rules import RuleQuery


class Companions(BasketResource):
    """What a till offers with a product."""

    @operation(
        "pos.use",
        "Show what is bought with a product",
        alternatives=(PERMISSION,),
        description="Fast enough to ask while a customer waits: the products that are bought with this one "
        "more often than by chance (`min_lift`), and that can be sold now: whose status is `active` "
        "today, also where `as_of` asks about an earlier moment. Sales count up to `read_position`; "
        "to have one counted that was just made, send its `X-Event-Position` as "
        "`X-Wait-For-Position`. Without dates, of the last 365 days.",
        query=CompanionsQuery(),
        answer=CompanionsAnswer,
        refusals=(*REFUSALS, Missing),
        projections=SOURCES,
    )
    def on_get(self, req: Request, resp: Response, product_id: UUID) -> None:
        """Its companions, the strongest first. Raises Missing."""
        query = req.context.query

        def find(look: Look) -> dict[str, Any]:
            number = look.number_of(product_id)
            own = look.counting.own
            pairs = pairs_of(number, own, look.counting.beside(number), query["min_support_count"])
            asked = RuleQuery(
                antecedent=number,
                at_least=(("lift", Decimal(query["min_lift"])),),
                sort=query["sort"],
                limit=query["limit"],
            )
            rules = find_companions(look.db, pairs, asked)
            names = look.names([number, *(rule.consequent for rule in rules)])
            product = look.named(product_id, number, names)
            return {
                **look.frame(),
                "product": {**product, "count": int(own.own[number]) if number else 0},
                "companions": [show_rule(rule, names) for rule in rules],
            }

        self.answer(req, resp, self.look(req, resp, find, product_id))
