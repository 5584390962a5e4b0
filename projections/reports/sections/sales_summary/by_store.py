"""What each store sold."""

from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.closings import ReportClosings
from projections.reports.columns import Column, Key, Measure
from projections.reports.explaining import explained, explanations, first_of_days
from projections.reports.first_reported import WITH_CUTS
from projections.reports.grouped import Grouping, Joined, ask_rows, grouped
from projections.reports.names import ReportNames, name_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Criteria, Result, Section
from projections.reports.sections.figures import SALES, SHARE, measures_of
from projections.reports.sections.sales_summary.sources import SALE_FACTS, STORE_DAYS, STORE_MONTHS, of_basis

OPEN_DAYS = Measure(
    name="open_days",
    label="Open days",
    unit="count",
    meaning="On how many business dates it sold something; of several stores, the sum of theirs.",
    aggregate="count(DISTINCT business_date) FILTER (WHERE orders > 0)",
    example=26,
)
COLUMNS: tuple[Column, ...] = (*SALES, SHARE, OPEN_DAYS)
_MEASURES = measures_of(SALES)
_COLUMNS: tuple[LiteralString, ...] = tuple(one.name for one in _MEASURES)
_JOINS = """
      JOIN report_places AS place
        ON place.company_id = %(company_id)s AND place.kind = 'store' AND place.no = summed.store_no"""

_SUMS = grouped(
    *(
        Grouping(
            source=source,
            keys={"store_no": "store_no"},
            measures=_MEASURES,
            columns=("store_no", *_COLUMNS),
            labels={"store_id": "place.id", "name": name_of("place.id")},
            joins=_JOINS,
        )
        for source in (STORE_MONTHS, SALE_FACTS)
    )
)


def _open_days(rows: LiteralString, cuts: LiteralString = "") -> LiteralString:
    """On how many days each store sold something that was not voided; sums of months do not tell it."""
    return f"""
    WITH {cuts}known AS ({rows}
    ), summed AS (
        SELECT store_no, count(*) AS open_days
          FROM (SELECT store_no FROM known GROUP BY store_no, business_date HAVING sum(orders) > 0) AS open
         GROUP BY store_no
    )
    SELECT place.id AS store_id, summed.open_days
      FROM summed{_JOINS}
"""


_OF_DAYS = ("store_no", "business_date", "orders")
_OPEN_DAYS: LiteralString = _open_days(STORE_DAYS.rows(_OF_DAYS))
_OPEN_DAYS_OF_CHANNEL: LiteralString = _open_days(SALE_FACTS.rows(_OF_DAYS))
_OPEN_DAYS_FIRST_REPORTED: LiteralString = _open_days(SALE_FACTS.first_reported(_OF_DAYS), WITH_CUTS)


def _ask_open_days(db: Database, criteria: Criteria) -> Pending[Result]:
    statement = of_basis(criteria, _OPEN_DAYS, _OPEN_DAYS_OF_CHANNEL, _OPEN_DAYS_FIRST_REPORTED)
    return ask_rows(db, criteria, statement, (OPEN_DAYS,))


_IS_STORE: LiteralString = """store_no = (
                SELECT no FROM report_places
                 WHERE company_id = %(company_id)s AND kind = 'store' AND id = %(key_store_id)s::uuid)"""

BY_STORE = Section(
    area="sales-summary",
    path="by-store",
    title="Sales by store",
    meaning="What each store sold, under the name that it had.",
    keys=(
        Key(name="store_id", label="Store id", unit="id", meaning="Where it happened or belongs."),
        Key(name="name", label="Store", unit="text", meaning="What the store is called.", example="Harbour"),
    ),
    identity=("store_id",),
    columns=COLUMNS,
    question=Joined(keys=("store_id",), questions=(_SUMS, _ask_open_days), measures=COLUMNS),
    sources=(SalesReports, ReportNames, ReportClosings),
    explanations={
        **explanations(SALE_FACTS, COLUMNS, {"store_id": _IS_STORE}),
        "open_days": explained(first_of_days(SALE_FACTS, ("store_no",), _IS_STORE)),
    },
    has_first_reported=True,
    order="-net_sales",
    filters=("channel",),
    chart=Chart(kind="bar", of=("net_sales",), label="name"),
)
