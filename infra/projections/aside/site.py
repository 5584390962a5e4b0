"""The place beside: a schema with the tables of the read models that are built, and how far each has come."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from infra.eventstore.codec import EventTypes
from infra.postgres.installation import Installation
from infra.postgres.request_transactions import RequestConnection
from infra.postgres.rights import rights_of
from infra.postgres.securing import secure_tables
from projections.base import Projection

_SESSION: tuple[LiteralString, ...] = (
    "SET work_mem = '64MB'",
    "SET maintenance_work_mem = '256MB'",
    # There are as many processes of ours as are to work.
    "SET max_parallel_maintenance_workers = 0",
    # A run that a crash of the server takes back is taken back with the position it had come to.
    "SET synchronous_commit = off",
)

UPGRADE: LiteralString = "CREATE TABLE upgrade (id uuid PRIMARY KEY)"

_BEGIN_UPGRADE: LiteralString = "INSERT INTO upgrade (id) VALUES (%(upgrade)s)"

BUILT: LiteralString = """
    CREATE TABLE built (
        company_id uuid NOT NULL,
        projection text NOT NULL,
        position   bigint NOT NULL,
        has_facts  boolean NOT NULL,
        error      text,
        PRIMARY KEY (company_id, projection)
    ) WITH (fillfactor = 50)
"""

_LEFTOVERS: LiteralString = """
    SELECT tablename FROM pg_tables WHERE schemaname = %(schema)s ORDER BY tablename = 'upgrade' DESC
"""

# What the server would clean up and look at again and again, as it grows, is done once when all is there.
_LEAVE_ALONE = sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = off)")
_LOOK_AFTER = sql.SQL("ALTER TABLE {} RESET (autovacuum_enabled)")

_INDEX = re.compile(r"CREATE INDEX (?P<name>\w+)\s+ON (?P<table>\w+)")

#: The tables that are built, each with the statements that make the indexes it still lacks.
Unindexed = dict[str, list[LiteralString]]


@dataclass(frozen=True)
class Site:
    """Where read models are built: which ones, of which events; `conninfo` leads to the owner."""

    conninfo: str
    installation: Installation
    types: EventTypes
    models: Sequence[Projection]
    #: The id of the upgrade that builds.
    upgrade: UUID = field(default_factory=uuid4)

    @contextmanager
    def session(self) -> Iterator[psycopg.Connection[Any]]:
        """A session in which tables of read models are those built aside, and all others the live ones.

        NOTE: begin one only when the tables are made; a statement that was prepared before would go on
        meaning the live ones.
        """
        with RequestConnection.connect(
            self.conninfo, autocommit=True, application_name="mipos upgrade"
        ) as connection:
            for statement in _SESSION:
                connection.execute(statement)
            path = sql.SQL("SET search_path = {}, {}, pg_temp")
            connection.execute(path.format(*map(sql.Identifier, reversed(self.installation.schemas))))
            yield connection

    def make_tables(self) -> Unindexed:
        """Make the empty tables, as both roles will find them in place; what readers need comes later."""
        tables = rights_of(self.models)
        with self.session() as connection, connection.transaction():
            connection.execute(UPGRADE)
            connection.execute(_BEGIN_UPGRADE, {"upgrade": self.upgrade})
            connection.execute(BUILT)
            for model in self.models:
                for statement in _split(model)[0]:
                    connection.execute(statement)
            secure_tables(connection, self.installation, tables, self.installation.next_schema)
            lacking = self._lacking()
            for table in lacking:
                connection.execute(_LEAVE_ALONE.format(sql.Identifier(table)))
        return lacking

    def _lacking(self) -> Unindexed:
        """What to sort all rows for once takes less than to insert each of them."""
        lacking: Unindexed = {table: [] for model in self.models for table in model.tables}
        for model in self.models:
            for table, index in _split(model)[1]:
                lacking[table].append(index)
        return lacking


def _split(model: Projection) -> tuple[list[LiteralString], list[tuple[str, LiteralString]]]:
    """The statements that make a read model's tables, and those of indexes that only readers need."""
    first, last = [], []
    for statement in model.schema.split(";\n"):
        index = _INDEX.search(statement)
        if index and index["name"] in model.reading_indexes:
            last.append((index["table"], statement))
        elif statement.strip():
            first.append(statement)
    return first, last


def clear(connection: psycopg.Connection[Any], schema: str) -> None:
    """Drop what an upgrade left there that was killed, once its last processes are out of the way."""
    with connection.transaction():
        for (table,) in connection.execute(_LEFTOVERS, {"schema": schema}).fetchall():
            connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(schema, table)))


def complete(
    connection: psycopg.Connection[Any], schema: str, table: str, indexes: Sequence[LiteralString]
) -> None:
    """Index what is filled, let the planner know it from its first moment, and let indexes alone answer.

    From then on the server looks after it.
    """
    for index in indexes:
        connection.execute(index)
    filled = sql.Identifier(schema, table)
    connection.execute(_LOOK_AFTER.format(filled))
    connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(filled))
