"""The platform's packages: its price list, which every company may read."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, ClassVar, LiteralString
from uuid import UUID

from domain.companies import PLATFORM_ID
from domain.packages import RESOURCES, Limits, Package
from domain.settings import name_key
from projections.base import Database, Projection, Row
from projections.pages import BY_NAME_OR_TIME, PAGE, list_and_count
from projections.search.within import bare_words, has_all, joined_words

_OF_PACKAGE: LiteralString = """
           (company_id, id, name, name_key, name_words, description, description_words, price, currency,
            billing_period, trial_days, stores,
            storages, users, products, orders_per_month, features, is_active, is_archived, version,
            created_at, updated_at, clash)
    VALUES (%(company_id)s, %(stream_id)s, %(name)s, %(name_key)s, %(name_words)s, %(description)s,
            %(description_words)s, %(price)s, %(currency)s,
            %(billing_period)s, %(trial_days)s, %(stores)s, %(storages)s, %(users)s, %(products)s,
            %(orders_per_month)s, %(features)b::text[], true, false, %(version)s, %(at)s, %(at)s,
"""

# A cluster takes no query among the values of what all of its nodes have.
_REGISTER_NEW: LiteralString = f"INSERT INTO packages {_OF_PACKAGE} 0)"

_REGISTER_RECORDED: LiteralString = f"""
    INSERT INTO packages {_OF_PACKAGE}
            CASE WHEN EXISTS (SELECT FROM packages AS earlier
                               WHERE earlier.company_id = %(company_id)s AND earlier.name_key = %(name_key)s
                                 AND earlier.clash = 0 AND NOT earlier.is_archived)
                 THEN %(position)s ELSE 0 END)
"""


class Packages(Projection):
    """One row for each package, under the platform; a limit that is null is none."""

    name = "packages"
    version = 5
    mode = "inline"
    tables = ("packages",)
    # What a company may have is looked up in its package at the moment of each decision.
    shared_rows: ClassVar[Mapping[str, LiteralString]] = {"packages": "true"}
    on_recorded = {Package.Registered: _REGISTER_RECORDED}
    on = {
        Package.Registered: _REGISTER_NEW,
        Package.Renamed: """
            UPDATE packages
               SET name = %(name)s, name_key = %(name_key)s, name_words = %(name_words)s,
                   clash = CASE WHEN %(position)s > 0
                                 AND EXISTS (SELECT FROM packages AS other
                                              WHERE other.company_id = %(company_id)s
                                                AND other.name_key = %(name_key)s AND other.clash = 0
                                                AND NOT other.is_archived AND other.id <> %(stream_id)s)
                                THEN %(position)s ELSE 0 END,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Package.Described: """
            UPDATE packages
               SET description = %(description)s, description_words = %(description_words)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Package.Repriced: """
            UPDATE packages
               SET price = %(price)s, currency = %(currency)s, billing_period = %(billing_period)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Package.TrialAgreed: """
            UPDATE packages SET trial_days = %(trial_days)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Package.LimitsAgreed: """
            UPDATE packages
               SET stores = %(stores)s, storages = %(storages)s, users = %(users)s, products = %(products)s,
                   orders_per_month = %(orders_per_month)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Package.FeaturesListed: """
            UPDATE packages
               SET features = %(features)b::text[], version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Package.Deactivated: """
            UPDATE packages SET is_active = false, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Package.Activated: """
            UPDATE packages SET is_active = true, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Package.Archived: """
            UPDATE packages SET is_archived = true, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
    }
    derives = {
        "name_key": (name_key, "name"),
        "name_words": (joined_words, "name"),
        "description_words": (joined_words, "description"),
        **{name: (attrgetter(name), "limits") for name in RESOURCES},
    }
    schema = """
        CREATE TABLE packages (
            company_id       uuid NOT NULL,
            id               uuid NOT NULL,
            name             text NOT NULL,
            name_key         text NOT NULL,
            name_words       text NOT NULL,
            description      text,
            description_words text NOT NULL,
            price            bigint NOT NULL,
            currency         text NOT NULL,
            billing_period   text NOT NULL,
            trial_days       bigint NOT NULL,
            stores           bigint,
            storages         bigint,
            users            bigint,
            products         bigint,
            orders_per_month bigint,
            features         text[] NOT NULL,
            is_active        boolean NOT NULL,
            is_archived      boolean NOT NULL,
            version          bigint NOT NULL,
            created_at       timestamptz NOT NULL,
            updated_at       timestamptz NOT NULL,
            clash            bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (company_id, id)
        );
        CREATE UNIQUE INDEX packages_name ON packages (company_id, name_key, clash) WHERE NOT is_archived;
    """


# ORDER BY follows one of the sort keys; there are some dozens of packages.
_FILTER: LiteralString = f"""
       company_id = %(company_id)s
       AND coalesce(%(status)s::text, 'all') IN (
               'all', CASE WHEN is_archived THEN 'archived' WHEN is_active THEN 'active' ELSE 'inactive' END)
       AND (NOT is_archived OR %(status)s::text IN ('archived', 'all'))
       AND (%(search)s::text IS NULL OR {has_all("name_words || ' ' || description_words")}
            OR position(%(search)s::text IN name_key) > 0)
"""
_LIST: LiteralString = f"""
    SELECT * FROM packages
     WHERE {_FILTER}
     ORDER BY {BY_NAME_OR_TIME},
              CASE %(sort)s::text WHEN 'price' THEN price END,
              CASE %(sort)s::text WHEN '-price' THEN price END DESC,
              id
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM packages WHERE {_FILTER}"

_FIND: LiteralString = "SELECT * FROM packages WHERE company_id = %(company_id)s AND id = %(id)s"


def list_packages(
    db: Database, *, page: int, limit: int, sort: str, status: str | None = None, search: str | None = None
) -> tuple[list[Row], int]:
    """One page of packages and how many there are; without a `status` all but the archived; `all` are all.

    Every word of `search` must stand in the name or the description.
    """
    return list_and_count(
        db,
        _LIST,
        _COUNT,
        page=page,
        limit=limit,
        company_id=PLATFORM_ID,
        status=status,
        search=name_key(search) if search else None,
        bare=bare_words(search or ""),
        sort=sort,
    )


def find_package(db: Database, package_id: UUID) -> Row | None:
    """The package of that id, archived or not."""
    return db.ask(_FIND, {"company_id": PLATFORM_ID, "id": package_id}).row()


def limits_of(row: Mapping[str, Any]) -> Limits:
    """The limits that stand in a row."""
    return Limits(**{name: row[name] for name in RESOURCES})
