"""Slips: what a till prints on a strip of paper, declared once and written as HTML, PDF and ESC/POS."""

from api.slips.formats import FORMATS
from api.slips.model import PAPERS, Block, Code, Fact, Item, Paper, Rule, Slip, Sum, Table, Text

__all__ = [
    "FORMATS",
    "PAPERS",
    "Block",
    "Code",
    "Fact",
    "Item",
    "Paper",
    "Rule",
    "Slip",
    "Sum",
    "Table",
    "Text",
]
