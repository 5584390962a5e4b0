"""Rights and policies put in force: compared with what should hold, and changed only where it differs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from infra.installation import DatabaseUnfit, Installation
from infra.rights import ALL_ROWS, Rights, rights_of
from projections.base import Projection

#: Functions that only workers call; the others both roles call.
FOR_WORKERS = frozenset({"hold_log"})

_TABLES: LiteralString = """
    SELECT class.relname, class.relrowsecurity,
           (SELECT array_agg(privilege_type) FROM aclexplode(class.relacl)
             WHERE grantee = to_regrole(quote_ident(%(app)s))),
           (SELECT array_agg(privilege_type) FROM aclexplode(class.relacl)
             WHERE grantee = to_regrole(quote_ident(%(worker)s)))
      FROM pg_class AS class
     WHERE class.relnamespace = to_regnamespace(quote_ident(%(schema)s)) AND class.relkind = 'r'
       AND class.relname = ANY(%(tables)s::text[])
     ORDER BY class.relname
"""

_POLICIES: LiteralString = """
    SELECT tablename, policyname, roles::text[], cmd, qual, with_check FROM pg_policies
     WHERE schemaname = %(schema)s AND tablename = ANY(%(tables)s::text[])
"""

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


def establish_rights(
    connection: psycopg.Connection[Any], installation: Installation, models: Iterable[Projection]
) -> list[str]:
    """Give both roles what they need and nothing more, on everything of ours.

    Returns, in sentences, what should be otherwise and is not ours to change. Raises DatabaseUnfit.
    """
    secure_tables(connection, installation, rights_of(models))
    for statement in _on_functions(connection, installation):
        connection.execute(statement)
    for statement in _on_schemas(connection, installation):
        connection.execute(statement)
    return _on_database(connection, installation)


def secure_tables(
    connection: psycopg.Connection[Any],
    installation: Installation,
    tables: Mapping[str, Rights],
    schema: str | None = None,
) -> None:
    """Put rights and policies in force on those of these tables that the schema has, by default ours."""
    schema = schema or installation.schema
    where = {"schema": schema, "tables": list(tables)}
    roles = {"app": installation.app, "worker": installation.worker}
    policies: dict[str, dict[str, _Policy]] = {}
    for table, name, *said in connection.execute(_POLICIES, where):
        policies.setdefault(table, {})[name] = _Policy(*said)
    found = connection.execute(_TABLES, {**where, **roles}).fetchall()
    statements: list[sql.Composed] = []
    for table, is_secured, app, worker in found:
        rights, place = tables[table], sql.Identifier(schema, table)
        own = [
            *_grants(place, installation.app, rights.app, app),
            *_grants(place, installation.worker, rights.worker, worker),
            *_policies(place, _wanted(rights, installation), policies.get(table, {})),
        ]
        if rights.rows is not None and not is_secured:
            own.append(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(place))
        if own:
            # A vacuum at work would wait for what the grant has changed, and the policy for the vacuum.
            statements += [sql.SQL("LOCK TABLE {}").format(place), *own]
    for statement in statements:
        connection.execute(statement)


@dataclass(frozen=True)
class _Policy:
    """A policy as the server describes it."""

    roles: list[str]
    command: str
    rows: str | None
    check: str | None = None

    def says(self, other: "_Policy") -> bool:
        """Whether both mean the same: the server writes casts and parentheses of its own into conditions."""
        return (self.roles, self.command, _bare(self.rows), _bare(self.check)) == (
            other.roles,
            other.command,
            _bare(other.rows),
            _bare(other.check),
        )


def _bare(condition: str | None) -> str | None:
    return None if condition is None else re.sub(r"::\w+|[()\s]", "", condition)


def _wanted(rights: Rights, installation: Installation) -> dict[str, _Policy]:
    if rights.rows is None:
        return {}
    wanted = {
        "own_company": _Policy([installation.app], "ALL", rights.rows),
        "every_company": _Policy([installation.worker], "ALL", ALL_ROWS),
    }
    if rights.shared is not None:
        wanted["shared"] = _Policy([installation.app], "SELECT", rights.shared)
    return wanted


def _grants(
    place: sql.Identifier, role: str, wanted: frozenset[str], found: list[str] | None
) -> Iterator[sql.Composed]:
    missing, surplus = wanted - set(found or ()), set(found or ()) - wanted
    for rights, statement in ((missing, _GRANT), (surplus, _REVOKE)):
        if rights:
            listed = sql.SQL(", ").join(map(sql.SQL, sorted(rights)))
            yield sql.SQL(statement).format(rights=listed, place=place, role=sql.Identifier(role))


_GRANT: LiteralString = "GRANT {rights} ON {place} TO {role}"
_REVOKE: LiteralString = "REVOKE {rights} ON {place} FROM {role}"


def _policies(
    place: sql.Identifier, wanted: Mapping[str, _Policy], found: Mapping[str, _Policy]
) -> Iterator[sql.Composed]:
    for name, policy in found.items():
        if name not in wanted or not policy.says(wanted[name]):
            yield sql.SQL("DROP POLICY {} ON {}").format(sql.Identifier(name), place)
    for name, policy in wanted.items():
        if name not in found or not policy.says(found[name]):
            yield sql.SQL("CREATE POLICY {} ON {} FOR {} TO {} USING ({})").format(
                sql.Identifier(name),
                place,
                sql.SQL(policy.command),
                sql.SQL(", ").join(map(sql.Identifier, policy.roles)),
                sql.SQL(policy.rows or ""),
            )


def _on_functions(connection: psycopg.Connection[Any], installation: Installation) -> Iterator[sql.Composed]:
    for name, arguments, callers in connection.execute(
        _FUNCTIONS, {"schema": installation.schema}
    ).fetchall():
        function = sql.SQL("{}({})").format(sql.Identifier(installation.schema, name), sql.SQL(arguments))
        wanted = {installation.worker} if name in FOR_WORKERS else set(installation.roles)
        if "" in callers:
            yield sql.SQL("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC").format(function)
        if installation.app in callers and installation.app not in wanted:
            revoked = sql.SQL("REVOKE EXECUTE ON FUNCTION {} FROM {}")
            yield revoked.format(function, sql.Identifier(installation.app))
        for role in sorted(wanted - set(callers)):
            yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(function, sql.Identifier(role))


def _on_schemas(connection: psycopg.Connection[Any], installation: Installation) -> Iterator[sql.Composed]:
    wanted = [(installation.schema, role) for role in installation.roles]
    for schema, role in [*wanted, (installation.next_schema, installation.worker)]:
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
