"""GET /api/admin/analytics/market-basket/matrix: how often things are bought with each other."""

from decimal import Decimal
from typing import Any

from falcon import Request, Response

from api.market_basket.answers import MatrixAnswer, show_thing
from api.market_basket.look import PERMISSION, REFUSALS, SOURCES, BasketResource, Look
from api.market_basket.query import MatrixQuery
from api.operations import operation
from domain.market_basket import MEASURES, Counts
from projections.market_basket.matrix import Matrix, find_matrix


class BasketMatrix(BasketResource):
    """Those that most baskets have, each with each."""

    @operation(
        PERMISSION,
        "Show how often things are bought with each other",
        description="A square: of the categories (or brands, products, variants) that most baskets have, how "
        "many baskets have each two of them.",
        query=MatrixQuery(),
        answer=MatrixAnswer,
        lengthy=True,
        refusals=REFUSALS,
        projections=SOURCES,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The square."""
        limit = req.context.query["limit"]

        def find(look: Look) -> dict[str, Any]:
            matrix = find_matrix(look.counting, limit)
            names = look.names(matrix.numbers)
            things = [
                {**show_thing(names[number]), "count": matrix.together[place][place]}
                for place, number in enumerate(matrix.numbers)
            ]
            frame = look.frame()
            return {**frame, "things": things, "together": matrix.together, "lift": _lifts(matrix)}

        self.answer(req, resp, self.look(req, resp, find))


def _lifts(matrix: Matrix) -> list[list[Decimal | None]]:
    own = [row[place] for place, row in enumerate(matrix.together)]
    return [
        [
            None
            if one == other
            else MEASURES["lift"].value(Counts(matrix.baskets, own[one], own[other], together))
            for other, together in enumerate(row)
        ]
        for one, row in enumerate(matrix.together)
    ]
