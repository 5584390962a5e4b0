"""The inventory report: what lies in storages, what it is worth, and what became of it."""

from projections.reports.section import Section
from projections.reports.sections.inventory.movements import MOVEMENTS
from projections.reports.sections.inventory.valuation import VALUATION

#: In the order in which the document lists them.
INVENTORY_REPORT: tuple[Section, ...] = (VALUATION, MOVEMENTS)
