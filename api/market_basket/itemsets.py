"""GET /api/admin/analytics/market-basket/itemsets: sets of things that are bought together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from falcon import Request, Response

from api.market_basket.answers import ItemsetsAnswer, show_thing
from api.market_basket.look import PERMISSION, REFUSALS, SOURCES, BasketResource, Look
from api.market_basket.query import ItemsetsQuery
from api.operations import operation
from domain.market_basket import ratio
from projections.base import Row
from projections.market_basket.itemsets import Itemset, find_itemsets
from projections.market_basket.limits import TooManyItemsets


class Itemsets(BasketResource):
    """Two things, three, and more."""

    @operation(
        PERMISSION,
        "Find sets that are bought together",
        description="Sets of `min_length` to `max_length` things that enough baskets have together, those of "
        "most baskets first. So many that it would take too long are refused, with what to ask for instead.",
        query=ItemsetsQuery(),
        answer=ItemsetsAnswer,
        lengthy=True,
        refusals=(*REFUSALS, TooManyItemsets),
        projections=SOURCES,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of the sets. Raises TooManyItemsets."""
        query = req.context.query

        def find(look: Look) -> dict[str, Any]:
            found = find_page(look, query)
            return {
                **look.frame(),
                "min_support_count": found.at_least,
                "count": found.count,
                "itemsets": [*found.rows()],
            }

        self.answer(req, resp, self.look(req, resp, find))


@dataclass(frozen=True, kw_only=True)
class FoundItemsets:
    """A page of sets, of so many in all."""

    at_least: int
    count: int
    baskets: int
    sets: list[Itemset]
    names: Mapping[int, Row]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Them as clients see them, one after another."""
        for one in self.sets:
            yield {
                "things": [show_thing(self.names[number]) for number in one.numbers],
                "count": one.together,
                "support": ratio(one.together, self.baskets),
            }


def find_page(look: Look, query: Mapping[str, Any]) -> FoundItemsets:
    """The page of sets that is asked for. Raises TooManyBaskets, TooManyPairs, TooManyItemsets."""
    counting = look.counting
    at_least = counting.at_least(query["min_support_count"], query.get("min_support"))
    found = find_itemsets(counting, at_least, query["max_length"])
    sets = [one for one in found.sets if len(one.numbers) >= query["min_length"]]
    begin = (query["page"] - 1) * query["limit"]
    page = sets[begin : begin + query["limit"]]
    return FoundItemsets(
        at_least=at_least,
        count=len(sets),
        baskets=found.baskets,
        sets=page,
        names=look.names([number for one in page for number in one.numbers]),
    )
