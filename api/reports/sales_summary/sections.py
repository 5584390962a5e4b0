"""The sections of the report, each declared once: its path, its rows, and the question that answers it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.fields import Body
from api.operations import Operation
from api.reports.sales_summary.answers import (
    SalesByPaymentMethodAnswer,
    SalesByPeriodAnswer,
    SalesByProductAnswer,
    SalesByStoreAnswer,
    SectionAnswer,
)
from api.reports.sales_summary.input import PeriodQuery, ProductQuery, ReportQuery
from api.reports.sales_summary.report import PERMISSION, SOURCES, Report
from api.services import Services
from projections.base import Database
from projections.reports.period import Period, PeriodNotValid
from projections.reports.sales_summary import Section, by_payment_method, by_period, by_product, by_store


@dataclass(frozen=True, kw_only=True)
class SectionDeclaration:
    """How one section of the report appears in the API."""

    path: str
    summary: str
    description: str
    query: Body
    answer: type[SectionAnswer]
    ask: Callable[..., Section]
    #: Parameters of the question that come from the query as they are.
    passes: tuple[str, ...] = ()


SECTIONS = (
    SectionDeclaration(
        path="by-period",
        summary="Sales by period",
        description="The measures of each hour, day, week or month in which something was sold.",
        query=PeriodQuery(),
        answer=SalesByPeriodAnswer,
        ask=by_period,
        passes=("interval",),
    ),
    SectionDeclaration(
        path="by-store",
        summary="Sales by store",
        description="The measures of each store.",
        query=ReportQuery(),
        answer=SalesByStoreAnswer,
        ask=by_store,
    ),
    SectionDeclaration(
        path="by-product",
        summary="Sales by product",
        description="One page of what was sold of each variant, the highest net sales first.",
        query=ProductQuery(),
        answer=SalesByProductAnswer,
        ask=by_product,
        passes=("page", "limit"),
    ),
    SectionDeclaration(
        path="by-payment-method",
        summary="Sales by payment method",
        description="What each method brought in.",
        query=ReportQuery(),
        answer=SalesByPaymentMethodAnswer,
        ask=by_payment_method,
    ),
)


class SectionReport(Report):
    """A section: rows, their footer, and how many there are."""

    def __init__(self, services: Services, section: SectionDeclaration) -> None:
        super().__init__(services)
        self.section = section
        self.operations = {
            "on_get": Operation(
                permission=PERMISSION,
                summary=section.summary,
                description=section.description,
                query=section.query,
                answer=section.answer,
                lengthy=True,
                refusals=(PeriodNotValid,),
                **SOURCES,
            )
        }

    def on_get(self, req: Request, resp: Response) -> None:
        """Rows, a footer with the sums of the rows shown, and how many rows there are in all."""
        query, section = req.context.query, self.section
        passed = {name: query[name] for name in section.passes}

        def question(db: Database, period: Period, stores: tuple[UUID, ...] | None) -> dict[str, Any]:
            section_rows = section.ask(db, period, store_ids=stores, as_of=query.get("as_of"), **passed)
            return {"rows": section_rows.rows, "totals": section_rows.totals, "count": section_rows.count}

        self.report(req, resp, question)
