"""What companies have and use of their packages, as decisions about them see it: held until they end.

A command that adds what is limited holds the company's row, so that one at a time sees how much there is;
nothing is counted in advance. A command that changes a package holds the package first, then its companies.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import LiteralString
from uuid import UUID

from domain.companies import PLATFORM_ID
from domain.packages import RESOURCES, Limits, Namesake, Offer, check_room, month_around
from domain.settings import name_key
from projections.base import Answer, Database, Row
from projections.packages import limits_of
from projections.users import ask_directory

Usage = Mapping[str, int]

_LIMITS: LiteralString = """
    SELECT stores, storages, users, products, orders_per_month
      FROM packages
     WHERE company_id = %(platform)s
       AND id = (SELECT package_id FROM companies WHERE company_id = %(company_id)s)
"""

_HOLD_COMPANY: LiteralString = """
    SELECT company_id FROM companies WHERE company_id = %(company_id)s FOR NO KEY UPDATE
"""

# Each count ends at the number that matters: null counts them all, 0 none.
_USAGE: LiteralString = """
    SELECT (SELECT count(*)
              FROM (SELECT FROM settings
                     WHERE company_id = %(company_id)s AND kind = 'stores' AND is_active AND NOT is_archived
                     LIMIT %(stores)s::bigint) AS open_stores) AS stores,
           (SELECT count(*)
              FROM (SELECT FROM settings
                     WHERE company_id = %(company_id)s AND kind = 'storages' AND is_active AND NOT is_archived
                     LIMIT %(storages)s::bigint) AS open_storages) AS storages,
           (SELECT count(*)
              FROM (SELECT FROM users
                     WHERE company_id = %(company_id)s AND is_active AND NOT is_archived
                     LIMIT %(users)s::bigint) AS people) AS users,
           (SELECT count(*)
              FROM (SELECT FROM products
                     WHERE company_id = %(company_id)s AND status <> 'archived'
                     LIMIT %(products)s::bigint) AS offered) AS products,
           (SELECT count(*)
              FROM (SELECT FROM orders
                     WHERE company_id = %(company_id)s AND recorded_at >= %(month_begins)s
                       AND recorded_at < %(month_ends)s AND series_number > 0
                     LIMIT %(orders_per_month)s::bigint) AS sold) AS orders_per_month
"""

_HOLD_PACKAGE: LiteralString = """
    SELECT id FROM packages WHERE company_id = %(company_id)s AND id = %(id)s FOR UPDATE
"""

# A package stays what it is while it is being given to a company; several may give it at a time.
_OFFER: LiteralString = """
    SELECT id, name, price, billing_period, trial_days, is_active, stores, storages, users, products,
           orders_per_month
      FROM packages
     WHERE company_id = %(company_id)s AND id = %(id)s AND NOT is_archived
       FOR SHARE
"""

_TRIAL: LiteralString = """
    SELECT id FROM packages
     WHERE company_id = %(company_id)s AND is_active AND NOT is_archived AND trial_days > 0
     ORDER BY currency <> %(currency)s, price, created_at, id
     LIMIT 1
"""

_SAME_NAME: LiteralString = """
    SELECT id, name, is_active FROM packages
     WHERE company_id = %(company_id)s AND name_key = %(name_key)s AND id <> %(id)s AND NOT is_archived
     ORDER BY id
"""

# Asked by the platform, which sees every company's row.
_SUBSCRIBERS: LiteralString = """
    SELECT company_id, timezone FROM companies
     WHERE %(company_id)s = '00000000-0000-4000-8000-000000000000' AND package_id = %(id)s
       AND status <> 'archived'
     ORDER BY company_id
"""

_FOUND_COMPANY: LiteralString = "SELECT found_company(%(company_id)s)"


def hold_company(db: Database) -> None:
    """Hold the company's row until the end, for which commands wait that add something limited or a user."""
    db.execute(_HOLD_COMPANY, {"company_id": db.company_id})


def ask_limits(db: Database) -> Answer:
    """Ask for the limits of the company's package, with the next round trip; without a package, no row."""
    return db.ask(_LIMITS, {"company_id": db.company_id, "platform": PLATFORM_ID})


def ask_usage(
    db: Database, timezone: str, moment: datetime, upto: Mapping[str, int] = MappingProxyType({})
) -> Answer:
    """Ask how much the company uses of each resource, counted no further than `upto`, else to the end.

    Sales are those that tills recorded in the calendar month of `moment`, by the clock of `timezone`; what
    was brought in from elsewhere counts for nothing.
    """
    begins, ends = month_around(moment, timezone)
    params = {"company_id": db.company_id, "month_begins": begins, "month_ends": ends}
    return db.ask(_USAGE, {**params, **dict.fromkeys(RESOURCES), **upto})


class PlanGuard:
    """What commands ask before they add what a package may limit."""

    def __init__(self, db: Database, now: datetime) -> None:
        self._db = db
        self._now = now

    def hold(self) -> None:
        """Let nobody else add what a package may limit until the end, from the next round trip on."""
        hold_company(self._db)

    def room(self, resource: str) -> int | None:
        """How many more of them fit as things stand; None without a limit. Nothing is held."""
        limit = self._limit(ask_limits(self._db), resource)
        return None if limit is None else limit - self._used(resource, limit)

    def check_room(self, resource: str, more: int = 1, *, counted: bool = False) -> None:
        """Raise PlanLimitReached unless one more store, storage, user or product fits; hold it so.

        `more` than one may be added, which are written already if they are `counted`.
        """
        limit = self._limit(ask_limits(self._db), resource)
        while limit is not None:
            self.hold()
            now_valid = ask_limits(self._db)
            used = self._used(resource, limit + more) - (more if counted else 0)
            if (agreed := self._limit(now_valid, resource)) == limit:
                check_room(resource, limit, used, more)
                return
            limit = agreed

    def check_orders(self, limit: int, timezone: str) -> None:
        """Raise PlanLimitReached unless one more sale fits into this month; hold it so."""
        self.hold()
        used = self._used("orders_per_month", limit, timezone)
        check_room("orders_per_month", limit, used)

    def _limit(self, answer: Answer, resource: str) -> int | None:
        row = answer.row()
        return row[resource] if row else None

    def _used(self, resource: str, limit: int, timezone: str = "UTC") -> int:
        upto = {**dict.fromkeys(RESOURCES, 0), resource: limit}
        row = ask_usage(self._db, timezone, self._now, upto).row()
        return row[resource] if row else 0


class PlatformGuard:
    """What commands ask of the platform's packages and companies."""

    def __init__(self, db: Database, now: datetime) -> None:
        self._db = db
        self._now = now

    def open_log(self) -> None:
        """Begin the log of the company that is decided about."""
        self._db.execute(_FOUND_COMPANY, {"company_id": self._db.company_id})

    def user_named(self, username: str) -> tuple[UUID, UUID] | None:
        """The company and the id of the user who signs in under this name, on the whole platform."""
        row = ask_directory(self._db, username).row()
        return (row["company_id"], row["user_id"]) if row else None

    def trial_package(self, currency: str) -> UUID | None:
        """The cheapest package that can be tried, rather one in this currency."""
        row = self._db.ask(_TRIAL, {"company_id": PLATFORM_ID, "currency": currency}).row()
        return row["id"] if row else None

    def hold_offer(self, package_id: UUID) -> tuple[Offer, bool] | None:
        """The package that is to be given, and whether it is active; it stays so until the end."""
        company_id = self._db.company_id
        self._db.enter(PLATFORM_ID)
        answer = self._db.ask(_OFFER, {"company_id": PLATFORM_ID, "id": package_id})
        self._db.enter(company_id)
        row = answer.row()
        return (_offer(row), row["is_active"]) if row else None

    def usage(self, timezone: str) -> Usage:
        """How much the company uses of each resource; nothing of what is limited is added until the end."""
        hold_company(self._db)
        return ask_usage(self._db, timezone, self._now).row() or {}

    def hold_package(self, package_id: UUID) -> None:
        """Give it to no further company until the end."""
        self._db.execute(_HOLD_PACKAGE, {"company_id": self._db.company_id, "id": package_id})

    def package_named(self, package_id: UUID, name: str) -> Namesake | None:
        """Another package that is not archived and has this name."""
        params = {"company_id": self._db.company_id, "id": package_id, "name_key": name_key(name)}
        row = self._db.ask(_SAME_NAME, params).row()
        return Namesake(**row) if row else None

    def has_subscribers(self, package_id: UUID) -> bool:
        """Whether companies have this package."""
        return bool(self._subscribers(package_id))

    def greatest_usage(self, package_id: UUID, limits: Limits) -> Usage:
        """The most that one of its companies uses of each resource with a limit; nothing is added to it."""
        own, used = self._db.company_id, []
        upto = {name: 0 for name in RESOURCES if limits.of(name) is None}
        for company in self._subscribers(package_id):
            self._db.enter(company["company_id"])
            hold_company(self._db)
            used.append(ask_usage(self._db, company["timezone"], self._now, upto))
        self._db.enter(own)
        return _greatest(row for answer in used if (row := answer.row()))

    def _subscribers(self, package_id: UUID) -> list[Row]:
        return self._db.ask(_SUBSCRIBERS, {"company_id": self._db.company_id, "id": package_id}).rows()


def _greatest(usages: Iterable[Usage]) -> dict[str, int]:
    greatest = dict.fromkeys(RESOURCES, 0)
    for usage in usages:
        greatest.update((name, max(usage[name], greatest[name])) for name in RESOURCES)
    return greatest


def _offer(row: Row) -> Offer:
    return Offer(
        id=row["id"],
        name=row["name"],
        price=row["price"],
        billing_period=row["billing_period"],
        trial_days=row["trial_days"],
        limits=limits_of(row),
    )
