"""Who sees which report, and why one may not be answered."""

from collections.abc import Mapping

from api.reports.asking import AsOfInFuture, PageTooDeep, UnknownColumn
from domain.settings import OtherStore
from projections.reports.period import PeriodNotValid, RangeTooLong
from projections.reports.sections.inventory.ageing import BucketsNotValid

#: By report.
PERMISSIONS: Mapping[str, str] = {
    "sales-summary": "reports.sales.view",
    "inventory-report": "reports.inventory.view",
    "financial-report": "reports.financial.view",
}
REFUSALS = (
    PeriodNotValid,
    RangeTooLong,
    PageTooDeep,
    AsOfInFuture,
    UnknownColumn,
    OtherStore,
    BucketsNotValid,
)
