"""Rights and policies put in force: compared with what should hold, and changed only where it differs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from infra.postgres.admission import admit
from infra.postgres.installation import Installation
from infra.postgres.rights import ALL_ROWS, Privileges, Rights, rights_of
from projections.base import Projection

_TABLES: LiteralString = """
    SELECT class.relname, class.relrowsecurity,
           (SELECT array_agg(privilege_type) FROM aclexplode(class.relacl)
             WHERE grantee = to_regrole(quote_ident(%(app)s))),
           (SELECT array_agg(privilege_type) FROM aclexplode(class.relacl)
             WHERE grantee = to_regrole(quote_ident(%(worker)s)))
      FROM pg_class AS class
     WHERE class.relnamespace = to_regnamespace(quote_ident(%(schema)s)) AND class.relkind IN ('r', 'p')
       AND class.relname = ANY(%(tables)s::text[])
     ORDER BY class.relname
"""

_POLICIES: LiteralString = """
    SELECT tablename, policyname, roles::text[], cmd, qual, with_check FROM pg_policies
     WHERE schemaname = %(schema)s AND tablename = ANY(%(tables)s::text[])
"""


def establish_rights(
    connection: psycopg.Connection[Any], installation: Installation, models: Iterable[Projection]
) -> list[str]:
    """Give both roles what they need and nothing more, on everything of ours.

    Returns, in sentences, what should be otherwise and is not ours to change. Raises DatabaseUnfit.
    """
    secure_tables(connection, installation, rights_of(models))
    return admit(connection, installation)


def secure_tables(
    connection: psycopg.Connection[Any],
    installation: Installation,
    tables: Mapping[str, Rights],
    schema: str | None = None,
) -> None:
    """Put rights and policies in force on those of these tables that the schema has, by default ours."""
    schema = schema or installation.schema
    statements: list[sql.Composed] = []
    for table, own in lacking(connection, installation, tables, schema).items():
        # A vacuum at work would wait for what the grant has changed, and the policy for the vacuum.
        statements += [sql.SQL("LOCK TABLE {}").format(sql.Identifier(schema, table)), *own]
    if statements:
        # Several hundred at the first time; sent together they take a fifth of the time.
        connection.execute(sql.SQL(";\n").join(statements))


def lacking(
    connection: psycopg.Connection[Any],
    installation: Installation,
    tables: Mapping[str, Rights],
    schema: str,
) -> dict[str, list[sql.Composed]]:
    """By table, what it takes until rights and policies are what they should be; only tables that are not."""
    where = {"schema": schema, "tables": list(tables)}
    roles = {"app": installation.app, "worker": installation.worker}
    policies: dict[str, dict[str, _Policy]] = {}
    for table, name, *policy in connection.execute(_POLICIES, where):
        policies.setdefault(table, {})[name] = _Policy(*policy)
    states = connection.execute(_TABLES, {**where, **roles}).fetchall()
    wrong: dict[str, list[sql.Composed]] = {}
    for table, is_secured, app, worker in states:
        rights, identifier = tables[table], sql.Identifier(schema, table)
        own = [
            *_grants(identifier, installation.app, rights.app, app),
            *_grants(identifier, installation.worker, rights.worker, worker),
            *_policies(identifier, _policies_of(rights, installation), policies.get(table, {})),
        ]
        if rights.rows is not None and not is_secured:
            own.append(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(identifier))
        if own:
            wrong[table] = own
    return wrong


@dataclass(frozen=True)
class _Policy:
    """A policy as the server describes it."""

    roles: list[str]
    command: LiteralString
    rows: LiteralString | None
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


def _policies_of(rights: Rights, installation: Installation) -> dict[str, _Policy]:
    if rights.rows is None:
        return {}
    policies = {
        "own_company": _Policy([installation.app], "ALL", rights.rows),
        "every_company": _Policy([installation.worker], "ALL", ALL_ROWS),
    }
    if rights.shared is not None:
        policies["shared"] = _Policy([installation.app], "SELECT", rights.shared)
    return policies


def _grants(
    table: sql.Identifier, role: str, needed: Privileges, present: Iterable[LiteralString] | None
) -> Iterator[sql.Composed]:
    # Those present are in the server's own words for privileges.
    missing, surplus = needed - set(present or ()), set(present or ()) - needed
    for rights, statement in ((missing, _GRANT), (surplus, _REVOKE)):
        if rights:
            listed = sql.SQL(", ").join(sql.SQL(right) for right in sorted(rights))
            yield sql.SQL(statement).format(rights=listed, place=table, role=sql.Identifier(role))


_GRANT: LiteralString = "GRANT {rights} ON {place} TO {role}"
_REVOKE: LiteralString = "REVOKE {rights} ON {place} FROM {role}"


def _policies(
    table: sql.Identifier, needed: Mapping[str, _Policy], present: Mapping[str, _Policy]
) -> Iterator[sql.Composed]:
    for name, policy in present.items():
        if name not in needed or not policy.says(needed[name]):
            yield sql.SQL("DROP POLICY {} ON {}").format(sql.Identifier(name), table)
    for name, policy in needed.items():
        if name not in present or not policy.says(present[name]):
            yield sql.SQL("CREATE POLICY {} ON {} FOR {} TO {} USING ({})").format(
                sql.Identifier(name),
                table,
                sql.SQL(policy.command),
                sql.SQL(", ").join(map(sql.Identifier, policy.roles)),
                sql.SQL(policy.rows or ""),
            )
