"""What a till did without a connection, as far as it differs from what would have been decided online."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.companies import Backdating

#: What a fact that was taken over from a till can carry. It is recorded all the same: the money moved.
FLAGS = (
    "stock_negative",
    "price_differs",
    "total_differs",
    "not_for_sale",
    "store_closed",
    "over_plan",
    "customer_unknown",
    "insufficient_credit",
    "credit_limit_exceeded",
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
#: How far the clock of a till may be ahead, and how old what it tells of may be.
CLOCK_AHEAD, OLDEST = timedelta(minutes=10), timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offline:
    """Which device told of it, as which of its operations, and when; `told_at` is the time the till gave."""

    device_id: UUID
    seq: int
    received_at: datetime
    told_at: datetime
    flags: tuple[str, ...] = ()


def flags_of_clock(told_at: datetime, day: date, now: datetime, limits: Backdating) -> list[str]:
    """Why the moment that a till told, on that business date, cannot stand; now is taken instead."""
    flags = []
    if told_at > now + CLOCK_AHEAD:
        flags.append("clock_ahead")
    if told_at < max(now - OLDEST, limits.founded_at - CLOCK_AHEAD):
        flags.append("very_late")
    if limits.books_closed_until and day <= limits.books_closed_until:
        flags.append("period_closed")
    return flags


def in_order(flags: Collection[str]) -> tuple[str, ...]:
    """Each flag once, in the order of `FLAGS`."""
    return tuple(flag for flag in FLAGS if flag in flags)
