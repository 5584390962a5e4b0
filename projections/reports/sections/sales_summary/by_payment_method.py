"""What each payment method brought in."""

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.closings import ReportClosings
from projections.reports.columns import Column, Derived, Key, Measure, ratio
from projections.reports.explaining import explanations
from projections.reports.grouped import Grouping, Joined, Source, grouped
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Criteria, Result, Section
from projections.reports.sections.figures import measures_of
from projections.reports.sections.payment_kinds import KINDS, kind_of
from projections.reports.sections.sales_summary.sources import (
    PAYMENT_DAYS,
    PAYMENT_FACTS,
    REFUND_PAYMENTS,
)


def _net(row: Row, _: Row) -> int:
    return int(row["amount"] + row["tips"] - row["refunds"])


REFUNDED_TIPS = Measure(
    name="refunded_tips",
    label="Refunded tips",
    unit="money",
    meaning="Tips that were given back.",
    sum="CASE WHEN refund_count IS NOT NULL THEN -tips END",
    example=0,
)
COLUMNS: tuple[Column, ...] = (
    Measure(name="payments", label="Payments", unit="count", meaning="How many payments.", example=96),
    Measure(
        name="amount",
        label="Amount",
        unit="money",
        meaning="What came in, without tips, change already given back.",
        example=98_310,
    ),
    Measure(
        name="tips",
        label="Tips",
        unit="money",
        meaning="Tips, without those that were given back.",
        example=250,
    ),
    REFUNDED_TIPS,
    Measure(name="refund_count", label="Refunds", unit="count", meaning="How many payments back.", example=1),
    Measure(
        name="refunds",
        label="Refunded",
        unit="money",
        meaning="What was paid back, without tips.",
        example=1_100,
    ),
    Derived(
        name="net",
        label="Net",
        unit="money",
        meaning="What is left.",
        of=_net,
        inputs=("amount", "tips", "refunds"),
        signs=("+", "+", "-"),
        text="amount + tips - refunds",
        example=97_460,
    ),
    Measure(
        name="change",
        label="Change",
        unit="money",
        meaning="What was given back of what customers handed over.",
        example=40,
    ),
    Derived(
        name="tendered",
        label="Tendered",
        unit="money",
        meaning="What customers handed over, with tips and change, whatever was given back later.",
        of=lambda row, _: row["amount"] + row["tips"] + row["refunded_tips"] + row["change"],
        inputs=("amount", "tips", "refunded_tips", "change"),
        signs=("+", "+", "+", "+"),
        text="amount + tips + refunded_tips + change",
        example=98_610,
    ),
    Derived(
        name="share",
        label="Share",
        unit="ratio",
        is_percent=True,
        meaning="The amount in proportion to that of all methods.",
        of=lambda row, overall: ratio(row["amount"], overall["amount"]),
        inputs=("amount",),
        of_whole=("amount",),
        text="amount / overall.amount",
        example="0.7500",
    ),
)
_MEASURES = measures_of(COLUMNS)
_OF_DAYS = tuple(one for one in _MEASURES if one is not REFUNDED_TIPS)
_FIGURES = ("method_no", "payments", "amount", "tips", "refund_count", "refunds", "change")


def _grouping(source: Source, measures: tuple[Measure, ...]) -> Grouping:
    return Grouping(
        source=source,
        keys={"method_no": "method_no"},
        measures=measures,
        columns=_FIGURES,
        labels={"method": "method.method", "kind": kind_of("method.method")},
        joins="""
      JOIN report_methods AS method
        ON method.company_id = %(company_id)s AND method.method_no = summed.method_no""",
    )


# Daily sums do not tell tips apart that were given back, of which there are few.
_OF_ALL = Joined(
    keys=("method_no",),
    questions=(
        grouped(_grouping(PAYMENT_DAYS, _OF_DAYS)),
        grouped(_grouping(REFUND_PAYMENTS, (REFUNDED_TIPS,))),
    ),
    measures=COLUMNS,
)
_OF_CHANNEL = grouped(_grouping(PAYMENT_FACTS, _MEASURES))


def ask_methods(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask for a row of each method."""
    return (_OF_ALL if criteria.filters["channel"] is None else _OF_CHANNEL)(db, criteria)


BY_PAYMENT_METHOD = Section(
    area="sales-summary",
    path="by-payment-method",
    title="Sales by payment method",
    meaning="What each method brought in. Deposits are among it on the day they were paid; they count as "
    "sales when goods are handed over.",
    keys=(
        Key(
            name="method",
            label="Method",
            unit="text",
            meaning="`cash`, `card`, `coupon`, `store_credit`, `account`, the code of a payment method, or "
            "`exchange`, which ties what came back to what it was exchanged for.",
            example="cash",
        ),
        Key(
            name="kind",
            label="Kind",
            unit="text",
            meaning=KINDS,
            example="money",
        ),
    ),
    identity=("method",),
    columns=COLUMNS,
    question=ask_methods,
    sources=(SalesReports, ReportClosings),
    explanations=explanations(
        PAYMENT_FACTS, COLUMNS, {"method": "method = %(key_method)s::text"}, line="line"
    ),
    has_first_reported=True,
    order="-amount",
    filters=("channel",),
    chart=Chart(kind="bar", of=("amount",), label="method"),
)
