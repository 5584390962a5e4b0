"""The figures of a period at a glance, beside those of the one before, and how things stand."""

from datetime import timedelta
from typing import Any

from falcon import Request, Response

from api.dashboard.answers import DashboardSummaryAnswer
from api.dashboard.glance import PERMISSION, Dashboard, Glance
from api.dashboard.input import DashboardQuery
from api.operations import operation
from commands.ports import Missing
from domain.settings import OtherStore
from projections.base import Row
from projections.reports.dashboards import ask_same_time, ask_standing
from projections.reports.period import PeriodNotValid, RangeTooLong
from projections.reports.sections.sales_summary.by_payment_method import BY_PAYMENT_METHOD
from projections.reports.sections.sales_summary.overview import OVERVIEW
from projections.reports.table import Table, change, change_ratio

#: What the figures are called in the sections they come from, where that is another name.
FIGURES = (
    "net_sales",
    "total_collected",
    "orders",
    "average_order",
    "items",
    "items_per_order",
    "refunds",
    "refund_count",
    "discounts",
    "gross_profit",
    "margin",
    "customers",
    "new_customers",
)
REFUSALS = (Missing, OtherStore, PeriodNotValid, RangeTooLong)


class Summary(Dashboard):
    """The company at a glance."""

    @operation(
        PERMISSION,
        "Show the summary",
        description="The figures of a period, by default of today, beside those of the one before. A day "
        "that is not over is compared with the day before up to the same time.",
        query=DashboardQuery(),
        answer=DashboardSummaryAnswer,
        refusals=REFUSALS,
        projections=OVERVIEW.sources,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The figures of the period."""
        self.glance(req, resp, summarise)


def summarise(glance: Glance) -> dict[str, Any]:
    """All of it, with one round trip."""
    previous = glance.period.compared("previous_period")
    assert previous is not None  # noqa: S101 it is compared
    now, then = (
        (glance.ask(OVERVIEW, period=period), glance.ask(BY_PAYMENT_METHOD, period=period))
        for period in (glance.period, previous)
    )
    day = glance.period.to_date - timedelta(days=1)
    same = ask_same_time(glance.db, glance.stores, day, glance.now, 1) if glance.is_today else None
    standing = ask_standing(glance.db, glance.ids)
    measures, before = (_figures(sales.read(), paid.read()) for sales, paid in (now, then))
    same_time = {**dict.fromkeys(FIGURES), **_picked(same.read())} if same else None
    compared = same_time or before
    return {
        "period": _span(glance.period),
        "previous": _span(previous),
        "measures": measures,
        "previous_measures": before,
        "previous_same_time": same_time,
        "change": {name: change(measures[name], compared[name]) for name in FIGURES},
        "change_ratio": {name: change_ratio(measures[name], compared[name]) for name in FIGURES},
        **standing.rows()[0],
    }


def _figures(sales: Table, paid: Table) -> Row:
    return {**_picked(sales.overall), "refunds": paid.overall["refunds"]}


def _picked(figures: Row) -> Row:
    return {name: figures[name] for name in FIGURES if name in figures}


def _span(period: Any) -> dict[str, Any]:
    return {"from": period.from_date, "to": period.to_date}
