"""Packages and companies in memory, and what a package leaves room for."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from domain.catalog.products import Product
from domain.companies import PLATFORM_ID, Company
from domain.orders import Order
from domain.packages import RESOURCES, Limits, Namesake, Offer, Package, check_room, month_around
from domain.settings import name_key
from domain.storages import Storage
from domain.stores import Store
from domain.users import User
from tests.commands.memory.users import user_named
from tests.commands.memory.world import World


def usage_of(world: World, company_id: UUID, timezone: str, now: datetime) -> dict[str, int]:
    """How much a company uses of each resource."""
    begins, ends = month_around(now, timezone)
    return {
        "stores": sum(one.is_active and not one.is_archived for one in world.all(company_id, Store)),
        "storages": sum(one.is_active and not one.is_archived for one in world.all(company_id, Storage)),
        "users": sum(one.is_active for one in world.all(company_id, User)),
        "products": sum(not one.is_archived for one in world.all(company_id, Product)),
        "orders_per_month": sum(begins <= one.created_on < ends for one in world.all(company_id, Order)),
    }


class MemoryPlan:
    """A company's package, and how much of it is used."""

    def __init__(self, world: World, company_id: UUID, now: datetime) -> None:
        self._world = world
        self._company_id = company_id
        self._now = now

    def hold(self) -> None:
        """Nobody else decides meanwhile."""

    def room(self, resource: str) -> int | None:
        limit = self._world.limits_of(self._company_id).of(resource)
        return None if limit is None else limit - self._used(resource)

    def check_room(self, resource: str, more: int = 1, *, counted: bool = False) -> None:
        limit = self._world.limits_of(self._company_id).of(resource)
        if limit is not None:
            check_room(resource, limit, self._used(resource) - (more if counted else 0), more)

    def check_orders(self, limit: int, timezone: str) -> None:
        check_room("orders_per_month", limit, self._used("orders_per_month", timezone))

    def _used(self, resource: str, timezone: str = "UTC") -> int:
        return usage_of(self._world, self._company_id, timezone, self._now)[resource]


class MemoryPlatform:
    """Packages, companies and everybody's user names."""

    def __init__(self, world: World, company_id: UUID, now: datetime) -> None:
        self._world = world
        self._company_id = company_id
        self._now = now

    def open_log(self) -> None:
        """A log is there as soon as something is in it."""

    def user_named(self, username: str) -> tuple[UUID, UUID] | None:
        return user_named(self._world, username)

    def trial_package(self, currency: str) -> UUID | None:
        offers = [
            (one.values["currency"] != currency, one.values["price"], one.created_on, one.id)
            for one in self._world.all(PLATFORM_ID, Package)
            if one.is_active and not one.is_archived and one.values["trial_days"]
        ]
        return min(offers)[-1] if offers else None

    def hold_offer(self, package_id: UUID) -> tuple[Offer, bool] | None:
        package = self._world.find(PLATFORM_ID, package_id)
        if not isinstance(package, Package) or package.is_archived:
            return None
        names = ("name", "price", "billing_period", "trial_days", "limits")
        return Offer(id=package.id, **{name: package.values[name] for name in names}), package.is_active

    def usage(self, timezone: str) -> Mapping[str, int]:
        return usage_of(self._world, self._company_id, timezone, self._now)

    def hold_package(self, package_id: UUID) -> None:
        """Nobody else decides meanwhile."""

    def package_named(self, package_id: UUID, name: str) -> Namesake | None:
        for one in self._world.all(PLATFORM_ID, Package):
            is_other = one.id != package_id and not one.is_archived
            if is_other and name_key(one.values["name"]) == name_key(name):
                return Namesake(id=one.id, name=one.values["name"], is_active=one.is_active)
        return None

    def has_subscribers(self, package_id: UUID) -> bool:
        return bool(self._subscribers(package_id))

    def greatest_usage(self, package_id: UUID, limits: Limits) -> Mapping[str, int]:
        used = [
            usage_of(self._world, company.id, company.values["timezone"], self._now)
            for company in self._subscribers(package_id)
        ]
        limited = [name for name in RESOURCES if limits.of(name) is not None]
        greatest = {name: max((one[name] for one in used), default=0) for name in limited}
        return {**dict.fromkeys(RESOURCES, 0), **greatest}

    def _subscribers(self, package_id: UUID) -> list[Company]:
        companies = [self._world.company(company_id) for company_id in list(self._world.logs)]
        return [
            company
            for company in companies
            if company
            and company.subscription
            and company.subscription.package_id == package_id
            and not company.is_archived
        ]
