"""What each register sold, with the shifts that were opened at it."""

from projections.reports.closings import ReportClosings
from projections.reports.columns import Column, Key, Measure
from projections.reports.drawers import ReportDrawers
from projections.reports.explaining import explanations
from projections.reports.grouped import Grouping, Joined, grouped
from projections.reports.groups import rows_of
from projections.reports.names import ReportNames, name_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Section
from projections.reports.sections.figures import SALES, measures_of
from projections.reports.sections.sales_summary.places import (
    JOIN_REGISTER,
    JOIN_STORE,
    REGISTER_NAME,
    STORE_NAME,
    is_place,
)
from projections.reports.sections.sales_summary.sources import DRAWER_FACTS, REGISTER_DAYS, SALE_FACTS

SHIFTS = Measure(
    name="shifts",
    label="Shifts",
    unit="count",
    meaning="How many shifts were opened at it, whatever was sold in them.",
    sum="CASE kind WHEN 'opening' THEN 1 END",
    example=26,
)
NO_SALES = Measure(
    name="no_sales",
    label="No sales",
    unit="count",
    meaning="How often its drawer was opened without a sale.",
    example=3,
)
_OF_DRAWERS = (SHIFTS, NO_SALES)
COLUMNS: tuple[Column, ...] = (*SALES, *_OF_DRAWERS)
_MEASURES = measures_of(SALES)

_SALES = grouped(
    *(
        Grouping(
            source=source,
            keys={"store_no": "store_no", "register_no": "register_no"},
            measures=_MEASURES,
            columns=("store_no", "register_no", *(one.name for one in _MEASURES)),
            labels={
                "register_id": "register.id",
                "name": REGISTER_NAME,
                "store_id": "store.id",
                "store": STORE_NAME,
            },
            joins=f"{JOIN_STORE}{JOIN_REGISTER}",
        )
        for source in (REGISTER_DAYS, SALE_FACTS)
    )
)
_DRAWERS = rows_of(
    Grouping(
        source=DRAWER_FACTS,
        keys={"store_id": "store_id", "register_id": "register_id"},
        measures=_OF_DRAWERS,
        columns=("store_id", "register_id", "kind", "no_sales"),
        labels={"name": name_of("register_id"), "store": name_of("store_id")},
    ).statement(),
    _OF_DRAWERS,
)

BY_REGISTER = Section(
    area="sales-summary",
    path="by-register",
    title="Sales by register",
    meaning="What each register sold, under the name that it had, and in a row without one for each store "
    "what it sold at none. Shifts count on the date on which they were opened, whatever the channel.",
    keys=(
        Key(name="register_id", label="Register id", unit="id", meaning="The register; null for none."),
        Key(name="name", label="Register", unit="text", meaning="What it is called.", example="Till 1"),
        Key(name="store_id", label="Store id", unit="id", meaning="Where it happened or belongs."),
        Key(name="store", label="Store", unit="text", meaning="What the store is called.", example="Harbour"),
    ),
    identity=("register_id", "store_id"),
    optional=("register_id",),
    columns=COLUMNS,
    question=Joined(
        keys=("register_id", "store_id"),
        questions=(_SALES, _DRAWERS),
        measures=COLUMNS,
    ),
    sources=(SalesReports, ReportDrawers, ReportNames, ReportClosings),
    explanations={
        **explanations(
            SALE_FACTS, SALES, {"register_id": is_place("register"), "store_id": is_place("store")}
        ),
        **explanations(
            DRAWER_FACTS,
            _OF_DRAWERS,
            {
                "register_id": "register_id = %(key_register_id)s::uuid",
                "store_id": "store_id = %(key_store_id)s::uuid",
            },
        ),
    },
    has_first_reported=True,
    order="-net_sales",
    filters=("channel",),
    chart=Chart(kind="bar", of=("net_sales",), label="name"),
)
