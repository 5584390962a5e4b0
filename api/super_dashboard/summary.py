"""The platform at a glance."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from falcon import Request, Response

from api.operations import operation
from api.platform import check_platform
from api.resource import Resource
from api.services import Reading
from api.super_dashboard.answers import (
    CompaniesAnswer,
    CurrencySalesAnswer,
    DaySalesAnswer,
    PackageSubscriptionsAnswer,
    PlatformLagAnswer,
    PlatformSummaryAnswer,
    RevenueAnswer,
)
from projections.base import Row
from projections.platform_figures import PlatformFigures, ask_platform_figures

#: How many days of sales are shown, and over how many seconds recording is measured.
DAYS, SECONDS = 30, 60
#: The clocks furthest ahead are those of Kiritimati: there the newest business date begins.
_FURTHEST_AHEAD = timedelta(hours=14)


class PlatformSummary(Resource):
    """The platform at a glance."""

    @operation(
        "platform.dashboard",
        "Show the platform's dashboard",
        answer=PlatformSummaryAnswer,
        description="Numbers over all companies, of none by itself. Amounts of several currencies are never "
        "added up. Sales are as far as the reports know them.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The platform as it is now."""
        check_platform(req.context.caller)
        now = self.services.now()
        self.answer(req, resp, self.ask(req, resp, lambda reading: _find(reading, now)))


def _find(reading: Reading, now: datetime) -> PlatformSummaryAnswer:
    last_day = (now + _FURTHEST_AHEAD).date()
    days = [last_day - timedelta(days=back) for back in reversed(range(DAYS))]
    figures = ask_platform_figures(reading.db, days[0], last_day, now - timedelta(seconds=SECONDS)).read()
    return PlatformSummaryAnswer(
        computed_at=now,
        read_position=reading.position,
        **_show_business(figures, days),
        **_show_load(figures),
    )


def _show_business(figures: PlatformFigures, days: list[date]) -> dict[str, Any]:
    return {
        "companies": CompaniesAnswer.of(figures.companies),
        "subscriptions": [PackageSubscriptionsAnswer.of(row) for row in figures.subscriptions],
        "mrr": [RevenueAnswer(currency=one, amount=amount) for one, amount in figures.monthly_revenue],
        "sales": [
            CurrencySalesAnswer(currency=currency, days=_show_days(rows, days))
            for currency, rows in groupby(figures.sales, itemgetter("currency"))
        ],
    }


def _show_days(rows: Iterable[Row], days: list[date]) -> list[DaySalesAnswer]:
    """Every day of them, sold or not."""
    sold = {row["business_date"]: row for row in rows}
    nothing = {"orders": 0, "net_sales": 0}
    return [DaySalesAnswer.of({**sold.get(day, nothing), "date": day}) for day in days]


def _show_load(figures: PlatformFigures) -> dict[str, Any]:
    return {
        "events": figures.load["events"],
        "events_per_s": round(figures.load["events_since"] / SECONDS, 3),
        "projection_lag": PlatformLagAnswer.of(figures.lag),
        "parked": figures.lag["parked"],
        "disk_bytes": figures.load["disk_bytes"],
    }
