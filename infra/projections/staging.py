"""A read model beside itself: temporary tables of the same names, filled from the log by its own code."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString, Protocol

import psycopg
from psycopg import sql

from infra.eventstore.chain import LogAltered
from infra.postgres.connections import STAGING
from infra.postgres.definitions import HOLD_MODEL, named
from infra.postgres.distribution import COMPANY
from infra.postgres.request_transactions import RequestConnection
from infra.postgres.transactions import Transaction, transaction
from infra.process.garbage import collecting_no_garbage
from infra.projections.checkpoints import head_of, position_of
from infra.projections.proved_log import ProvedLog, end_of_page
from infra.projections.reading import BATCH
from projections.base import Projection


class Progress(Protocol):
    """Told now and then how many positions of the log are done, of how many."""

    def __call__(self, done: int, total: int, /) -> None:
        """Take note."""


def ignore_progress(done: int, total: int) -> None:
    """Tell nobody."""


# A session's temporary tables live in its own memory; a spilled one costs as much as a real one. Here, and
# nowhere else, they are found before the live tables of the same names.
# To plan a few comparisons of whole tables, 3,000 rows of each say as much as the usual 30,000.
_SESSION: tuple[LiteralString, ...] = (
    "SET temp_buffers = '128MB'",
    "SET work_mem = '64MB'",
    "SET default_statistics_target = 10",
    "SELECT set_config('search_path', 'pg_temp, ' || quote_ident(current_schema()), false)",
)

_TABLES: LiteralString = """
    SELECT class.relname AS name, space.nspname AS schema,
           (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
             WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns,
           (SELECT array_agg(attname::text ORDER BY array_position(keys.indkey::int2[], attnum))
              FROM pg_index AS keys
              JOIN pg_attribute ON attrelid = keys.indrelid AND attnum = ANY(keys.indkey)
             WHERE keys.indrelid = class.oid AND keys.indisprimary) AS key
      FROM unnest(%s::text[]) AS name
      JOIN pg_class AS class ON class.oid = to_regclass(quote_ident(name))
      JOIN pg_namespace AS space ON space.oid = class.relnamespace
"""


# The text of a row has every column in it, of whatever type, exactly as it is kept. Rows that are the same
# byte by byte, as nearly all are, have the same text: `*=` sees that in a tenth of the time.
SAME_VALUES: LiteralString = "({one} *= {other} OR {one}::text = {other}::text)"


class TableMissing(Exception):
    """A read model's table is not there, or has no primary key: `mipos migrate` makes it."""


@dataclass(frozen=True)
class Table:
    """A table of a read model: the live one that everybody reads, and the staged one of this session."""

    name: str
    schema: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def live(self) -> sql.Identifier:
        """The table that everybody reads."""
        return sql.Identifier(self.schema, self.name)

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
    def own_key(self) -> tuple[str, ...]:
        """The columns of its primary key that tell rows of one company apart."""
        return tuple(name for name in self.key if name != COMPANY)

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

    def equal(self, one: LiteralString, other: LiteralString) -> sql.Composed:
        """The condition that rows of these two aliases are one row, with the same values."""
        same_key = self.matching(one, other)
        # Where all is key the values say nothing more.
        if not self.values:
            return same_key
        same = sql.SQL(SAME_VALUES).format(one=sql.Identifier(one), other=sql.Identifier(other))
        return sql.SQL("{} AND {}").format(same_key, same)


def listed(names: tuple[str, ...]) -> sql.Composed:
    """Column names as they stand in a statement."""
    return sql.SQL(", ").join(map(sql.Identifier, names))


@contextmanager
def staging_session(conninfo: str, name: str = "mipos staging") -> Iterator[psycopg.Connection[Any]]:
    """A session of its own, under this name, for read models none of which is made from another.

    NOTE: never on a connection that was used before: its prepared statements may have been planned for the
    live tables, and a temporary table that comes into being afterwards does not change those plans.
    """
    with RequestConnection.open(conninfo, STAGING, name) as connection:
        for statement in _SESSION:
            connection.execute(statement)
        yield connection


class Staging:
    """Temporary tables of a read model for one company, and how far they know its log.

    `progress` is told how many positions are done.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        model: Projection,
        log: ProvedLog,
        progress: Progress = ignore_progress,
    ) -> None:
        self.connection = connection
        self.model = model
        self._named = named(model)
        self.company_id = log.company_id
        self.tables = _tables_of(connection, model)
        self.position = 0
        self.events = 0
        self._progress = progress
        self._log = log
        for table in self.tables:
            connection.execute(_CREATE.format(staged=table.staged, live=table.live))
            for (name,) in connection.execute(_UNKNOWN, [table.schema, table.name]).fetchall():
                connection.execute(_STAY_UNKNOWN.format(staged=table.staged, column=sql.Identifier(name)))
        for (name,) in connection.execute(_FOR_READERS, [list(model.reading_indexes)]).fetchall():
            connection.execute(_DROP_INDEX.format(sql.Identifier("pg_temp", name)))

    @contextmanager
    def transaction(self, *, reading: bool = False) -> Iterator[Transaction]:
        """A transaction of the company over the staging's own session.

        Raises ServerOutdated when another version has put other tables in place meanwhile.
        """
        with transaction(self.connection, self.company_id, reading=reading) as db:
            db.execute(HOLD_MODEL, self._named)
            yield db

    def end_of_live(self, db: Transaction) -> int:
        """Up to which position the live rows know the log: an inline read model's always know all of it."""
        return head_of(db) if self.model.mode == "inline" else position_of(db, self.model.name)

    def catch_up(self, goal: Callable[[Transaction], int]) -> None:
        """Fold until less than a batch is left up to a position that moves on meanwhile."""
        for _ in self.batches(goal):
            pass

    def batches(self, goal: Callable[[Transaction], int]) -> Iterator[int]:
        """The same batch by batch: each is folded when it is asked for, and tells the position reached.

        Each batch is a transaction of its own: a longer one would keep the server from cleaning up behind
        the tills, whose rows are rewritten at every sale.
        """
        while True:
            with self.transaction(reading=True) as db:
                upto = goal(db)
            if upto - self.position < BATCH:
                return
            while self.position < upto:
                reached = min(end_of_page(self.position), upto)
                with self.transaction() as db:
                    folded = self.fold(db, reached, total=upto)
                self.advance(reached, folded)
                yield reached

    def fold(self, db: Transaction, upto: int, *, after: int | None = None, total: int = 0) -> int:
        """Fold the log up to a position within a transaction; returns the number of facts.

        It begins after the staging's own position, or `after` another one that this transaction has reached.
        That position stays until `advance`, as the transaction may still fail. An exception names those that
        were being folded. Raises LogAltered for an event that is not what was recorded.
        """
        after, folded = self.position if after is None else after, 0
        while after < upto:
            end = min(end_of_page(after), upto)
            try:
                facts = self._log.facts(db, self.model, after, end)
                with collecting_no_garbage():
                    if facts:
                        self.model.apply(facts, db)
            except LogAltered:
                raise
            except Exception as error:
                error.add_note(f"{self.model.name} could not fold the positions {after + 1} to {end}")
                raise
            self._progress(end, total or upto)
            after, folded = end, folded + len(facts)
        return folded

    def advance(self, position: int, events: int) -> None:
        """Note that a transaction was committed that folded so many events up to a position."""
        self.position, self.events = position, self.events + events

    def analyze(self) -> None:
        """Let the planner know how much there is; nothing else does that for temporary tables."""
        for table in self.tables:
            self.connection.execute(_ANALYZE.format(table.staged))

    def tell(self) -> None:
        """Tell once more how far it is: whoever is told may have it stop by raising something."""
        self._progress(self.position, self.position)

    def drop(self) -> None:
        """Give back the room on the disk; the session has other read models to see to."""
        for table in self.tables:
            self.connection.execute(_DROP.format(table.staged))


_ANALYZE = sql.SQL("ANALYZE {}")

_DROP = sql.SQL("DROP TABLE {}")

_CREATE = sql.SQL("""
    CREATE TEMP TABLE {staged} (
        LIKE {live} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING INDEXES
    )
""")

# Of columns that tell of persons the planner learns nothing: it would write down values, which stay on the
# disk when the table is gone. A copy of a table does not take that over.
_UNKNOWN: LiteralString = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = to_regclass(quote_ident(%s) || '.' || quote_ident(%s)) AND attnum > 0
       AND attstattarget = 0
"""

_STAY_UNKNOWN = sql.SQL("ALTER TABLE {staged} ALTER COLUMN {column} SET STATISTICS 0")

# Copies of indexes have names of their own. What follows the name and the table tells which is which.
_FOR_READERS: LiteralString = """
    SELECT copy.relname
      FROM unnest(%s::text[]) AS name
      JOIN pg_index AS live ON live.indexrelid = to_regclass(quote_ident(name))
      JOIN pg_class AS own ON own.oid = live.indrelid
      JOIN pg_index AS staged ON staged.indrelid = to_regclass('pg_temp.' || quote_ident(own.relname))
       AND split_part(pg_get_indexdef(staged.indexrelid), ' USING ', 2)
           = split_part(pg_get_indexdef(live.indexrelid), ' USING ', 2)
      JOIN pg_class AS copy ON copy.oid = staged.indexrelid
"""

_DROP_INDEX = sql.SQL("DROP INDEX {}")


def _tables_of(connection: psycopg.Connection[Any], model: Projection) -> tuple[Table, ...]:
    """The tables as they are in the database. Raises TableMissing."""
    rows = connection.execute(_TABLES, [list(model.tables)]).fetchall()
    tables = {row[0]: Table(row[0], row[1], tuple(row[2]), tuple(row[3] or ())) for row in rows}
    for name in model.tables:
        if name not in tables or not tables[name].key:
            raise TableMissing(name)
    return tuple(tables[name] for name in model.tables)
