"""Shifts: a till's drawer from its opening float to its counted close."""

from domain.shifts.drawers import Drawer, NoOpenShift, Perpetual, ShiftNotOpen
from domain.shifts.shift import Denomination, Shift, ShiftStatus, TenderCount

__all__ = [
    "Denomination",
    "Drawer",
    "NoOpenShift",
    "Perpetual",
    "Shift",
    "ShiftNotOpen",
    "ShiftStatus",
    "TenderCount",
]
