"""What each payment method brought in."""

from projections.base import Row
from projections.reports.columns import Column, Derived, Key, Measure, ratio
from projections.reports.explaining import explanations
from projections.reports.grouped import Grouping, grouped
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Section
from projections.reports.sections.figures import measures_of
from projections.reports.sections.sales_summary.sources import PAYMENT_DAYS


def _net(row: Row, _: Row) -> int:
    return int(row["amount"] + row["tips"] - row["refunds"])


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
        name="share",
        label="Share",
        unit="ratio",
        is_percent=True,
        meaning="The amount in proportion to that of all methods.",
        of=lambda row, overall: ratio(row["amount"], overall["amount"]),
        inputs=("amount",),
        text="amount / overall.amount",
        example="0.7500",
    ),
)
_MEASURES = measures_of(COLUMNS)
#: What is no money of now: what was paid before, or is still owed.
_KIND = """CASE method.method WHEN 'account' THEN 'on_account'
                 WHEN 'store_credit' THEN 'liability' WHEN 'exchange' THEN 'exchange' ELSE 'money' END"""

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
            meaning="`money`, a `liability` that is used up, `on_account`, or `exchange`.",
            example="money",
        ),
    ),
    identity=("method",),
    columns=COLUMNS,
    question=grouped(
        Grouping(
            source=PAYMENT_DAYS,
            keys={"method_no": "method_no"},
            measures=_MEASURES,
            columns=("method_no", *(one.name for one in _MEASURES)),
            labels={"method": "method.method", "kind": _KIND},
            joins="""
      JOIN report_methods AS method
        ON method.company_id = %(company_id)s AND method.method_no = summed.method_no""",
        )
    ),
    sources=(SalesReports,),
    explanations=explanations(
        PAYMENT_DAYS,
        COLUMNS,
        {
            "method": """method_no = (
                SELECT method_no FROM report_methods
                 WHERE company_id = %(company_id)s AND method = %(key_method)s::text)"""
        },
        line="line",
    ),
    order="-amount",
    chart=Chart(kind="bar", of=("amount",), label="method"),
)
