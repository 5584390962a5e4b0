"""The schema of our own: made, taken over empty, or refused; and what once lay elsewhere moved into it."""

from collections.abc import Iterable
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from infra.postgres.installation import DatabaseUnfit, Installation
from projections.base import Projection

#: The first migration that an installation has been through: the mark by which ours is known.
MARK = "infra.eventstore:schema.sql"
#: Where everything was before it had a schema of its own, and as whom its parts connected.
FORMER_SCHEMA = "public"
FORMER_ROLES = ("mipos_app", "mipos_worker")
#: What was there besides the tables of read models that there still are.
FORMER_TABLES = (
    "company_head",
    "company_activity",
    "events",
    "tracking",
    "credentials",
    "sessions",
    "idempotency_keys",
    "password_resets",
    "sign_in_failures",
    "image_contents",
    "import_jobs",
    "import_chunks",
    "running_time",
    "installation",
    "projection_models",
    "projection_checkpoints",
    "schema_migrations",
    # Of read models that are no more.
    "sale_facts",
    "sale_line_facts",
    "sale_payment_facts",
    "sales_daily",
    "sales_daily_products",
    "sales_daily_payments",
    "sold_variants",
)
FORMER_FUNCTIONS = ("append_events", "open_company", "found_company", "projection_lag", "refuse_outdated")

_SCHEMA: LiteralString = """
    SELECT pg_has_role(nspowner, 'USAGE'),
           EXISTS (SELECT FROM pg_class WHERE relnamespace = space.oid)
           OR EXISTS (SELECT FROM pg_proc WHERE pronamespace = space.oid)
           OR EXISTS (SELECT FROM pg_type WHERE typnamespace = space.oid)
      FROM pg_namespace AS space WHERE nspname = %s
"""

# Looked up in the catalog: other programs keep a table of this name too, with other columns, maybe closed.
_HAS_HISTORY: LiteralString = """
    SELECT FROM pg_class AS class
      JOIN pg_namespace AS space ON space.oid = class.relnamespace
      JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND NOT attribute.attisdropped
     WHERE space.nspname = %s AND class.relname = 'schema_migrations' AND class.relkind = 'r'
       AND attribute.attname = 'name' AND attribute.atttypid = 'text'::regtype
       AND has_schema_privilege(space.oid, 'USAGE') AND has_table_privilege(class.oid, 'SELECT')
"""

_FORMER_TABLES: LiteralString = """
    SELECT class.relname
      FROM pg_class AS class
      JOIN pg_class AS history ON history.oid = to_regclass('public.schema_migrations')
     WHERE class.relnamespace = history.relnamespace AND class.relowner = history.relowner
       AND class.relkind = 'r' AND class.relname = ANY(%s::text[])
"""

_FORMER_FUNCTIONS: LiteralString = """
    SELECT proc.proname, pg_get_function_identity_arguments(proc.oid)
      FROM pg_proc AS proc
      JOIN pg_class AS history ON history.oid = to_regclass('public.schema_migrations')
     WHERE proc.pronamespace = history.relnamespace AND proc.proowner = history.relowner
       AND proc.proname = ANY(%s::text[])
"""


_HAS_MODELS: LiteralString = """
    SELECT FROM pg_tables WHERE schemaname = 'public' AND tablename = 'projection_models'
"""

_FORMER_MODELS: LiteralString = "SELECT name FROM public.projection_models"

_MARKED: LiteralString = "SELECT FROM {} WHERE name = %s"

_ROLE: LiteralString = "SELECT FROM pg_roles WHERE rolname = %s"

_REVOKED: tuple[LiteralString, ...] = (
    "REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}",
    "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {} FROM {}",
)


class SchemaOfAnother(DatabaseUnfit):
    """The schema {schema} of database {name} holds what MIPOS did not make: set another MIPOS_SCHEMA."""


class SchemaNotOwned(DatabaseUnfit):
    """The schema {schema} does not belong to {user}: `mipos migrate --print-roles` says what to run."""


class SchemaMissing(DatabaseUnfit):
    """{user} may not make the schema {schema}: `mipos migrate --print-roles` says what to run."""


def take_schemas(
    connection: psycopg.Connection[Any], installation: Installation, models: Iterable[Projection]
) -> None:
    """Make the schemas of this installation ours and look for tables there. Raises DatabaseUnfit.

    Nothing in any other schema is changed, save what a former version of MIPOS itself kept in the one that
    everybody shares.
    """
    for schema in installation.schemas:
        _make_or_take(connection, schema)
    path = sql.SQL("SET LOCAL search_path = {}, pg_temp").format(sql.Identifier(installation.schema))
    connection.execute(path)
    if is_marked(connection, installation.schema):
        return
    for schema in installation.schemas:
        if _holds_anything(connection, schema):
            raise SchemaOfAnother(schema=schema, name=connection.info.dbname)
    if is_marked(connection, FORMER_SCHEMA) and connection.execute(_HAS_MODELS).rowcount:
        _move_here(connection, installation.schema, models)


def _make_or_take(connection: psycopg.Connection[Any], schema: str) -> None:
    row = connection.execute(_SCHEMA, [schema]).fetchone()
    if row and not row[0]:
        raise SchemaNotOwned(schema=schema, user=connection.info.user)
    if row is None:
        try:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        except psycopg.errors.InsufficientPrivilege:
            raise SchemaMissing(schema=schema, user=connection.info.user) from None


def _holds_anything(connection: psycopg.Connection[Any], schema: str) -> bool:
    row = connection.execute(_SCHEMA, [schema]).fetchone()
    return bool(row and row[1])


def is_marked(connection: psycopg.Connection[Any], schema: str) -> bool:
    """Whether a MIPOS keeps its history of migrations in this schema."""
    if not connection.execute(_HAS_HISTORY, [schema]).rowcount:
        return False
    marked = sql.SQL(_MARKED).format(sql.Identifier(schema, "schema_migrations"))
    return connection.execute(marked, [MARK]).rowcount > 0


def _move_here(connection: psycopg.Connection[Any], schema: str, models: Iterable[Projection]) -> None:
    """Move what a former version of MIPOS made into the schema, and take away what its roles might do."""
    names = {name for (name,) in connection.execute(_FORMER_MODELS)}
    tables = [*FORMER_TABLES, *(table for one in models if one.name in names for table in one.tables)]
    into = sql.Identifier(schema)
    functions = connection.execute(_FORMER_FUNCTIONS, [list(FORMER_FUNCTIONS)]).fetchall()
    for (table,) in connection.execute(_FORMER_TABLES, [tables]).fetchall():
        moved = sql.SQL("ALTER TABLE {} SET SCHEMA {}")
        connection.execute(moved.format(sql.Identifier(FORMER_SCHEMA, table), into))
    for name, arguments in functions:
        moved = sql.SQL("ALTER FUNCTION {}({}) SET SCHEMA {}")
        # The arguments are text of the server's own.
        of_types = sql.SQL(arguments)
        connection.execute(moved.format(sql.Identifier(FORMER_SCHEMA, name), of_types, into))
    history = sql.Identifier(schema, "schema_migrations")
    connection.execute(sql.SQL("ALTER TABLE {} ADD COLUMN digest text").format(history))
    for role in FORMER_ROLES:
        if connection.execute(_ROLE, [role]).rowcount:
            for revoked in _REVOKED:
                connection.execute(sql.SQL(revoked).format(into, sql.Identifier(role)))
