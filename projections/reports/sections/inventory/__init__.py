"""The inventory report: what lies in storages, what it is worth, and what became of it."""

from projections.reports.section import Section

#: In the order in which the document lists them.
INVENTORY_REPORT: tuple[Section, ...] = ()
