"""Where a shift is held: a register, its store and the rules of its company."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from domain.companies import Backdating
from domain.shifts.drawers import ShiftAlreadyOpen


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftPlace:
    """A register as a shift needs it; `over_short_limit` is in minor currency units, None for no limit."""

    register_id: UUID
    store_id: UUID
    timezone: str
    day_cut: time
    #: Whether register and store are in use.
    is_open: bool
    name: str
    store_name: str
    company_name: str
    tax_number: str | None
    currency: str
    backdating: Backdating
    over_short_limit: int | None
    #: Whether drawers are counted without knowing what they should hold.
    blind_close: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentShift:
    """The open shift of a register: who began it, and when."""

    username: str | None
    opened_at: datetime

    def refusal(self) -> ShiftAlreadyOpen:
        """What another shift is refused with."""
        who = self.username or "somebody"
        return ShiftAlreadyOpen(f"{who} has a shift open here since {self.opened_at:%Y-%m-%dT%H:%M:%SZ}.")
