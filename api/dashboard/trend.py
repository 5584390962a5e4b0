"""GET /api/admin/dashboard/sales-trend: net sales over time, beside those of the period before."""

from typing import Annotated, Any

from falcon import Request, Response

from api.answers import Meaning, Sum
from api.dashboard.answers import tile_of
from api.dashboard.look import Dashboard, Look
from api.dashboard.query import MOST_POINTS, TrendQuery, TrendTooLong
from api.dashboard.refusals import REFUSALS
from api.operations import operation
from domain.weeks import WeekStart
from projections.base import Row
from projections.dashboard.tiles import TREND
from projections.reports.intervals import first_days
from projections.reports.period import Period
from projections.reports.table import Table

_PREVIOUS = Annotated[
    Sum | None,
    Meaning("Net sales at the same place of the period before it; null where that is shorter.", 4_980),
]


class SalesTrend(Dashboard):
    """Net sales over time."""

    @operation(
        "dashboard.view",
        "Show net sales over time",
        query=TrendQuery(),
        answer=tile_of(TREND, "SalesTrend", ("previous_net_sales", _PREVIOUS), rows="points"),
        refusals=(*REFUSALS, TrendTooLong),
        projections=TREND.sources,
        description="A point for each interval, also where nothing was sold: at most 400. Without dates, the "
        "last 30 days. Points are compared with those at the same places of the period before.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The points in order of time. Raises TrendTooLong."""
        interval = req.context.query["interval"]

        def find(look: Look) -> dict[str, Any]:
            period = look.usual
            _check_points(period, interval, look.view.week_start)
            table = TREND.ask(look.db, look.view, period, compare_to="previous_period", interval=interval)
            return {**look.frame(), "points": _points(table.read())}

        self.look(req, resp, find)


def _check_points(period: Period, interval: str, week_start: WeekStart) -> None:
    points = sum(1 for _ in first_days(period, interval, week_start)) * (24 if interval == "hour" else 1)
    if points > MOST_POINTS:
        raise TrendTooLong.in_fields("interval")


def _points(table: Table) -> list[Row]:
    earlier = table.comparison.rows if table.comparison else [None] * len(table.rows)
    return [
        {**TREND.row(row), "previous_net_sales": before and before["net_sales"]}
        for row, before in zip(table.rows, earlier, strict=True)
    ]
