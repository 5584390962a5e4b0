"""What was sold of each brand."""

from projections.reports.closings import ReportClosings
from projections.reports.columns import Key
from projections.reports.names import ReportNames, name_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Section
from projections.reports.sections.figures import LINES
from projections.reports.sections.sales_summary.items import item_explanations
from projections.reports.sections.sales_summary.sums_of_items import sums_of_items

BY_BRAND = Section(
    area="sales-summary",
    path="by-brand",
    title="Sales by brand",
    meaning="What was sold of each brand that goods had when they were sold, under the name that it had.",
    keys=(
        Key(name="brand_id", label="Brand id", unit="id", meaning="The brand; null for none."),
        Key(name="name", label="Brand", unit="text", meaning="What it is called.", example="Roastery"),
    ),
    identity=("brand_id",),
    optional=("brand_id",),
    columns=LINES,
    question=sums_of_items("brand_id", {"name": name_of("summed.brand_id")}),
    sources=(SalesReports, ReportNames, ReportClosings),
    explanations=item_explanations(
        LINES, {"brand_id": "item.brand_id IS NOT DISTINCT FROM %(key_brand_id)s::uuid"}
    ),
    has_first_reported=True,
    order="-net_sales",
    filters=("channel",),
    chart=Chart(kind="bar", of=("net_sales",), label="name"),
)
