"""GET /api/admin/dashboard/recent-orders: what was sold just now."""

from typing import Any

from falcon import Request, Response

from api.dashboard.answers import RecentOrdersAnswer
from api.dashboard.look import Dashboard, Look
from api.dashboard.query import NewestQuery
from api.dashboard.refusals import REFUSALS
from api.operations import operation
from projections.dashboard.recent_orders import ask_recent
from projections.reports.sales.sales_reports import SalesReports


class RecentOrders(Dashboard):
    """The newest orders."""

    @operation(
        "dashboard.view",
        "Show the newest orders",
        query=NewestQuery(),
        answer=RecentOrdersAnswer,
        refusals=REFUSALS,
        projections=(SalesReports,),
        description="The orders that were recorded last, in whichever status; with dates, the last ones of "
        "these.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The orders, the newest first."""
        limit = req.context.query["limit"]

        def find(look: Look) -> dict[str, Any]:
            rows = ask_recent(look.db, look.view.stores, look.period, limit)
            return {**look.moment(), "rows": rows.read()}

        self.look(req, resp, find)
