"""Packages: what the platform offers its companies, at which price and within which limits."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.errors import Conflict, Detail, NotAllowed
from domain.settings import Setting

BillingPeriod = Literal["monthly", "yearly", "none"]

MONTHS_IN: Mapping[str, int] = {"monthly": 1, "yearly": 12, "none": 0}
_MONTHS_IN_A_YEAR = 12


class PackageInactive(Conflict):
    """The package is not offered any more; companies that have it keep it."""

    code = "package_inactive"
    field = "package_id"
    remedy = "Choose a package that is offered, or activate this one first."


class PlanLimitReached(NotAllowed):
    """The company's package allows no more of these."""

    code = "plan_limit_reached"
    remedy = "Archive what is not needed any more, or take a larger package."


class LimitBelowUsage(Conflict):
    """More is used than the package would allow."""

    code = "limit_below_usage"
    remedy = "Choose a larger limit, or have what is too much archived first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many of each a company may have, or sell in a calendar month; None is no limit."""

    stores: int | None = None
    storages: int | None = None
    users: int | None = None
    products: int | None = None
    orders_per_month: int | None = None

    def of(self, resource: str) -> int | None:
        """The limit of one of RESOURCES."""
        limit: int | None = getattr(self, resource)
        return limit

    def changed(self, changes: Mapping[str, int | None]) -> "Limits":
        """These limits, except those that are said."""
        return replace(self, **changes)

    def check_usage(self, used: Mapping[str, int]) -> None:
        """Raise LimitBelowUsage, naming each limit that lies below what is used."""
        details = []
        for resource in RESOURCES:
            limit = self.of(resource)
            if limit is not None and used[resource] > limit:
                message = f"{limit} are allowed, {used[resource]} are used."
                details.append(Detail(f"limits.{resource}", LimitBelowUsage.code, message))
        if details:
            raise LimitBelowUsage(details=details)

    def narrowed(self, before: "Limits") -> "Limits":
        """Those of these limits that allow less than before; the others are left open."""
        return Limits(
            **{name: self.of(name) for name in RESOURCES if _is_less(self.of(name), before.of(name))}
        )


RESOURCES = tuple(field.name for field in fields(Limits))
_NAMES = {"orders_per_month": "sales a month"}


def _is_less(new: int | None, old: int | None) -> bool:
    return new is not None and (old is None or new < old)


def check_room(resource: str, limit: int, used: int, more: int = 1) -> None:
    """Raise PlanLimitReached when so many more of the resource may not be added to those that are used."""
    if used + more > limit:
        name = _NAMES.get(resource, resource)
        message = f"The company's package allows no more {name}: its limit is {limit}."
        if used < limit:
            message = f"The company's package allows {limit} {name}; there is no room for {more} more."
        detail = Detail(f"limits.{resource}", PlanLimitReached.code, f"{limit} are allowed, {used} are used.")
        raise PlanLimitReached(message, details=[detail])


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A package as a company is given it."""

    id: UUID
    name: str
    price: int
    billing_period: BillingPeriod
    trial_days: int
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Namesake:
    """A package that has a name already."""

    id: UUID
    name: str
    is_active: bool


class Package(Setting):
    """An offer that companies subscribe to. What is agreed of it later holds for all who have it, at once."""

    type_name = "packages.Package"
    kind = "packages"
    noun = "package"

    class Registered(Setting.Registered):
        """The platform offers one more package; `price`, in minor currency units, is for a billing period."""

        name: str
        description: str | None
        price: int
        currency: str
        billing_period: BillingPeriod
        trial_days: int
        limits: Limits
        features: tuple[str, ...]

    class Renamed(Setting.Revised):
        """The package is offered under another name."""

        name: str

    class Described(Setting.Revised):
        """The package is described in other words."""

        description: str | None

    class Repriced(Setting.Revised):
        """Later periods cost something else, or are of another length."""

        price: int
        currency: str
        billing_period: BillingPeriod

    class TrialAgreed(Setting.Revised):
        """Later companies may try it for another number of days."""

        trial_days: int

    class LimitsAgreed(Setting.Revised):
        """Its companies may have more or less of something."""

        limits: Limits

    class FeaturesListed(Setting.Revised):
        """The package is offered with other features."""

        features: tuple[str, ...]

    class Deactivated(Setting.Switched):
        """No further company can be given the package."""

        is_active = False

    class Activated(Setting.Switched):
        """Companies can be given the package again."""

        is_active = True


def month_around(moment: datetime, timezone: str) -> tuple[datetime, datetime]:
    """The calendar month of a moment by the clock of a time zone: its beginning, and that of the next."""
    zone = ZoneInfo(timezone)
    first = moment.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    later = months_after(first.replace(tzinfo=None), 1).replace(tzinfo=zone)
    return first.astimezone(UTC), later.astimezone(UTC)


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and time so many calendar months later, or the last day of a shorter month."""
    years, month = divmod(moment.month - 1 + months, _MONTHS_IN_A_YEAR)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
