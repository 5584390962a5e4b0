"""Makes a database ready: roles, the log, what surrounds it, and the tables of every read model."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from infra.definitions import digest_of, inline_digest
from infra.embedded.binaries import check_server_version
from projections.base import Projection

#: Applied once each, in this order; an applied one is never edited.
MIGRATIONS = (
    "infra.eventstore:schema.sql",
    "infra:schema.sql",
    "infra:sign_in.sql",
    "infra:pictures.sql",
    "infra:imports.sql",
    "infra:running_time.sql",
    "infra:installation.sql",
)

#: Stands before the digest of inline tables that were made anew, until they are rebuilt.
EMPTY = "empty: "

# Two processes that start together must not both create the tables.
_LOCK: LiteralString = "SELECT pg_advisory_xact_lock(hashtextextended('mipos.migrations', 0))"

_ROLES: LiteralString = """
    DO $$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'mipos_app') THEN
            CREATE ROLE mipos_app LOGIN;
        END IF;
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'mipos_worker') THEN
            CREATE ROLE mipos_worker LOGIN BYPASSRLS;
        END IF;
    END $$
"""

_HISTORY: LiteralString = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        name       text PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
"""

_DECLARE: LiteralString = """
    UPDATE installation SET inline_models = %(models)s WHERE inline_models <> %(models)s
"""

_RESTART: LiteralString = """
    INSERT INTO projection_checkpoints (company_id, projection, position)
    SELECT company_id, %(name)s, 0 FROM company_head
        ON CONFLICT (company_id, projection) DO UPDATE SET position = 0, parked_at = NULL, error = NULL
"""


def migrate(
    conninfo: str, projections: Iterable[Projection], passwords: Mapping[str, str] | None = None
) -> list[str]:
    """Bring the database to this version, in one transaction. `passwords` are those of the two roles.

    Returns the names of inline read models whose tables were made anew, now or by somebody who did not come
    to `note_rebuilt`: they have to be rebuilt before anybody decides on them. Asynchronous ones refill by
    themselves. Raises ServerTooOld.
    """
    with psycopg.connect(conninfo) as connection:
        check_server_version(connection.info.server_version)
        connection.execute(_LOCK)
        connection.execute(_ROLES)
        for role, password in (passwords or {}).items():
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
            connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
        connection.execute(_HISTORY)
        for name in MIGRATIONS:
            _apply(connection, name)
        models = tuple(projections)
        changed = [model for model in models if _define(connection, model)]
        connection.execute(_DECLARE, {"models": inline_digest(models)})
    return [model.name for model in changed if model.mode == "inline"]


def note_rebuilt(conninfo: str, names: Sequence[str]) -> None:
    """Take down that the tables of these inline read models hold again what the log says."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "UPDATE projection_models SET digest = replace(digest, %s, '') WHERE name = ANY(%s::text[])",
            [EMPTY, list(names)],
        )


def _apply(connection: psycopg.Connection[Any], name: str) -> None:
    done = connection.execute("SELECT 1 FROM schema_migrations WHERE name = %s", [name])
    if done.fetchone():
        return
    package, file = name.split(":")
    # The text is one of our own files, so it is as literal as the statements around it.
    connection.execute(files(package).joinpath(file).read_text())
    connection.execute("INSERT INTO schema_migrations (name) VALUES (%s)", [name])


def _define(connection: psycopg.Connection[Any], model: Projection) -> bool:
    """Make the tables of a read model if they are not those it is defined by. True if they need filling."""
    found = connection.execute(
        "SELECT digest FROM projection_models WHERE name = %s", [model.name]
    ).fetchone()
    digest = digest_of(model)
    if found and found[0] in (digest, EMPTY + digest):
        return str(found[0]) != digest
    for table in model.tables:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(table)))
    connection.execute(model.schema)
    for table in model.tables:
        for statement in _PROTECT:
            connection.execute(sql.SQL(statement).format(table=sql.Identifier(table)))
    if model.policies:
        connection.execute(model.policies)
    connection.execute(
        """
        INSERT INTO projection_models (name, mode, digest)
        SELECT %(name)s, %(mode)s,
               CASE WHEN %(mode)s = 'inline' AND EXISTS (SELECT FROM company_head) THEN %(empty)s ELSE '' END
               || %(digest)s
            ON CONFLICT (name) DO UPDATE SET mode = excluded.mode, digest = excluded.digest
        """,
        {"name": model.name, "mode": model.mode, "digest": digest, "empty": EMPTY},
    )
    if model.mode == "async":
        connection.execute(_RESTART, {"name": model.name})
    return True


_PROTECT: tuple[LiteralString, ...] = (
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY own_company ON {table}
        USING (company_id = current_setting('app.company_id')::uuid)
        WITH CHECK (company_id = current_setting('app.company_id')::uuid)
    """,
    "GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO mipos_app, mipos_worker",
)
