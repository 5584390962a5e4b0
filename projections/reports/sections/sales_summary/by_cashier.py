"""What each cashier sold, gave back and changed the price of."""

from projections.reports.closings import ReportClosings
from projections.reports.columns import Column, Key, Measure
from projections.reports.explaining import explanations
from projections.reports.grouped import Grouping, grouped
from projections.reports.names import user_name_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Section
from projections.reports.sections.figures import SALES, measures_of, rate
from projections.reports.sections.sales_summary.figures import ITEMS_PER_ORDER, REFUND_COUNT, VOIDS
from projections.reports.sections.sales_summary.places import JOIN_CASHIER, is_place
from projections.reports.sections.sales_summary.sources import CASHIER_DAYS, SALE_FACTS

OVERRIDE_COUNT = Measure(
    name="override_count",
    label="Overridden prices",
    unit="count",
    meaning="How many lines were sold at another price than that of the catalog.",
    sum="overrides",
    example=4,
)
DISCOUNT_RATE = rate(
    "discount_rate",
    "Discount rate",
    ("discounts", "gross_sales"),
    "What discounts took off in proportion to gross sales; null without any.",
    is_percent=True,
)
COLUMNS: tuple[Column, ...] = (
    *SALES,
    VOIDS,
    REFUND_COUNT,
    OVERRIDE_COUNT,
    DISCOUNT_RATE,
    ITEMS_PER_ORDER,
)
_MEASURES = measures_of(COLUMNS)

BY_CASHIER = Section(
    area="sales-summary",
    path="by-cashier",
    title="Sales by cashier",
    meaning="What each cashier sold, under the name that they have now; a refund is of who gave it, a void "
    "of whose sale it takes back. A row without one has what nobody is named with.",
    keys=(
        Key(name="cashier_id", label="Cashier id", unit="id", meaning="The cashier; null for none."),
        Key(
            name="name",
            label="Cashier",
            unit="text",
            meaning="What they are called; `erased` once they were forgotten.",
            example="ann",
        ),
    ),
    identity=("cashier_id",),
    optional=("cashier_id",),
    columns=COLUMNS,
    question=grouped(
        *(
            Grouping(
                source=source,
                keys={"cashier_no": "cashier_no"},
                measures=_MEASURES,
                columns=("cashier_no", *(one.sum or one.name for one in _MEASURES)),
                labels={
                    "cashier_id": "cashier.id",
                    "name": f"""CASE WHEN cashier.id IS NOT NULL
                THEN coalesce({user_name_of("cashier.id")}, 'erased') END""",
                },
                joins=JOIN_CASHIER,
            )
            for source in (CASHIER_DAYS, SALE_FACTS)
        )
    ),
    sources=(SalesReports, ReportClosings),
    explanations=explanations(SALE_FACTS, COLUMNS, {"cashier_id": is_place("cashier")}),
    has_first_reported=True,
    order="-net_sales",
    filters=("channel",),
    chart=Chart(kind="bar", of=("net_sales",), label="name"),
)
