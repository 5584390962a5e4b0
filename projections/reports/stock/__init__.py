"""Stock as reports add it up: what came and went, when what is there was received, what is promised."""

from projections.reports.stock.model import StockReports

__all__ = ["StockReports"]
