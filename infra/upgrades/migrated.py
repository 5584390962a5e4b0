"""Whether a database is what this version needs: asked by whoever uses it and may not migrate it."""

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import errors

from infra.postgres.definitions import digest_of, inline_digest
from infra.postgres.installation import DatabaseUnfit
from infra.postgres.server_checks import check_server
from infra.upgrades.migrations import (
    APPLIED,
    FUNCTIONS,
    MIGRATIONS,
    REHASH,
    digest_of_text,
    functions_in,
    refuse_newer,
)
from projections.base import Projection

_DEFINED: LiteralString = "SELECT name, digest FROM projection_models"

_DECLARED: LiteralString = "SELECT inline_models, current_schema() FROM installation"

# Whoever is a worker too would see what workers see.
_IS_KEPT_APART: LiteralString = """
    SELECT row_security_active('events') AND NOT EXISTS (
        SELECT FROM pg_policy, unnest(polroles) AS role
         WHERE polrelid = 'events'::regclass AND polname = 'every_company' AND pg_has_role(role, 'MEMBER'))
"""

_NOT_OURS = (errors.UndefinedTable, errors.UndefinedColumn, errors.InsufficientPrivilege)


class NotMigrated(DatabaseUnfit):
    """The database is not what this version of MIPOS needs: run `mipos migrate`."""


class AppTooMighty(DatabaseUnfit):
    """The web server would see every company as {user}: name another user in MIPOS_APP_DATABASE_URL."""


def check_migrated(conninfo: str, projections: Iterable[Projection], *, as_app: bool = False) -> list[str]:
    """See that a database can be used by this version, changing nothing; `conninfo` leads to a lesser role.

    Returns, in sentences, what an operator should know. Raises ServerTooOld and DatabaseUnfit.
    """
    models = tuple(projections)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        notes = check_server(connection)
        try:
            if not _is_of_this_version(connection, models):
                raise NotMigrated
            [(is_kept_apart,)] = connection.execute(_IS_KEPT_APART).fetchall()
        except _NOT_OURS:
            raise NotMigrated from None
        if as_app and not is_kept_apart:
            raise AppTooMighty(user=connection.info.user)
    return notes


def pending_migrations(connection: psycopg.Connection[Any]) -> list[str]:
    """What `mipos migrate` would still apply, by name. Raises NewerDatabase."""
    applied: dict[str, str | None] = dict(connection.execute(APPLIED).fetchall())
    refuse_newer(applied)
    [(_, schema)] = connection.execute(_DECLARED).fetchall()
    others = [
        name
        for name, file in FUNCTIONS.items()
        if applied.get(name) != digest_of_text(functions_in(file, schema))
    ]
    return [name for name in (*MIGRATIONS, REHASH) if name not in applied] + others


def _is_of_this_version(connection: psycopg.Connection[Any], models: Sequence[Projection]) -> bool:
    if pending_migrations(connection):
        return False
    defined: dict[str, str] = dict(connection.execute(_DEFINED).fetchall())
    [(declared, _)] = connection.execute(_DECLARED).fetchall()
    return declared == inline_digest(models) and all(
        defined.get(model.name) == digest_of(model) for model in models
    )
