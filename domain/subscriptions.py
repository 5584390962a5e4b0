"""Subscriptions: what a company has of a package, until when, and what time makes of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from domain.errors import Detail, Invalid
from domain.packages import MONTHS_IN, Offer, months_after

SubscriptionStatus = Literal["trial", "active", "past_due", "expired"]

#: How long a company may go on after its trial or its period has ended.
GRACE = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What a company has of a package. Without an end, a period goes on until somebody ends it."""

    package_id: UUID
    status: SubscriptionStatus
    trial_ends_at: datetime | None = None
    period_ends_at: datetime | None = None
    overdue_since: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        """When time itself will change it: the trial or the period ends, or the days of grace do."""
        if self.status == "past_due":
            return self.overdue_since + GRACE if self.overdue_since else None
        return {"trial": self.trial_ends_at, "active": self.period_ends_at}.get(self.status)

    def overdue(self, since: datetime) -> "Subscription":
        """The same in its days of grace."""
        return replace(self, status="past_due", overdue_since=since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms a company is to have a package; what is not said follows from the package.

    `says_period_end` tells a period without an end from one of which nothing was said.
    """

    status: Literal["trial", "active"] | None = None
    trial_ends_at: datetime | None = None
    period_ends_at: datetime | None = None
    says_period_end: bool = False

    def applied(self, offer: Offer, current: Subscription | None, now: datetime) -> Subscription:
        """The subscription that comes of these terms. Raises Invalid.

        A company has its first package on trial, if there is one, and may try others until that is over;
        after that, packages begin with a period.
        """
        own = current if current is not None and current.package_id == offer.id else None
        status = self.status or self._implied()
        if status is None and own is not None:
            return own
        may_try = offer.trial_days > 0 and (current is None or current.status == "trial")
        if status == "trial" or (status is None and may_try):
            return self._trial(offer, own, now)
        return self._period(offer, own, now)

    def _implied(self) -> Literal["trial", "active"] | None:
        """What the dates say of the status."""
        if self.trial_ends_at is not None and self.says_period_end:
            raise _wrong("status", "required", "Say whether it is a trial or active.")
        if self.says_period_end:
            return "active"
        return "trial" if self.trial_ends_at is not None else None

    def _trial(self, offer: Offer, own: Subscription | None, now: datetime) -> Subscription:
        if self.period_ends_at is not None:
            raise _wrong("period_ends_at", "invalid", "A trial has no period.")
        ends_at = self.trial_ends_at
        if ends_at is None and own is not None and own.status == "trial":
            ends_at = own.trial_ends_at
        if ends_at is None and not offer.trial_days:
            raise _wrong("trial_ends_at", "required", "The package has no trial; say when this one ends.")
        ends_at = ends_at or now + timedelta(days=offer.trial_days)
        return Subscription(package_id=offer.id, status="trial", trial_ends_at=ends_at)

    def _period(self, offer: Offer, own: Subscription | None, now: datetime) -> Subscription:
        if self.trial_ends_at is not None:
            raise _wrong("trial_ends_at", "invalid", "What is active is no trial.")
        ends_at = self.period_ends_at
        if not self.says_period_end:
            if own is not None and own.status == "active":
                return own
            # Whoever pays within the days of grace has not paid late.
            begins_at = own.overdue_since if own and own.status == "past_due" else None
            ends_at = _period_end(offer, begins_at or now)
        return Subscription(package_id=offer.id, status="active", period_ends_at=ends_at)


def _period_end(offer: Offer, begins_at: datetime) -> datetime | None:
    """When a period that begins then is over; what costs nothing, or only once, has no end."""
    months = MONTHS_IN[offer.billing_period] if offer.price else 0
    return months_after(begins_at, months) if months else None


def _wrong(field: str, code: str, message: str) -> Invalid:
    return Invalid(details=[Detail(field, code, message)])
