"""The sales summary: what was sold, in total and by period, store, product and payment method."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from falcon import App, Request, Response
from marshmallow import Schema, fields, validate

from api.costs import COST
from api.envelope import ok
from api.fields import Body, Day, Exact, Id, Moment, Sum, Text, Whole
from api.operations import Operation, operation
from api.resource import Resource, stores_asked
from api.services import Reading, Services
from projections.companies import find_company
from projections.reports.sales_summary import (
    Period,
    PeriodNotValid,
    Section,
    by_payment_method,
    by_period,
    by_product,
    by_store,
    overview,
)

PERMISSION = "reports.sales.view"
_LARGE = 10**15
_COST_FIELDS = ("cost_of_goods", "gross_profit", "margin")


class ReportQuery(Body):
    """Business dates, both inclusive, and what of the company is asked about."""

    from_date = Day(required=True, data_key="from")
    to_date = Day(required=True, data_key="to")
    store_id = Id()
    as_of = Moment(metadata={"description": "Answer from what was recorded up to this time."})


class OverviewQuery(ReportQuery):
    """With a comparison."""

    compare_to = fields.String(
        validate=validate.OneOf(["previous_period", "previous_year", "none"]), load_default="none"
    )


class PeriodQuery(ReportQuery):
    """In steps of an interval; weeks begin on Monday."""

    interval = fields.String(validate=validate.OneOf(["hour", "day", "week", "month"]), load_default="day")


class ProductQuery(ReportQuery):
    """One page, the products with the highest net sales first."""

    page = Whole(least=1, most=100_000, load_default=1)
    limit = Whole(least=1, most=100, load_default=20)


class Measures(Body):
    """The measures of sales, in minor currency units unless they are counts.

    net_sales = gross_sales - discounts - returns, all without tax; total_collected = net_sales + tax + tips +
    rounding; gross_profit = net_sales - cost_of_goods; margin = gross_profit / net_sales.
    """

    orders = Whole()
    items = Exact(most=_LARGE)
    gross_sales = Sum()
    discounts = Sum()
    returns = Sum()
    net_sales = Sum()
    tax = Sum()
    tips = Sum()
    rounding = Sum()
    total_collected = Sum()
    average_order = Sum(allow_none=True)
    cost_of_goods = Sum(metadata=COST)
    gross_profit = Sum(metadata=COST)
    margin = Exact(most=_LARGE, allow_none=True, metadata=COST)


class PeriodRow(Measures):
    """The measures of one period; `period` is its first business date, `hour` the local hour."""

    period = Day()
    hour = Whole(allow_none=True)


class StoreRow(Measures):
    """The measures of one store."""

    store_id = Id()
    store_name = Text(allow_none=True)


class ProductRow(Body):
    """What was sold of one variant."""

    variant_id = Id()
    product_id = Id()
    sku = Text()
    name = Text()
    variant_name = Text()
    quantity = Exact(most=_LARGE)
    gross_sales = Sum()
    discounts = Sum()
    returns = Sum()
    net_sales = Sum()
    tax = Sum()
    cost_of_goods = Sum(metadata=COST)
    gross_profit = Sum(metadata=COST)
    margin = Exact(most=_LARGE, allow_none=True, metadata=COST)


class PaymentRow(Body):
    """What one method brought in, change already given back; refunds stand apart."""

    method = Text()
    payments = Whole()
    amount = Sum()
    tips = Sum()
    refund_count = Whole()
    refunds = Sum()


class OverviewAnswer(Measures):
    """The measures of a period, and what they are compared with."""

    currency = Text()
    from_date = Day(data_key="from")
    to_date = Day(data_key="to")
    comparison = fields.Dict(allow_none=True)
    read_position = Whole()
    computed_at = Moment()


def _section_of(row: type[Body], name: str) -> Schema:
    return Body.from_dict(
        {
            "currency": Text(),
            "from": Day(),
            "to": Day(),
            "rows": fields.List(fields.Nested(row())),
            "totals": fields.Dict(),
            "count": Whole(),
            "read_position": Whole(),
            "computed_at": Moment(),
        },
        name=name,
    )()


class _Report(Resource):
    """What the sections of the report share."""

    def answer_question(self, req: Request, resp: Response, question: Any) -> None:
        """Ask a section's question and say of which moment and position the answer is."""
        query, caller = req.context.query, req.context.caller
        period = Period(query["from_date"], query["to_date"])
        stores = stores_asked(query.get("store_id"), caller) or None

        def asked(reading: Reading) -> tuple[dict[str, Any], str | None]:
            company = find_company(reading.db)
            return question(reading.db, period, stores), company["currency"] if company else None

        # What was known at a moment is added up from the sales themselves, not from the daily sums.
        source = "sale_facts" if query.get("as_of") else "sales_summary"
        found, currency = self.ask(req, resp, asked, source)
        report = {
            "currency": currency,
            "from": period.from_date,
            "to": period.to_date,
            **found,
            "read_position": int(resp.get_header("X-Read-Position") or 0),
            "computed_at": self.services.now(),
        }
        if not caller.sees_costs:
            _hide_costs(report)
        resp.media = ok(report)


def _hide_costs(report: dict[str, Any]) -> None:
    comparison = report.get("comparison") or {}
    compared = (comparison.get("measures") or {}, comparison.get("differences") or {})
    for part in (report, report.get("totals") or {}, *report.get("rows", ()), *compared):
        for name in _COST_FIELDS:
            part.pop(name, None)


class Overview(_Report):
    """The whole in one row."""

    @operation(
        PERMISSION,
        "Sales overview",
        query=OverviewQuery(),
        answer=OverviewAnswer(),
        projection="sales_summary",
        lengthy=True,
        refusals=(PeriodNotValid,),
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The measures of a period, and of what it is compared with."""
        query = req.context.query

        def question(db: Any, period: Period, stores: tuple[UUID, ...] | None) -> dict[str, Any]:
            found = overview(
                db, period, store_ids=stores, as_of=query.get("as_of"), compare_to=query["compare_to"]
            )
            comparison = None
            if found.compared is not None:
                comparison = {
                    "from": found.compared.from_date,
                    "to": found.compared.to_date,
                    "measures": found.comparison,
                    "differences": found.differences,
                }
            return {**found.measures, "comparison": comparison}

        self.answer_question(req, resp, question)


@dataclass(frozen=True, kw_only=True)
class SectionTold:
    """One section of the report: its path, what its rows are, and the question that answers it."""

    path: str
    summary: str
    description: str
    query: Body
    answer: Schema
    ask: Callable[..., Section]
    #: Parameters of the question that come from the query as they are.
    passes: tuple[str, ...] = ()


SECTIONS = (
    SectionTold(
        path="by-period",
        summary="Sales by period",
        description="The measures of each hour, day, week or month in which something was sold.",
        query=PeriodQuery(),
        answer=_section_of(PeriodRow, "SalesByPeriod"),
        ask=by_period,
        passes=("interval",),
    ),
    SectionTold(
        path="by-store",
        summary="Sales by store",
        description="The measures of each store.",
        query=ReportQuery(),
        answer=_section_of(StoreRow, "SalesByStore"),
        ask=by_store,
    ),
    SectionTold(
        path="by-product",
        summary="Sales by product",
        description="One page of what was sold of each variant, the highest net sales first.",
        query=ProductQuery(),
        answer=_section_of(ProductRow, "SalesByProduct"),
        ask=by_product,
        passes=("page", "limit"),
    ),
    SectionTold(
        path="by-payment-method",
        summary="Sales by payment method",
        description="What each method brought in.",
        query=ReportQuery(),
        answer=_section_of(PaymentRow, "SalesByPaymentMethod"),
        ask=by_payment_method,
    ),
)


class SectionReport(_Report):
    """A section: rows, their footer, and how many there are."""

    def __init__(self, services: Services, told: SectionTold) -> None:
        super().__init__(services)
        self.told = told
        self.operations = {
            "on_get": Operation(
                permission=PERMISSION,
                summary=told.summary,
                description=told.description,
                query=told.query,
                answer=told.answer,
                projection="sales_summary",
                lengthy=True,
                refusals=(PeriodNotValid,),
            )
        }

    def on_get(self, req: Request, resp: Response) -> None:
        """Rows, a footer with the sums of the rows shown, and how many rows there are in all."""
        query, told = req.context.query, self.told
        passed = {name: query[name] for name in told.passes}

        def question(db: Any, period: Period, stores: tuple[UUID, ...] | None) -> dict[str, Any]:
            found = told.ask(db, period, store_ids=stores, as_of=query.get("as_of"), **passed)
            return {"rows": found.rows, "totals": found.totals, "count": found.count}

        self.answer_question(req, resp, question)


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of the report."""
    base = "/api/admin/reports/sales-summary"
    app.add_route(f"{base}/overview", Overview(services))
    for told in SECTIONS:
        app.add_route(f"{base}/{told.path}", SectionReport(services, told))
