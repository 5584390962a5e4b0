"""Shifts: a till's drawer from its opening float to its counted close."""

from domain.shifts.drawers import (
    Drawer,
    LogHead,
    NoOpenShift,
    ShiftAlreadyOpen,
    ShiftNotOpen,
    shift_at,
)
from domain.shifts.perpetual import Perpetual
from domain.shifts.place import CurrentShift, ShiftPlace
from domain.shifts.shift import Denomination, Shift, ShiftStatus, TenderCount

__all__ = [
    "CurrentShift",
    "Denomination",
    "Drawer",
    "LogHead",
    "NoOpenShift",
    "Perpetual",
    "Shift",
    "ShiftAlreadyOpen",
    "ShiftNotOpen",
    "ShiftPlace",
    "ShiftStatus",
    "TenderCount",
    "shift_at",
]
