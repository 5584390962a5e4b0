"""What a till did without a connection, as far as it differs from what would have been decided online."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

#: What a fact that was taken over from a till can carry. It is recorded all the same: the money moved.
FLAGS = (
    "stock_negative",
    "price_differs",
    "total_differs",
    "not_for_sale",
    "store_closed",
    "over_plan",
    "customer_unknown",
    "not_permitted",
    "late",
    "no_shift",
    "count_correction",
    "number_conflict",
    "clock_ahead",
    "very_late",
    "period_closed",
)
#: Its shift had been closed before it arrived.
LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offline:
    """Which device told of it, as which of its operations, and when; `told_at` is the time the till gave."""

    device_id: UUID
    seq: int
    received_at: datetime
    told_at: datetime
    flags: tuple[str, ...] = ()
