"""The financial report: profit, taxes, money and what is owed."""

from projections.reports.section import Section

#: In the order in which the document lists them.
FINANCIAL_REPORT: tuple[Section, ...] = ()
