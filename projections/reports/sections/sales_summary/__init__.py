"""The sales summary: what was sold, in total and by what sales are told apart by."""

from projections.reports.section import Section

#: In the order in which the document lists them.
SALES_SUMMARY: tuple[Section, ...] = ()
