"""What each store sold."""

from projections.reports.columns import Column, Key, Measure
from projections.reports.explaining import explanations
from projections.reports.grouped import Grouping, grouped
from projections.reports.names import ReportNames, name_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Section
from projections.reports.sections.figures import SALES, SHARE, measures_of
from projections.reports.sections.sales_summary.sources import SALE_FACTS, STORE_DAYS

OPEN_DAYS = Measure(
    name="open_days",
    label="Open days",
    unit="count",
    meaning="On how many business dates it sold something; of several stores, the sum of theirs.",
    aggregate="count(DISTINCT business_date) FILTER (WHERE orders > 0)",
    example=26,
)
COLUMNS: tuple[Column, ...] = (*SALES, SHARE, OPEN_DAYS)
_MEASURES = measures_of(COLUMNS)
_COLUMNS = ("store_no", "business_date", *(one.name for one in measures_of(SALES)))
_JOINS = """
      JOIN report_places AS place
        ON place.company_id = %(company_id)s AND place.kind = 'store' AND place.no = summed.store_no"""

BY_STORE = Section(
    area="sales-summary",
    path="by-store",
    title="Sales by store",
    meaning="What each store sold, under the name that it had.",
    keys=(
        Key(name="store_id", label="Store id", unit="id", meaning="The store."),
        Key(name="name", label="Store", unit="text", meaning="What the store is called.", example="Harbour"),
    ),
    identity=("store_id",),
    columns=COLUMNS,
    question=grouped(
        *(
            Grouping(
                source=source,
                keys={"store_no": "store_no"},
                measures=_MEASURES,
                columns=_COLUMNS,
                labels={"store_id": "place.id", "name": name_of("place.id")},
                joins=_JOINS,
            )
            for source in (STORE_DAYS, SALE_FACTS)
        )
    ),
    sources=(SalesReports, ReportNames),
    explanations=explanations(
        SALE_FACTS,
        COLUMNS,
        {
            "store_id": """store_no = (
                SELECT no FROM report_places
                 WHERE company_id = %(company_id)s AND kind = 'store' AND id = %(key_store_id)s::uuid)"""
        },
    ),
    order="-net_sales",
    filters=("channel",),
    chart=Chart(kind="bar", of=("net_sales",), label="name"),
)
