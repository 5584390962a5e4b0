"""GET /api/admin/analytics/market-basket/rules/orders: the orders behind a rule."""

from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.market_basket.answers import RuleOrdersAnswer
from api.market_basket.look import PERMISSION, REFUSALS, SOURCES, BasketResource, Look
from api.market_basket.query import RuleOrdersQuery
from api.operations import operation
from commands.ports import Missing
from domain.errors import Invalid
from projections.market_basket.evidence import ask_orders, find_positions


class SameThing(Invalid):
    """A rule is of two different things."""

    code = "same_thing"
    remedy = "Name two different things as `antecedent_id` and `consequent_id`."


class RuleOrders(BasketResource):
    """The evidence."""

    @operation(
        PERMISSION,
        "List the orders behind a rule",
        description="The orders whose baskets have both, the newest first: as many as its `pair_count`.",
        query=RuleOrdersQuery(),
        answer=RuleOrdersAnswer,
        refusals=(*REFUSALS, Missing, SameThing),
        projections=SOURCES,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of the orders. Raises Missing, SameThing."""
        query = req.context.query
        ids: tuple[UUID, UUID] = (query["antecedent_id"], query["consequent_id"])
        if ids[0] == ids[1]:
            raise SameThing.in_fields("consequent_id")

        def find(look: Look) -> dict[str, Any]:
            numbers = [look.number_of(one) for one in ids]
            positions = find_positions(look.counting, *numbers)
            begin = (query["page"] - 1) * query["limit"]
            orders = ask_orders(look.db, positions[begin : begin + query["limit"]], look.position)
            names = look.names(numbers)
            sides = [look.named(one, number, names) for one, number in zip(ids, numbers, strict=True)]
            return {
                **look.frame(),
                "antecedent": sides[0],
                "consequent": sides[1],
                "currency": look.currency(),
                "count": len(positions),
                "orders": orders.read(),
            }

        self.answer(req, resp, self.look(req, resp, find))
