"""Makes a database ready: schema, roles, the log, what surrounds it, tables of read models, and rights."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from typing import Any, LiteralString

import psycopg
from psycopg import errors, sql

from infra.definitions import digest_of, inline_digest
from infra.installation import DatabaseUnfit, Installation
from infra.own_schema import take_schemas
from infra.roles import ensure_roles
from infra.securing import establish_rights
from infra.server_checks import check_server
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
    "infra:worker_heartbeats.sql",
)
#: Applied again whenever their text is another one.
FUNCTIONS = ("infra.eventstore:functions.sql", "infra:functions.sql")

#: Stands before the digest of inline tables that were made anew, until they are rebuilt.
EMPTY = "empty: "

# Two processes that start together must not both create the tables.
_LOCK: LiteralString = "SELECT pg_advisory_xact_lock(hashtextextended('mipos.migrations', 0))"

_HISTORY: LiteralString = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        name       text PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        digest     text
    )
"""

_DECLARE: LiteralString = """
    UPDATE installation SET inline_models = %(models)s WHERE inline_models <> %(models)s
"""

APPLIED: LiteralString = "SELECT name, digest FROM schema_migrations"

_NOTE_APPLIED: LiteralString = """
    INSERT INTO schema_migrations (name, digest) VALUES (%(name)s, %(digest)s)
        ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, applied_at = excluded.applied_at
"""

_RESTART: LiteralString = """
    INSERT INTO projection_checkpoints (company_id, projection, position)
    SELECT company_id, %(name)s, 0 FROM company_head
        ON CONFLICT (company_id, projection) DO UPDATE SET position = 0, parked_at = NULL, error = NULL
"""


class NewerDatabase(DatabaseUnfit):
    """The database is of a newer version of MIPOS than this one: run the newer one."""


class OwnerLacksRight(DatabaseUnfit):
    """{user} may not migrate the database ({reason}): `mipos migrate --print-roles` says what to run."""


def migrate(
    conninfo: str,
    projections: Iterable[Projection],
    installation: Installation,
    tell: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Bring an installation to this version, in one transaction; `conninfo` leads to its owner.

    Returns the names of inline read models whose tables were made anew, now or by somebody who did not come
    to `note_rebuilt`: they have to be rebuilt before anybody decides on them. Asynchronous ones refill by
    themselves. `tell` gets, in sentences, what an operator should know. Raises ServerTooOld, DatabaseUnfit.
    """
    models = tuple(projections)
    with psycopg.connect(conninfo) as connection:
        try:
            notes, stale = _migrate(connection, conninfo, models, installation)
        except errors.InsufficientPrivilege as error:
            reason = error.diag.message_primary
            raise OwnerLacksRight(user=connection.info.user, reason=reason) from error
    for note in notes:
        tell(note)
    return stale


def note_rebuilt(conninfo: str, names: Sequence[str]) -> None:
    """Take down that the tables of these inline read models hold again what the log says."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "UPDATE projection_models SET digest = replace(digest, %s, '') WHERE name = ANY(%s::text[])",
            [EMPTY, list(names)],
        )


def _migrate(
    connection: psycopg.Connection[Any],
    conninfo: str,
    models: Sequence[Projection],
    installation: Installation,
) -> tuple[list[str], list[str]]:
    notes = check_server(connection)
    connection.execute(_LOCK)
    take_schemas(connection, installation, models)
    ensure_roles(connection, conninfo, installation)
    connection.execute(_HISTORY)
    applied = dict(connection.execute(APPLIED).fetchall())
    refuse_newer(applied)
    for name in MIGRATIONS:
        if name not in applied:
            _apply(connection, name, _text(name), None)
    for name in FUNCTIONS:
        text = functions_in(name, installation.schema)
        if applied.get(name) != digest_of_text(text):
            _apply(connection, name, text, digest_of_text(text))
    changed = [model for model in models if _define(connection, installation.schema, model)]
    connection.execute(_DECLARE, {"models": inline_digest(models)})
    notes += establish_rights(connection, installation, models)
    return notes, [model.name for model in changed if model.mode == "inline"]


def refuse_newer(applied: Iterable[str]) -> None:
    """Raise NewerDatabase where a migration was applied that this version does not know."""
    if set(applied) - {*MIGRATIONS, *FUNCTIONS}:
        raise NewerDatabase


def _text(name: str) -> str:
    package, file = name.split(":")
    return files(package).joinpath(file).read_text()


def functions_in(name: str, schema: str) -> str:
    """The definitions of functions as they stand in this schema."""
    return _text(name).replace(":schema", sql.Identifier(schema).as_string())


def digest_of_text(text: str) -> str:
    """By what a text that was applied is known again."""
    return hashlib.sha256(text.encode()).hexdigest()


def _apply(connection: psycopg.Connection[Any], name: str, text: str, digest: str | None) -> None:
    # The text is one of our own files, so it is as literal as the statements around it.
    connection.execute(text.encode())
    connection.execute(_NOTE_APPLIED, {"name": name, "digest": digest})


def _define(connection: psycopg.Connection[Any], schema: str, model: Projection) -> bool:
    """Make the tables of a read model if they are not those it is defined by. True if they need filling."""
    found = connection.execute(
        "SELECT digest FROM projection_models WHERE name = %s", [model.name]
    ).fetchone()
    digest = digest_of(model)
    if found and found[0] in (digest, EMPTY + digest):
        return str(found[0]) != digest
    for table in model.tables:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(schema, table)))
    connection.execute(model.schema)
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
