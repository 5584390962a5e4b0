"""The financial report: profit, taxes, money and what is owed."""

from projections.reports.section import Section
from projections.reports.sections.financial.cash_over_short import CASH_OVER_SHORT

#: In the order in which the document lists them.
FINANCIAL_REPORT: tuple[Section, ...] = (CASH_OVER_SHORT,)
