"""Makes a database ready: schema, roles, the log, what surrounds it, tables of read models, and rights."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from typing import Any, LiteralString

import psycopg
from psycopg import errors, sql

from infra.postgres.installation import DatabaseUnfit, Installation
from infra.postgres.own_schema import take_schemas
from infra.postgres.roles import ensure_roles
from infra.postgres.securing import establish_rights
from infra.postgres.server_checks import check_server
from infra.projections.placement import (
    HOLD_EVERYTHING,
    NO_DIFFERENCE,
    Difference,
    declare,
    declare_generation,
    define,
    difference,
)
from infra.upgrades.rehash import rehash
from projections.base import Projection

#: Applied once each, in this order: the names by which databases remember them, and their files. An applied
#: one is never edited, but its file may move.
MIGRATIONS = {
    "infra.eventstore:schema.sql": "infra.eventstore:schema.sql",
    "infra:schema.sql": "infra.postgres:schema.sql",
    "infra:sign_in.sql": "infra.identity:sign_in.sql",
    "infra:pictures.sql": "infra.files:pictures.sql",
    "infra:imports.sql": "infra.files:imports.sql",
    "infra:running_time.sql": "infra.jobs:running_time.sql",
    "infra:installation.sql": "infra.postgres:installation.sql",
    "infra:worker_heartbeats.sql": "infra.postgres:worker_heartbeats.sql",
    "infra.eventstore:without_tracking.sql": "infra.eventstore:without_tracking.sql",
    "infra.jobs:stock_verification.sql": "infra.jobs:stock_verification.sql",
    "infra.decisions:deliveries.sql": "infra.decisions:deliveries.sql",
    "infra.identity:approvals.sql": "infra.identity:approvals.sql",
    "infra.eventstore:subject_keys.sql": "infra.eventstore:subject_keys.sql",
    "infra.jobs:scrub.sql": "infra.jobs:scrub.sql",
    "infra.decisions:subjects.sql": "infra.decisions:subjects.sql",
    "infra.files:report_exports.sql": "infra.files:report_exports.sql",
    "infra.files:report_schedules.sql": "infra.files:report_schedules.sql",
    "infra.jobs:report_reconciliation.sql": "infra.jobs:report_reconciliation.sql",
    "infra.jobs:report_differences.sql": "infra.jobs:report_differences.sql",
    "infra.projections:range_cache.sql": "infra.projections:range_cache.sql",
    "infra.projections:basket_answers.sql": "infra.projections:basket_answers.sql",
    "infra.postgres:log_epoch.sql": "infra.postgres:log_epoch.sql",
    "infra.backup:backups.sql": "infra.backup:backups.sql",
    "infra.eventstore:log_epochs.sql": "infra.eventstore:log_epochs.sql",
    "infra.postgres:worker_metrics.sql": "infra.postgres:worker_metrics.sql",
    "infra.webhooks:webhooks.sql": "infra.webhooks:webhooks.sql",
    "infra.postgres:log_lines.sql": "infra.postgres:log_lines.sql",
    "infra.projections:verifications.sql": "infra.projections:verifications.sql",
    "infra.jobs:projection_paces.sql": "infra.jobs:projection_paces.sql",
    "infra.jobs:projection_jobs.sql": "infra.jobs:projection_jobs.sql",
    "infra.projections:pauses.sql": "infra.projections:pauses.sql",
    "infra.projections:failed_events.sql": "infra.projections:failed_events.sql",
    "infra.jobs:job_runs.sql": "infra.jobs:job_runs.sql",
    "infra.jobs:log_counts.sql": "infra.jobs:log_counts.sql",
    "infra.webhooks:deliveries.sql": "infra.webhooks:deliveries.sql",
    "infra.webhooks:dead_deliveries.sql": "infra.webhooks:dead_deliveries.sql",
    "infra.seals:seals.sql": "infra.seals:seals.sql",
    "infra.webhooks:seals.sql": "infra.webhooks:seals.sql",
    "infra.jobs:audit_jobs.sql": "infra.jobs:audit_jobs.sql",
    "infra.eventstore:incoming_logs.sql": "infra.eventstore:incoming_logs.sql",
    "infra.seals:letters.sql": "infra.seals:letters.sql",
    "infra.jobs:fiscal_closings.sql": "infra.jobs:fiscal_closings.sql",
    "infra.seals:witnesses.sql": "infra.seals:witnesses.sql",
    "infra.files:import_forms.sql": "infra.files:import_forms.sql",
    "infra.eventstore:in_line.sql": "infra.eventstore:in_line.sql",
    "infra.postgres:log_filters.sql": "infra.postgres:log_filters.sql",
}
#: Applied once, after these: the logs are hashed anew, by digests of state and metadata.
REHASH = "log:digests"
#: Applied again whenever their text is another one.
FUNCTIONS = {
    "infra.eventstore:functions.sql": "infra.eventstore:functions.sql",
    "infra:functions.sql": "infra.postgres:functions.sql",
}

# Two processes that start together must not both create the tables.
_LOCK: LiteralString = "SELECT pg_advisory_xact_lock(hashtextextended('mipos.migrations', 0))"

_HISTORY: LiteralString = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        name       text PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        digest     text
    )
"""

APPLIED: LiteralString = "SELECT name, digest FROM schema_migrations"

_NOTE_APPLIED: LiteralString = """
    INSERT INTO schema_migrations (name, digest) VALUES (%(name)s, %(digest)s)
        ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, applied_at = excluded.applied_at
"""

_HAS_COMPANIES: LiteralString = "SELECT EXISTS (SELECT FROM company_head)"

# Whoever sells meanwhile waits behind a change of a table that somebody else holds; so it gives way.
_PATIENCE: LiteralString = "SET LOCAL lock_timeout = '1s'"


class NewerDatabase(DatabaseUnfit):
    """The database is of a newer version of MIPOS than this one: run the newer one."""


class OwnerLacksRight(DatabaseUnfit):
    """{user} may not migrate the database ({reason}): `mipos migrate --print-roles` says what to run."""


def migrate(
    conninfo: str,
    models: Sequence[Projection],
    installation: Installation,
    tell: Callable[[str], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Difference:
    """Bring an installation to this version, in one transaction; `conninfo` leads to its owner.

    Where a company has a log, read models that differ are left as they are, for the version of before still
    answers from them: they are returned, to be built and put in place (`infra/upgrades/upgrade.py`). `tell`
    gets, in sentences, what an operator should know, `progress` how many events are hashed anew, of how many.
    Raises ServerTooOld, DatabaseUnfit.
    """
    with psycopg.connect(conninfo) as connection:
        try:
            notes, stopping = _migrate(connection, conninfo, models, installation, progress)
        except errors.InsufficientPrivilege as error:
            reason = error.diag.message_primary
            raise OwnerLacksRight(user=connection.info.user, reason=reason) from error
    for note in notes:
        tell(note)
    return stopping


def _migrate(
    connection: psycopg.Connection[Any],
    conninfo: str,
    models: Sequence[Projection],
    installation: Installation,
    progress: Callable[[int, int], None],
) -> tuple[list[str], Difference]:
    notes = check_server(connection)
    connection.execute(_LOCK)
    connection.execute(_PATIENCE)
    take_schemas(connection, installation, models)
    ensure_roles(connection, conninfo, installation)
    connection.execute(_HISTORY)
    applied = dict(connection.execute(APPLIED).fetchall())
    refuse_newer(applied)
    for name, file in MIGRATIONS.items():
        if name not in applied:
            _apply(connection, name, _text(file), None)
    if REHASH not in applied:
        notes += rehash(connection, progress)
        connection.execute(_NOTE_APPLIED, {"name": REHASH, "digest": None})
    for name, file in FUNCTIONS.items():
        text = functions_in(file, installation.schema)
        if applied.get(name) != digest_of_text(text):
            _apply(connection, name, text, digest_of_text(text))
    stopping = _define(connection, installation.schema, models)
    notes += establish_rights(connection, installation, models)
    return notes, stopping


def _define(connection: psycopg.Connection[Any], schema: str, models: Sequence[Projection]) -> Difference:
    """Make the read models, unless there is something to make them from. Returns what is left to be done."""
    there = difference(connection, models)
    if there and not _has_companies(connection):
        connection.execute(HOLD_EVERYTHING)
        # Somebody may have been the first meanwhile.
        if not _has_companies(connection):
            define(connection, schema, there)
            there = NO_DIFFERENCE
    if there:
        declare_generation(connection)
    else:
        declare(connection, models)
    return there


def _has_companies(connection: psycopg.Connection[Any]) -> bool:
    return connection.execute(_HAS_COMPANIES).fetchall() == [(True,)]


def refuse_newer(applied: Iterable[str]) -> None:
    """Raise NewerDatabase where a migration was applied that this version does not know."""
    if set(applied) - {*MIGRATIONS, REHASH, *FUNCTIONS}:
        raise NewerDatabase


def _text(file: str) -> str:
    package, name = file.split(":")
    return files(package).joinpath(name).read_text()


def functions_in(file: str, schema: str) -> str:
    """The definitions of functions as they stand in this schema."""
    return _text(file).replace(":schema", sql.Identifier(schema).as_string())


def digest_of_text(text: str) -> str:
    """By what a text that was applied is known again."""
    return hashlib.sha256(text.encode()).hexdigest()


def _apply(connection: psycopg.Connection[Any], name: str, text: str, digest: str | None) -> None:
    # The text is one of our own files, so it is as literal as the statements around it.
    connection.execute(text.encode())
    connection.execute(_NOTE_APPLIED, {"name": name, "digest": digest})
