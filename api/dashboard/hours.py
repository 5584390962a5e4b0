"""GET /api/admin/dashboard/sales-by-hour: at which hours of which weekdays there is something to do."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from falcon import Request, Response

from api.dashboard.answers import SalesByHourAnswer
from api.dashboard.look import Dashboard, Look
from api.dashboard.query import DashboardQuery
from api.dashboard.refusals import REFUSALS
from api.operations import operation
from projections.base import Row
from projections.dashboard.tiles import HOURS_OF_WEEK
from projections.reports.period import Period
from projections.reports.sections.figures import quotient

_HOURS = 24


class SalesByHour(Dashboard):
    """The hours of the trading day."""

    @operation(
        "dashboard.view",
        "Show sales by hour",
        query=DashboardQuery(),
        answer=SalesByHourAnswer,
        refusals=REFUSALS,
        projections=HOURS_OF_WEEK.sources,
        description="24 hours of the stores' own clocks, from the one in which their days begin (0 where "
        "these differ), in total and of each weekday. `average` is over the days of the period that have "
        "begun in a store. Without dates, the last 30 days.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The hours in the order of the trading day."""
        self.look(req, resp, _find)


def _find(look: Look) -> dict[str, Any]:
    period = look.usual
    rows = HOURS_OF_WEEK.rows(HOURS_OF_WEEK.ask(look.db, look.view, period).read())
    days = _days_begun(period, max((clock.today for clock in look.clocks), default=period.to_date))
    return {
        **look.frame(),
        "hours": [_hour(rows[place::_HOURS], days) for place in range(_HOURS)],
        "weekday": [_weekday(rows[first : first + _HOURS]) for first in range(0, len(rows), _HOURS)],
    }


def _days_begun(period: Period, today: date) -> int:
    return max(min((today - period.from_date).days + 1, period.days), 0)


def _hour(rows: Sequence[Row], days: int) -> Row:
    """An hour of all weekdays."""
    net_sales = sum(row["net_sales"] for row in rows)
    return {
        "hour": rows[0]["hour"],
        "net_sales": net_sales,
        "orders": sum(row["orders"] for row in rows),
        "average": quotient(net_sales, days),
    }


def _weekday(rows: Sequence[Row]) -> Row:
    """The hours of a weekday."""
    return {
        "weekday": rows[0]["weekday"],
        "net_sales": [row["net_sales"] for row in rows],
        "orders": [row["orders"] for row in rows],
    }
