"""Fiscal facts: what tax offices want to have stated, and never changed."""

from domain.fiscal.closing import Closing, closing_id
from domain.fiscal.figures import ClosedFigures, ClosedTax, ClosedTender, LateFigures, StorePerpetual
from domain.fiscal.periods import ClosingKind, FiscalPeriod
from domain.fiscal.sequence import ClosedPart, LastClosing, StoreToClose, closings_due, longer_periods_due

__all__ = [
    "ClosedFigures",
    "ClosedPart",
    "ClosedTax",
    "ClosedTender",
    "Closing",
    "ClosingKind",
    "FiscalPeriod",
    "LastClosing",
    "LateFigures",
    "StorePerpetual",
    "StoreToClose",
    "closing_id",
    "closings_due",
    "longer_periods_due",
]
