"""What each kind of discount took off."""

from projections.reports.closings import ReportClosings
from projections.reports.columns import COSTS, Column, Distinct, Key, Measure
from projections.reports.explaining import explanations
from projections.reports.grouped import Grouping, Source, grouped
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Section
from projections.reports.sections.figures import measures_of, rate
from projections.reports.sections.sales_summary.sources import SALE_FILTERS, with_channel

COLUMNS: tuple[Column, ...] = (
    Measure(
        name="uses", label="Uses", unit="count", meaning="How many discounts were given on sales.", example=14
    ),
    Distinct(
        name="orders",
        label="Orders",
        unit="count",
        meaning="How many sales had one; of a placed order, each part that was handed over.",
        sum="sign(uses)::int",
        example=12,
    ),
    Measure(
        name="lines",
        label="Lines",
        unit="count",
        meaning="How many lines had a share of one, be it a cent of tax that leaves net sales as they were.",
        example=31,
    ),
    Measure(
        name="discount",
        label="Discount",
        unit="money",
        meaning="What they took off, without tax; a return does not lower it.",
        sum="amount",
        example=9_000,
    ),
    Measure(
        name="gross_before",
        label="Gross before",
        unit="money",
        meaning="Value of these lines before discounts, without tax; a line with two kinds is in both rows.",
        example=60_000,
    ),
    rate(
        "rate",
        "Rate",
        ("discount", "gross_before"),
        "What they took off in proportion to what it had been; null without any.",
        is_percent=True,
    ),
    Measure(
        name="cost_of_goods",
        label="Cost of goods",
        unit="money",
        meaning="What the goods of these lines had cost.",
        needs=COSTS,
        example=31_000,
    ),
)
_MEASURES = measures_of(COLUMNS)

_FACTS = Source(facts="sales_discount_facts", filters={"cashier": SALE_FILTERS["cashier"]})
_OF_SALES = Source(
    facts=with_channel("sales_discount_facts"),
    filters={name: SALE_FILTERS[name] for name in ("channel", "cashier")},
)

DISCOUNTS = Section(
    area="sales-summary",
    path="discounts",
    title="Discounts",
    meaning="What discounts took off sales, by their kind. Why they were given is private, and stands with "
    "each sale alone.",
    keys=(
        Key(
            name="kind",
            label="Kind",
            unit="text",
            meaning="`percent`, `amount`, or `other`: what was taken off placed orders, whose parts do not "
            "say by which kind.",
            example="percent",
        ),
    ),
    identity=("kind",),
    columns=COLUMNS,
    question=grouped(
        *(
            Grouping(
                source=source,
                keys={"kind": "kind"},
                measures=_MEASURES,
                columns=("kind", "uses", "lines", "amount", "gross_before", "cost_of_goods"),
            )
            for source in (_FACTS, _OF_SALES)
        )
    ),
    sources=(SalesReports, ReportClosings),
    explanations=explanations(_OF_SALES, COLUMNS, {"kind": "kind = %(key_kind)s::text"}),
    has_first_reported=True,
    order="-discount",
    filters=("cashier", "channel"),
    chart=Chart(kind="bar", of=("discount",), label="kind"),
)
