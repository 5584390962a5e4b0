"""What tests of databases share: connecting, migrating, and what the catalog says."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg

from infra.postgres.transactions import transaction
from infra.runtime.models import PROJECTIONS
from infra.upgrades.migrations import migrate
from tests.conftest import Database


@contextmanager
def connected(address: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def rows(address: str, query: Any, *params: Any) -> list[tuple[Any, ...]]:
    with connected(address) as connection:
        return connection.execute(query, params).fetchall()


def install(database: Database) -> list[str]:
    """Migrate; what an operator was told."""
    notes: list[str] = []
    migrate(database.owner, PROJECTIONS, database.installation, notes.append)
    return notes


#: Whatever of the catalog a migration could change, and by which transaction it was changed last.
STATE_OF_OURS = """
    WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname = ANY(%(schemas)s))
    SELECT 'table', oid, xmin::text FROM pg_class WHERE relnamespace IN (SELECT oid FROM ours)
    UNION ALL
    SELECT 'function', oid, xmin::text FROM pg_proc WHERE pronamespace IN (SELECT oid FROM ours)
    UNION ALL
    SELECT 'policy', policy.oid, policy.xmin::text FROM pg_policy AS policy
      JOIN pg_class AS class ON class.oid = polrelid WHERE relnamespace IN (SELECT oid FROM ours)
    UNION ALL
    SELECT 'schema', oid, xmin::text FROM pg_namespace WHERE oid IN (SELECT oid FROM ours)
    UNION ALL
    SELECT 'role', oid, xmin::text FROM pg_authid WHERE rolname = ANY(%(roles)s)
    UNION ALL
    SELECT 'database', oid, xmin::text FROM pg_database WHERE datname = current_database()
    ORDER BY 1, 2
"""


def state_of(database: Database) -> list[tuple[Any, ...]]:
    params = {"schemas": list(database.installation.schemas), "roles": list(database.installation.roles)}
    with connected(database.owner) as connection:
        return connection.execute(STATE_OF_OURS, params).fetchall()


def found_company(database: Database, company_id: UUID) -> None:
    with connected(database.app) as connection, transaction(connection, company_id) as db:
        db.execute("SELECT found_company(%(company_id)s)", {"company_id": company_id})
