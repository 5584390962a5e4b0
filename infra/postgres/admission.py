"""Whom the database lets in, and to what beside tables: functions, schemas, temporary tables."""

from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from infra.postgres.installation import DatabaseUnfit, Installation

#: Functions that only workers call; the others both roles call.
FOR_WORKERS = frozenset(
    {
        "hold_log",
        "begin_epoch",
        "drop_log_lines",
        "begin_incoming_log",
        "fill_log",
        "open_incoming_log",
        "drop_incoming_log",
    }
)

_FUNCTIONS: LiteralString = """
    SELECT proc.proname, pg_get_function_identity_arguments(proc.oid),
           ARRAY(SELECT CASE grantee WHEN 0 THEN '' ELSE pg_get_userbyid(grantee)::text END
                   FROM aclexplode(coalesce(proc.proacl, acldefault('f', proc.proowner))))
      FROM pg_proc AS proc WHERE proc.pronamespace = to_regnamespace(quote_ident(%(schema)s))
     ORDER BY proc.proname
"""

_USAGE: LiteralString = "SELECT has_schema_privilege(%(role)s, %(schema)s, 'USAGE')"

# Alone is an installation where no other program has a table; what belongs to extensions does not count.
_DATABASE: LiteralString = """
    SELECT datname,
           pg_has_role(datdba, 'USAGE') AS is_ours,
           NOT EXISTS (
               SELECT FROM pg_class AS class JOIN pg_namespace AS space ON space.oid = class.relnamespace
                WHERE space.nspname <> ALL (%(schemas)s::text[])
                  AND space.nspname !~ '^pg_' AND space.nspname <> 'information_schema'
                  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = class.oid AND deptype = 'e')
           ) AS is_alone,
           has_database_privilege(%(app)s, oid, 'CONNECT'),
           has_database_privilege(%(worker)s, oid, 'CONNECT'),
           has_database_privilege(%(app)s, oid, 'TEMPORARY'),
           has_database_privilege(%(worker)s, oid, 'TEMPORARY')
      FROM pg_database WHERE datname = current_database()
"""


class RightMissing(DatabaseUnfit):
    """{role} lacks {right} on the database {name}: `mipos migrate --print-roles` says what to run."""


def admit(connection: psycopg.Connection[Any], installation: Installation) -> list[str]:
    """Let both roles in, and call what they need. Returns what is not ours to change; raises RightMissing."""
    for statement in [*_on_functions(connection, installation), *_on_schemas(connection, installation)]:
        connection.execute(statement)
    return _on_database(connection, installation)


def _on_functions(connection: psycopg.Connection[Any], installation: Installation) -> Iterator[sql.Composed]:
    for name, arguments, callers in connection.execute(
        _FUNCTIONS, {"schema": installation.schema}
    ).fetchall():
        function = sql.SQL("{}({})").format(sql.Identifier(installation.schema, name), sql.SQL(arguments))
        callable_by = {installation.worker} if name in FOR_WORKERS else set(installation.roles)
        if "" in callers:
            yield sql.SQL("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC").format(function)
        if installation.app in callers and installation.app not in callable_by:
            revoked = sql.SQL("REVOKE EXECUTE ON FUNCTION {} FROM {}")
            yield revoked.format(function, sql.Identifier(installation.app))
        for role in sorted(callable_by - set(callers)):
            yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(function, sql.Identifier(role))


def _on_schemas(connection: psycopg.Connection[Any], installation: Installation) -> Iterator[sql.Composed]:
    usages = [(installation.schema, role) for role in installation.roles]
    for schema, role in [*usages, (installation.next_schema, installation.worker)]:
        if connection.execute(_USAGE, {"schema": schema, "role": role}).fetchall() != [(True,)]:
            statement = sql.SQL("GRANT USAGE ON SCHEMA {} TO {}")
            yield statement.format(sql.Identifier(schema), sql.Identifier(role))


def _on_database(connection: psycopg.Connection[Any], installation: Installation) -> list[str]:
    """Let both roles in, and only the workers make temporary tables, as far as the database is ours."""
    params = {"schemas": list(installation.schemas), "app": installation.app, "worker": installation.worker}
    [row] = connection.execute(_DATABASE, params).fetchall()
    name, is_ours, is_alone, app_enters, worker_enters, app_stages, worker_stages = row
    database = sql.Identifier(name)
    if app_stages and is_ours and is_alone:
        connection.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
        [row] = connection.execute(_DATABASE, params).fetchall()
        *_, app_stages, worker_stages = row
    for role, right, has_it in (
        (installation.app, "CONNECT", app_enters),
        (installation.worker, "CONNECT", worker_enters),
        (installation.worker, "TEMPORARY", worker_stages),
    ):
        if has_it:
            continue
        if not is_ours:
            raise RightMissing(role=role, right=right, name=name)
        statement = sql.SQL("GRANT {} ON DATABASE {} TO {}")
        connection.execute(statement.format(sql.SQL(right), database, sql.Identifier(role)))
    return [_OPEN_TO_ALL.format(name=name, app=installation.app)] if app_stages else []


_OPEN_TO_ALL = (
    "Everybody may make temporary tables in the database {name}, {app} too, which needs none: "
    "`mipos migrate --print-roles` says how to take that right away."
)
