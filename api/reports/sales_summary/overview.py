"""The whole period in one row."""

from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.operations import operation
from api.reports.sales_summary.answers import OverviewAnswer
from api.reports.sales_summary.input import OverviewQuery
from api.reports.sales_summary.report import PERMISSION, SOURCES, Report
from projections.base import Database
from projections.reports.period import Period, PeriodNotValid
from projections.reports.sales_summary import overview


class Overview(Report):
    """The whole in one row."""

    @operation(
        PERMISSION,
        "Sales overview",
        query=OverviewQuery(),
        answer=OverviewAnswer,
        lengthy=True,
        refusals=(PeriodNotValid,),
        **SOURCES,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The measures of a period, and of what it is compared with."""
        query = req.context.query

        def question(db: Database, period: Period, stores: tuple[UUID, ...] | None) -> dict[str, Any]:
            report = overview(
                db, period, store_ids=stores, as_of=query.get("as_of"), compare_to=query["compare_to"]
            )
            comparison = None
            if report.compared is not None:
                comparison = {
                    "from": report.compared.from_date,
                    "to": report.compared.to_date,
                    "measures": report.comparison,
                    "differences": report.differences,
                }
            return {**report.measures, "comparison": comparison}

        self.report(req, resp, question)
