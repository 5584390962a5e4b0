"""A read model beside itself: temporary tables of the same names, filled from the log by its own code."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString, Protocol
from uuid import UUID

import psycopg
from psycopg import sql

from infra.eventstore.codec import EventTypes
from infra.garbage import collecting_no_garbage
from infra.pipeline import RequestConnection
from infra.projections.reading import BATCH, FactReader
from infra.transactions import Transaction, transaction
from projections.base import Projection


class Progress(Protocol):
    """Told now and then how many positions of the log are done, of how many."""

    def __call__(self, done: int, total: int) -> None:
        """Take note."""


def unheard(done: int, total: int) -> None:
    """Tell nobody."""


# A session's temporary tables live in its own memory; a spilled one costs as much as a real one.
_SESSION: tuple[LiteralString, ...] = ("SET temp_buffers = '128MB'", "SET work_mem = '64MB'")

_TABLES: LiteralString = """
    SELECT class.relname AS name,
           (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
             WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns,
           (SELECT array_agg(attname::text ORDER BY array_position(keys.indkey::int2[], attnum))
              FROM pg_index AS keys
              JOIN pg_attribute ON attrelid = keys.indrelid AND attnum = ANY(keys.indkey)
             WHERE keys.indrelid = class.oid AND keys.indisprimary) AS key
      FROM pg_class AS class JOIN pg_namespace AS space ON space.oid = class.relnamespace
     WHERE space.nspname = 'public' AND class.relname = ANY(%s::text[])
"""


class TableMissing(Exception):
    """A read model's table is not there, or has no primary key: `mipos migrate` makes it."""


@dataclass(frozen=True)
class Table:
    """A table of a read model: the live one that everybody reads, and the staged one of this session."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def live(self) -> sql.Identifier:
        """The table that everybody reads."""
        return sql.Identifier("public", self.name)

    @property
    def staged(self) -> sql.Identifier:
        """The table that only this session sees."""
        return sql.Identifier("pg_temp", self.name)

    @property
    def column_list(self) -> sql.Composed:
        """Its columns, in order, save generated ones."""
        return listed(self.columns)

    @property
    def values(self) -> tuple[str, ...]:
        """The columns that are not of its key."""
        return tuple(name for name in self.columns if name not in self.key)

    @property
    def key_list(self) -> sql.Composed:
        """The columns of its primary key, in order."""
        return listed(self.key)

    def matching(self, one: LiteralString, other: LiteralString) -> sql.Composed:
        """The condition that rows of these two aliases are the same row."""
        return sql.SQL(" AND ").join(
            sql.SQL("{} = {}").format(sql.Identifier(one, name), sql.Identifier(other, name))
            for name in self.key
        )


def listed(names: tuple[str, ...]) -> sql.Composed:
    """Column names as they stand in a statement."""
    return sql.SQL(", ").join(map(sql.Identifier, names))


@contextmanager
def staging_session(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    """A session of its own for one read model.

    NOTE: never on a connection that was used before: its prepared statements may have been planned for the
    live tables, and a temporary table that comes into being afterwards does not change those plans.
    """
    with RequestConnection.connect(conninfo, autocommit=True, application_name="mipos staging") as connection:
        for statement in _SESSION:
            connection.execute(statement)
        yield connection


class Staging:
    """Temporary tables of a read model for one company, and how far they know its log."""

    def __init__(
        self, connection: psycopg.Connection[Any], types: EventTypes, model: Projection, company_id: UUID
    ) -> None:
        self.tables = _tables_of(connection, model)
        self.position = 0
        self.events = 0
        self._connection = connection
        self._model = model
        self._company_id = company_id
        self._reader = FactReader(types, [model])
        for table in self.tables:
            connection.execute(_CREATE.format(staged=table.staged, live=table.live))

    def fill(self, upto: int, progress: Progress = unheard) -> None:
        """Fold the log up to a position, in transactions of moderate length."""
        while self.position < upto:
            with transaction(self._connection, self._company_id) as db:
                reached = min(self.position + _RUN, upto)
                folded = self.fold(db, reached, progress, upto)
            self.position, self.events = reached, self.events + folded

    def fold(self, db: Transaction, upto: int, progress: Progress = unheard, total: int = 0) -> int:
        """Fold the log up to a position within a transaction; returns the number of facts.

        The staging's own position stays, as the transaction may still fail. An exception names its positions.
        """
        after, folded = self.position, 0
        end = min(after + BATCH, upto)
        try:
            while after < upto:
                with collecting_no_garbage():
                    facts = self._reader.read(db, after, end)
                    if facts:
                        self._model.apply(facts, db)
                progress(end, total or upto)
                after, end, folded = end, min(end + BATCH, upto), folded + len(facts)
        except Exception as error:
            error.add_note(f"{self._model.name} could not fold the positions {after + 1} to {end}")
            raise
        return folded


#: How many positions are folded in one transaction: its beginning and end cost little, yet it does not keep
#: the server from cleaning up for long.
_RUN = 20 * BATCH

#: Lets the planner know how much there is; nothing else does that for temporary tables.
ANALYZE = sql.SQL("ANALYZE {}")

_CREATE = sql.SQL("""
    CREATE TEMP TABLE {staged} (
        LIKE {live} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING INDEXES
    )
""")


def _tables_of(connection: psycopg.Connection[Any], model: Projection) -> tuple[Table, ...]:
    """The tables as they are in the database. Raises TableMissing."""
    rows = connection.execute(_TABLES, [list(model.tables)]).fetchall()
    found = {name: Table(name, tuple(columns), tuple(key or ())) for name, columns, key in rows}
    for name in model.tables:
        if name not in found or not found[name].key:
            raise TableMissing(name)
    return tuple(found[name] for name in model.tables)
