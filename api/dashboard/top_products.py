"""GET /api/admin/dashboard/top-products: what sells best."""

from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.dashboard.answers import ChangeRatio, tile_of
from api.dashboard.look import Dashboard, Look
from api.dashboard.query import ProductsQuery
from api.dashboard.refusals import REFUSALS
from api.operations import operation
from api.reports.asking import UnknownColumn
from projections.base import Row
from projections.dashboard.earlier_products import ask_earlier
from projections.dashboard.tiles import TOP_PRODUCTS
from projections.reports.columns import COSTS
from projections.reports.table import change_ratio


class TopProducts(Dashboard):
    """The variants that sell best."""

    @operation(
        "dashboard.view",
        "Show what sells best",
        query=ProductsQuery(),
        answer=tile_of(TOP_PRODUCTS, "TopProducts", ("change_ratio", ChangeRatio)),
        refusals=(*REFUSALS, UnknownColumn),
        projections=TOP_PRODUCTS.sources,
        description="The first variants of the sales by product; `share` is of all net sales. Without dates, "
        "of the last 30 days.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The best, the first ones first. Raises UnknownColumn, PeriodNotValid."""
        by, limit = req.context.query["by"], req.context.query["limit"]

        def find(look: Look) -> dict[str, Any]:
            if by == "gross_profit" and COSTS not in look.view.permissions:
                raise UnknownColumn.in_fields("by")
            before = look.usual.previous()
            table = TOP_PRODUCTS.ask(look.db, look.view, look.usual, sort=f"-{by}", limit=limit)
            rows = TOP_PRODUCTS.rows(table.read())
            # Which ones these are, only the first question tells.
            earlier = ask_earlier(look.db, look.view, before, [row["id"] for row in rows]).read()
            return {**look.frame(), "rows": [_with_change(row, earlier) for row in rows]}

        self.look(req, resp, find)


def _with_change(row: Row, earlier: dict[UUID, int]) -> Row:
    return {**row, "change_ratio": change_ratio(row["net_sales"], earlier.get(row["id"]))}
