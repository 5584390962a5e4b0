"""What the sections of the report share."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.resource import Resource, requested_stores
from api.services import Reading
from commands.ports import Missing
from projections.base import Database
from projections.companies import find_company
from projections.reports.period import Period
from projections.reports.sale_facts import SaleFacts
from projections.reports.sales_daily import SalesDaily

PERMISSION = "reports.sales.view"
#: What was known at a moment is added up from the sales themselves, not from the daily sums.
SOURCES: dict[str, Any] = {"projections": (SalesDaily,), "projection_with": {"as_of": SaleFacts}}

#: A section's question: of a period, and of some stores or (None) of all.
Question = Callable[[Database, Period, tuple[UUID, ...] | None], dict[str, Any]]


class Report(Resource):
    """Asks a section's question and says of which moment and position the answer is."""

    def report(self, req: Request, resp: Response, question: Question) -> None:
        """Answer with the section. Raises Missing, OtherStore, PeriodNotValid."""
        query, caller = req.context.query, req.context.caller
        period = Period(query["from_date"], query["to_date"])
        stores = requested_stores(query.get("store_id"), caller) or None

        def ask(reading: Reading) -> tuple[dict[str, Any], str]:
            company = find_company(reading.db)
            if company is None:
                raise Missing
            return question(reading.db, period, stores), company["currency"]

        section, currency = self.ask(req, resp, ask)
        report = {
            "currency": currency,
            "from": period.from_date,
            "to": period.to_date,
            **section,
            "read_position": int(resp.get_header("X-Read-Position") or 0),
            "computed_at": self.services.now(),
        }
        self.answer(req, resp, req.context.operation.answer.of(report))
