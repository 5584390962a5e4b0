"""The whole period in one row."""

from projections.reports.columns import Column, Measure
from projections.reports.explaining import explanations
from projections.reports.grouped import Grouping, grouped
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Section
from projections.reports.sections.figures import RETURNED_ITEMS, SALES, measures_of
from projections.reports.sections.sales_summary.sources import SALE_FACTS, STORE_DAYS

VOIDS = Measure(
    name="voids", label="Voids", unit="count", meaning="Sales that were taken back whole.", example=1
)
VOID_VALUE = Measure(
    name="void_value",
    label="Value of voids",
    unit="money",
    meaning="Net sales of what was voided; no other figure has it.",
    example=995,
)
REFUND_COUNT = Measure(
    name="refund_count",
    label="Refunds",
    unit="count",
    meaning="How often money was given back, for goods or as goodwill.",
    example=2,
)
DEPOSITS = Measure(
    name="liabilities_sold",
    label="Liabilities sold",
    unit="money",
    meaning="What was paid on placed orders, without what was used as goods were handed over or given back.",
    sum="deposits",
    example=0,
)
DUES_CREATED = Measure(
    name="dues_created",
    label="Dues created",
    unit="money",
    meaning="What customers were charged on account.",
    example=0,
)

COLUMNS: tuple[Column, ...] = (
    *SALES,
    VOIDS,
    VOID_VALUE,
    RETURNED_ITEMS,
    REFUND_COUNT,
    DEPOSITS,
    DUES_CREATED,
)
_MEASURES = measures_of(COLUMNS)
_COLUMNS = tuple(measure.sum or measure.name for measure in _MEASURES)

OVERVIEW = Section(
    area="sales-summary",
    path="overview",
    title="Sales overview",
    meaning="The figures of the whole period in one row.",
    keys=(),
    identity=(),
    columns=COLUMNS,
    question=grouped(
        Grouping(source=STORE_DAYS, keys={}, measures=_MEASURES, columns=_COLUMNS),
        Grouping(source=SALE_FACTS, keys={}, measures=_MEASURES, columns=_COLUMNS),
    ),
    sources=(SalesReports,),
    explanations=explanations(SALE_FACTS, COLUMNS, {}),
    order="net_sales",
    filters=("register", "cashier", "customer", "channel"),
    chart=Chart(
        kind="waterfall",
        of=("gross_sales", "discounts", "returns", "net_sales", "tax", "tips", "rounding", "total_collected"),
        label="amount",
    ),
)
