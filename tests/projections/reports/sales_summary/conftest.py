"""The trade of the financial report, of which the sales summary tells too."""

from tests.projections.reports.financial.conftest import books, trade

__all__ = ["books", "trade"]
