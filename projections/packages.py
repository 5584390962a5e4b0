"""The platform's packages: its price list, which every company may read."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, LiteralString
from uuid import UUID

from domain.companies import PLATFORM_ID
from domain.entities import Entity, fields_of
from domain.packages import RESOURCES, Limits, Package
from domain.settings import Setting, name_key
from projections.base import Database, Fact, Projection, Row, facts_of
from projections.pages import BY_NAME_OR_TIME, PAGE, list_and_count


class Packages(Projection):
    """One row for each package, under the platform; a limit that is null is none."""

    name = "packages"
    version = 3
    mode = "inline"
    tables = ("packages",)
    # What a company may have is looked up in its package at the moment of each decision.
    shared_rows: ClassVar[Mapping[str, LiteralString]] = {"packages": "true"}
    events = facts_of(Package)
    schema = """
        CREATE TABLE packages (
            company_id       uuid NOT NULL,
            id               uuid NOT NULL,
            name             text NOT NULL,
            name_key         text NOT NULL,
            description      text,
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

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Insert what was registered, change what was agreed, switched or archived later."""
        for fact in facts:
            said = {name: getattr(fact.data, name) for name in fields_of(fact.event)}
            params: dict[str, Any] = dict.fromkeys((*fields_of(Package.Registered), "name_key", *RESOURCES))
            params.update(said, company_id=db.company_id, id=fact.stream_id, version=fact.version, at=fact.at)
            params["position"] = fact.position
            if "name" in said:
                params["name_key"] = name_key(said["name"])
            if "features" in said:
                params["features"] = list(said["features"])
            if "limits" in said:
                params.update((name, getattr(said["limits"], name)) for name in RESOURCES)
            params["describes"] = "description" in said
            params["limits"] = "limits" in said
            switched = issubclass(fact.event, Setting.Switched)
            params["is_active"] = fact.event.is_active if switched else None  # type: ignore[attr-defined]
            params["is_archived"] = issubclass(fact.event, Entity.Archived)
            db.execute(_INSERT if issubclass(fact.event, Entity.Registered) else _UPDATE, params)


_INSERT: LiteralString = """
    INSERT INTO packages (company_id, id, name, name_key, description, price, currency, billing_period,
                          trial_days, stores, storages, users, products, orders_per_month, features,
                          is_active, is_archived, version, created_at, updated_at, clash)
    VALUES (%(company_id)s, %(id)s, %(name)s, %(name_key)s, %(description)s, %(price)s, %(currency)s,
            %(billing_period)s, %(trial_days)s, %(stores)s, %(storages)s, %(users)s, %(products)s,
            %(orders_per_month)s, %(features)b::text[], true, false, %(version)s, %(at)s, %(at)s,
            CASE WHEN %(position)s > 0
                  AND EXISTS (SELECT FROM packages AS earlier
                               WHERE earlier.company_id = %(company_id)s AND earlier.name_key = %(name_key)s
                                 AND earlier.clash = 0 AND NOT earlier.is_archived)
                 THEN %(position)s ELSE 0 END)
"""

# What an event does not name stays as it is.
_UPDATE: LiteralString = """
    UPDATE packages
       SET name = coalesce(%(name)s::text, name),
           clash = CASE WHEN %(name_key)s::text IS NULL THEN clash
                        WHEN %(position)s > 0
                         AND EXISTS (SELECT FROM packages AS other
                                      WHERE other.company_id = %(company_id)s
                                        AND other.name_key = %(name_key)s::text
                                        AND other.clash = 0 AND NOT other.is_archived AND other.id <> %(id)s)
                        THEN %(position)s ELSE 0 END,
           name_key = coalesce(%(name_key)s::text, name_key),
           description = CASE WHEN %(describes)s::bool THEN %(description)s::text ELSE description END,
           price = coalesce(%(price)s::bigint, price),
           currency = coalesce(%(currency)s::text, currency),
           billing_period = coalesce(%(billing_period)s::text, billing_period),
           trial_days = coalesce(%(trial_days)s::bigint, trial_days),
           stores = CASE WHEN %(limits)s::bool THEN %(stores)s::bigint ELSE stores END,
           storages = CASE WHEN %(limits)s::bool THEN %(storages)s::bigint ELSE storages END,
           users = CASE WHEN %(limits)s::bool THEN %(users)s::bigint ELSE users END,
           products = CASE WHEN %(limits)s::bool THEN %(products)s::bigint ELSE products END,
           orders_per_month = CASE WHEN %(limits)s::bool THEN %(orders_per_month)s::bigint
                                   ELSE orders_per_month END,
           features = coalesce(%(features)b::text[], features),
           is_active = coalesce(%(is_active)s::bool, is_active),
           is_archived = %(is_archived)s::bool,
           version = %(version)s,
           updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

# ORDER BY follows one of the sort keys; there are some dozens of packages.
_FILTER: LiteralString = """
       company_id = %(company_id)s
       AND coalesce(%(status)s::text, 'all') IN (
               'all', CASE WHEN is_archived THEN 'archived' WHEN is_active THEN 'active' ELSE 'inactive' END)
       AND (NOT is_archived OR %(status)s::text IN ('archived', 'all'))
       AND NOT EXISTS (SELECT FROM unnest(%(words)b::text[]) AS wanted(word)
                        WHERE position(word IN name_key || ' ' || lower(coalesce(description, ''))) = 0)
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
        words=name_key(search).split() if search else [],
        sort=sort,
    )


def find_package(db: Database, package_id: UUID) -> Row | None:
    """The package of that id, archived or not."""
    return db.ask(_FIND, {"company_id": PLATFORM_ID, "id": package_id}).row()


def limits_of(row: Mapping[str, Any]) -> Limits:
    """The limits that stand in a row."""
    return Limits(**{name: row[name] for name in RESOURCES})
