"""The inventory report: what lies in storages, what it is worth, and what became of it."""

from projections.reports.section import Section
from projections.reports.sections.inventory.ageing import AGEING
from projections.reports.sections.inventory.by_supplier import BY_SUPPLIER
from projections.reports.sections.inventory.dead_stock import DEAD_STOCK
from projections.reports.sections.inventory.low_stock import LOW_STOCK
from projections.reports.sections.inventory.movements import MOVEMENTS
from projections.reports.sections.inventory.shrinkage import SHRINKAGE
from projections.reports.sections.inventory.stock_on_hand import STOCK_ON_HAND
from projections.reports.sections.inventory.turnover import TURNOVER
from projections.reports.sections.inventory.valuation import VALUATION

#: In the order in which the document lists them.
INVENTORY_REPORT: tuple[Section, ...] = (
    STOCK_ON_HAND,
    VALUATION,
    MOVEMENTS,
    LOW_STOCK,
    AGEING,
    TURNOVER,
    DEAD_STOCK,
    SHRINKAGE,
    BY_SUPPLIER,
)
