"""The financial report: profit, taxes, money and what is owed."""

from projections.reports.section import Section
from projections.reports.sections.financial.cash_over_short import CASH_OVER_SHORT
from projections.reports.sections.financial.liabilities import LIABILITIES
from projections.reports.sections.financial.margins import MARGINS
from projections.reports.sections.financial.payments import PAYMENTS
from projections.reports.sections.financial.profit_and_loss import PROFIT_AND_LOSS
from projections.reports.sections.financial.refunds import REFUNDS
from projections.reports.sections.financial.revenue import REVENUE
from projections.reports.sections.financial.taxes import TAX

#: In the order in which the document lists them.
FINANCIAL_REPORT: tuple[Section, ...] = (
    PROFIT_AND_LOSS,
    REVENUE,
    TAX,
    PAYMENTS,
    MARGINS,
    LIABILITIES,
    CASH_OVER_SHORT,
    REFUNDS,
)
