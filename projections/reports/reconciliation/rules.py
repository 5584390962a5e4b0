"""All checks of reports, in the order of their rules."""

from projections.base import Projection
from projections.reports.accounts import ReportAccounts
from projections.reports.drawers import ReportDrawers
from projections.reports.reconciliation.accounts import ACCOUNTS
from projections.reports.reconciliation.checks import Check
from projections.reports.reconciliation.drawers import DRAWERS
from projections.reports.reconciliation.files import FILES
from projections.reports.reconciliation.rollups import ROLLUPS
from projections.reports.reconciliation.sales import BRIDGE, LINES, TAXES
from projections.reports.reconciliation.stock import (
    BALANCES,
    CLOSING,
    SOLD,
    TAKEN_BACK,
    TOTALS,
    TRANSFERS,
)
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.stock import StockReports
from projections.stock.movements import StockMovements

CHECKS: tuple[Check, ...] = (
    LINES,
    *ROLLUPS,
    TOTALS,
    BRIDGE,
    DRAWERS,
    TAXES,
    SOLD,
    TAKEN_BACK,
    TRANSFERS,
    CLOSING,
    ACCOUNTS,
    BALANCES,
)
#: The rules by their names.
RULES: tuple[str, ...] = tuple(
    sorted({FILES.rule, *(check.rule for check in CHECKS)}, key=lambda rule: int(rule[1:]))
)
#: What follows the log and is compared; the rest is as far as the log.
SOURCES: tuple[type[Projection], ...] = (
    SalesReports,
    StockReports,
    StockMovements,
    ReportDrawers,
    ReportAccounts,
)
