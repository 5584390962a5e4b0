"""Refunds: what came back, by cashier, product, day or store."""

from typing import LiteralString

from projections.reports.closings import ReportClosings
from projections.reports.names import ReportNames
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Section
from projections.reports.sections.financial.behind import facts_behind, in_group
from projections.reports.sections.financial.refund_figures import AFTER_PERIOD, FIGURES, KEYS, WITHIN_PERIOD
from projections.reports.sections.financial.refunds import (
    IN_ROW,
    PARTS,
    REFUND_AMOUNTS,
    REFUND_FACTS,
    ask_refunds,
)

_GROUPS: tuple[LiteralString, ...] = ("cashier", "product", "day", "store")
_COLUMNS = tuple(one for one in FIGURES if one not in {WITHIN_PERIOD, AFTER_PERIOD})
_NAMES = {one.name for one in _COLUMNS}

REFUNDS = Section(
    area="sales-summary",
    path="refunds",
    title="Refunds",
    meaning="What came back and what was paid for it, on the date and by the store that paid it. Why it was "
    "given back is private, and stands with each refund alone. A refund of several products is in the row of "
    "each, with what tips and rounding it had in a row of none.",
    keys=tuple(one for one in KEYS if one.name != "tender"),
    identity=("cashier_id", "product_id", "business_date", "store_id"),
    parts={group: PARTS[group] for group in _GROUPS},
    optional=("cashier_id", "product_id"),
    columns=_COLUMNS,
    question=ask_refunds,
    sources=(SalesReports, ReportNames, ReportClosings),
    explanations=facts_behind(
        REFUND_FACTS,
        {name: amount for name, amount in REFUND_AMOUNTS.items() if name in _NAMES},
        in_group({group: IN_ROW[group] for group in _GROUPS}),
    ),
    has_first_reported=True,
    order="-refunded",
    filters=("cashier", "channel"),
    groups=_GROUPS,
    chart=Chart(
        kind="bar", of=("refunded",), label="cashier", other_labels=("product", "business_date", "store")
    ),
)
