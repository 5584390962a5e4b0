"""The whole period in one row."""

from domain.pending import Pending
from projections.base import Database
from projections.reports.accounts import ReportAccounts
from projections.reports.closings import ReportClosings
from projections.reports.columns import Column, Distinct, Measure
from projections.reports.explaining import explanations
from projections.reports.grouped import Grouping, Joined, grouped
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Criteria, Result, Section
from projections.reports.sections.figures import RETURNED_ITEMS, SALES, measures_of
from projections.reports.sections.sales_summary.buyers import EXPLAINED_BUYERS, ask_buyers
from projections.reports.sections.sales_summary.figures import ITEMS_PER_ORDER, REFUND_COUNT, VOIDS
from projections.reports.sections.sales_summary.money import (
    DUES_PAID,
    EXPLAINED_MONEY,
    PAYMENTS_NET,
    ask_money,
)
from projections.reports.sections.sales_summary.sources import SALE_FACTS, STORE_MONTHS

VOID_VALUE = Measure(
    name="void_value",
    label="Net value of voids",
    unit="money",
    meaning="Net sales of what was voided, so without tax; voids of an X or Z are with it. No other figure "
    "has it.",
    example=995,
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

CUSTOMERS = Distinct(
    name="customers",
    label="Customers",
    unit="count",
    meaning="How many different customers bought something, as far as they are known.",
    example=64,
)
NEW_CUSTOMERS = Distinct(
    name="new_customers",
    label="New customers",
    unit="count",
    meaning="How many of them had never bought in these stores before the period.",
    example=9,
)

COLUMNS: tuple[Column, ...] = (
    *SALES,
    VOIDS,
    VOID_VALUE,
    RETURNED_ITEMS,
    REFUND_COUNT,
    CUSTOMERS,
    NEW_CUSTOMERS,
    ITEMS_PER_ORDER,
    DEPOSITS,
    DUES_CREATED,
    DUES_PAID,
    PAYMENTS_NET,
)
_COLUMNS_OF_SALES = (*SALES, VOIDS, VOID_VALUE, RETURNED_ITEMS, REFUND_COUNT, DEPOSITS, DUES_CREATED)
_OF_SALES = measures_of(_COLUMNS_OF_SALES)
_COLUMNS = tuple(measure.sum or measure.name for measure in _OF_SALES)
_SALES = grouped(
    *(
        Grouping(source=source, keys={}, measures=_OF_SALES, columns=_COLUMNS)
        for source in (STORE_MONTHS, SALE_FACTS)
    )
)

_JOINED = Joined(keys=(), questions=(_SALES, ask_buyers, ask_money), measures=COLUMNS)


def ask_overview(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask for the one row, which is the whole too: how many customers there are does not follow from rows."""
    found = _JOINED(db, criteria)

    def row() -> Result:
        [whole] = found.read().rows
        return Result(rows=[whole], overall={**whole})

    return Pending(row)


OVERVIEW = Section(
    area="sales-summary",
    path="overview",
    title="Sales overview",
    meaning="The figures of the whole period in one row. From sales to money: total_collected + "
    "liabilities_sold + dues_paid - dues_created = payments_net.",
    keys=(),
    identity=(),
    columns=COLUMNS,
    question=ask_overview,
    sources=(SalesReports, ReportAccounts, ReportClosings),
    explanations={**explanations(SALE_FACTS, _COLUMNS_OF_SALES, {}), **EXPLAINED_BUYERS, **EXPLAINED_MONEY},
    has_first_reported=True,
    order="net_sales",
    filters=("register", "cashier", "customer", "channel"),
    chart=Chart(
        kind="waterfall",
        of=("gross_sales", "discounts", "returns", "net_sales", "tax", "tips", "rounding", "total_collected"),
        label="amount",
    ),
)
