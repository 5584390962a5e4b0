"""GET /api/admin/analytics/market-basket/summary: how many baskets there are, and how much is in them."""

from typing import Any

from falcon import Request, Response

from api.market_basket.answers import BasketSummaryAnswer
from api.market_basket.look import PERMISSION, REFUSALS, SOURCES, BasketResource, Look
from api.market_basket.query import BasketQuery
from api.operations import operation
from domain.market_basket import ratio
from domain.money import round_ratio
from projections.market_basket.sales import ask_net_sales
from projections.market_basket.summary import summarise


class BasketSummary(BasketResource):
    """Baskets by what is in them."""

    @operation(
        PERMISSION,
        "Sum up baskets",
        description="How many baskets there are, how many have one thing alone, how much is in one, and what "
        "one comes to on average: net sales of the same stores and dates over baskets.",
        query=BasketQuery(),
        answer=BasketSummaryAnswer,
        lengthy=True,
        refusals=REFUSALS,
        projections=SOURCES,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The figures."""

        def find(look: Look) -> dict[str, Any]:
            asked = ask_net_sales(look.db, look.counting.scope)
            found, net_sales = summarise(look.counting), asked.read()
            return {
                **look.frame(),
                "single_item_baskets": found.single,
                "single_item_share": ratio(found.single, found.baskets),
                "distinct_items": found.things,
                "mean_items": ratio(found.slots, found.baskets),
                "currency": look.currency(),
                "net_sales": net_sales,
                "mean_value": round_ratio(net_sales, found.baskets) if found.baskets else None,
                "sizes": [
                    {"size": size, "baskets": count} for size, count in enumerate(found.sizes) if count
                ],
            }

        self.answer(req, resp, self.look(req, resp, find))
