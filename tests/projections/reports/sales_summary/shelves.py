"""A shop whose categories, and names of all kinds, are known too."""

from typing import ClassVar

from projections.base import Projection
from projections.reports.names import ReportNames
from projections.reports.sales.sales_reports import SalesReports
from tests.projections.shop import Shop


class Shelves(Shop):
    """A shop whose categories are known too."""

    MODELS: ClassVar[tuple[Projection, ...]] = (SalesReports(), ReportNames())

    def fold_all(self) -> int:
        """Let both read models take in the whole log, and say where it ends."""
        facts = self.facts()
        with self.work() as opened:
            for model in self.MODELS:
                model.apply([fact for fact in facts if fact.event in model.events], opened)
        return facts[-1].position
