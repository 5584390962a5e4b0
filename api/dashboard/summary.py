"""GET /api/admin/dashboard/summary: how business stands, and how it stood when the last day was as old."""

from typing import Any

from falcon import Request, Response

from api.dashboard.answers import summary_of
from api.dashboard.look import Dashboard, Look
from api.dashboard.query import SummaryQuery
from api.dashboard.refusals import REFUSALS
from api.operations import operation
from projections.base import Row
from projections.dashboard.counts import ask_counts
from projections.dashboard.summary import Part, Span, Summary, ask_summary, parts_of_today
from projections.dashboard.tiles import SUMMARY
from projections.reports.table import change, change_ratio


class DashboardSummary(Dashboard):
    """The figures of today, or of a period, beside those of the period before it."""

    @operation(
        "dashboard.view",
        "Show how business stands",
        query=SummaryQuery(),
        answer=summary_of(SUMMARY),
        refusals=REFUSALS,
        projections=SUMMARY.sources,
        description="The figures of the sales overview. Without dates they are of today: of each store the "
        "business date that it is in. A period that still runs is compared with what the one before it had "
        "come to by the same time; of the hour that runs a sale counts by when it was sold, and all else by "
        "when it was recorded. Where stores are in different dates nobody counts different customers.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The figures, and what stands in the stores right now."""
        self.look(req, resp, _find)


def _find(look: Look) -> dict[str, Any]:
    counts = ask_counts(look.db, look.view.stores)
    summary = ask_summary(look.db, look.view, _parts(look))
    return {**_show(summary.read()), **counts.read(), **look.moment()}


def _parts(look: Look) -> list[Part]:
    if look.period is None and look.clocks:
        return parts_of_today(look.view, look.clocks)
    return [Part(period=look.today, stores=look.view.stores, clocks=look.clocks)]


def _show(summary: Summary) -> dict[str, Any]:
    measures = SUMMARY.row(summary.current.measures)
    compared = summary.same_time or summary.previous
    before = SUMMARY.row(compared.measures)
    return {
        "period": _days(summary.current),
        "previous": _span(summary.previous),
        "previous_same_time": summary.same_time and _span(summary.same_time),
        "measures": measures,
        "change": {one.name: change(measures[one.name], before[one.name], one.unit) for one in SUMMARY.shown},
        "change_ratio": {name: change_ratio(measures[name], before[name]) for name in measures},
    }


def _span(span: Span) -> Row:
    return {**_days(span), "measures": SUMMARY.row(span.measures)}


def _days(span: Span) -> Row:
    return {"from": span.period.from_date, "to": span.period.to_date}
