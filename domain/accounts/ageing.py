"""Ageing: how long what is owed has been due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Ageing:
    """What is owed, in minor currency units: not due yet, for up to 30, 60 and 90 days, and for longer."""

    current: int = 0
    d30: int = 0
    d60: int = 0
    d90: int = 0
    older: int = 0


def age(dues: Iterable[tuple[date, int]], today: date) -> Ageing:
    """Sort what is owed, each with the last day on which it is paid in time, by how late it is."""
    sums = dict.fromkeys(("current", "d30", "d60", "d90", "older"), 0)
    for due_on, amount in dues:
        sums[_span((today - due_on).days)] += amount
    return Ageing(**sums)


def _span(days: int) -> str:
    if days <= 0:
        return "current"
    return next((f"d{most}" for most in (30, 60, 90) if days <= most), "older")
