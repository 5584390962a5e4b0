"""The stock ledger: every movement of goods, line by line, and the balance each one left."""

from projections.stock.movements.model import StockMovements
from projections.stock.movements.moments import ask_place
from projections.stock.movements.pages import END, list_movements
from projections.stock.movements.rows import LINES_PER_EVENT, TYPES

__all__ = ["END", "LINES_PER_EVENT", "TYPES", "StockMovements", "ask_place", "list_movements"]
