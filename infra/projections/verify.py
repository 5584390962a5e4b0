"""Checking a read model against the log: made again beside the live one, and compared row by row."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row

from infra.eventstore.codec import EventTypes
from infra.projections.checkpoints import head_of, position_of
from infra.projections.staging import ANALYZE, Progress, Staging, Table, staging_session, unheard
from infra.transactions import Transaction, transaction
from projections.base import Projection

#: How many rows that differ are shown of each table.
SHOWN = 20


@dataclass(frozen=True)
class Difference:
    """A cell that is not what the log says; without a column the whole row is missing, or one too many.

    Values are as the database writes them; None stands for NULL.
    """

    table: str
    key: Mapping[str, str]
    column: str | None
    live: str | None
    rebuilt: str | None

    def __str__(self) -> str:
        key = ", ".join(f"{name} {value}" for name, value in self.key.items())
        if self.column is None:
            return f"{self.table} ({key}): the row is {'missing' if self.live is None else 'not in the log'}"
        return f"{self.table} ({key}): {self.column} is {self.live}, the log says {self.rebuilt}"


@dataclass(frozen=True)
class TableDigest:
    """SHA-256, in hexadecimal, over a table's rows of the company in the order of their key."""

    table: str
    rows: int
    live: str
    rebuilt: str


@dataclass(frozen=True)
class VerifyReport:
    """What a check found at a position of the log, from so many facts, in seconds."""

    projection: str
    company_id: UUID
    position: int
    events: int
    tables: tuple[TableDigest, ...]
    differences: tuple[Difference, ...]
    seconds: float

    @property
    def is_true(self) -> bool:
        """Whether the read model says exactly what the log says."""
        return all(table.live == table.rebuilt for table in self.tables)


def verify(
    conninfo: str,
    types: EventTypes,
    model: Projection,
    company_id: UUID,
    progress: Progress = unheard,
    *,
    shown: int = SHOWN,
) -> VerifyReport:
    """Compare a company's rows of a read model with what its log makes of them, at one moment.

    The moment is that of one snapshot: an asynchronous read model is checked at its own position, an inline
    one at the end of the log. Nobody waits for it, and nothing is changed.
    """
    started = time.monotonic()
    with staging_session(conninfo) as connection:
        staging = Staging(connection, types, model, company_id)
        connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with transaction(connection, company_id) as db:
            position = position_of(db, model.name) if model.mode == "async" else head_of(db)
            events = staging.fold(db, position, progress)
            for table in staging.tables:
                connection.execute(ANALYZE.format(table.staged))
            tables = tuple(_digest(db, table) for table in staging.tables)
            wrong = {digest.table for digest in tables if digest.live != digest.rebuilt}
            found = [_differences(db, table, shown) for table in staging.tables if table.name in wrong]
    return VerifyReport(
        projection=model.name,
        company_id=company_id,
        position=position,
        events=events,
        tables=tables,
        differences=tuple(difference for differences in found for difference in differences),
        seconds=time.monotonic() - started,
    )


# The text of a row has every column in it, of whatever type, exactly as it is kept.
_DIGEST = sql.SQL("""
    SELECT count(*) AS rows,
           encode(sha256(coalesce(string_agg(sha256(convert_to(one::text, 'UTF8')), '' ORDER BY {key}), '')),
                  'hex') AS digest
      FROM {table} AS one
     WHERE company_id = %(company_id)s
""")

_DIFFERENCES = sql.SQL("""
    SELECT {columns}, live.{first} IS NULL AS is_missing, staged.{first} IS NULL AS is_extra
      FROM (SELECT * FROM {live} WHERE company_id = %(company_id)s) AS live
      FULL JOIN {staged} AS staged ON {same_key}
     WHERE live::text IS DISTINCT FROM staged::text
     ORDER BY {order}
     LIMIT %(shown)s
""")


def _digest(db: Transaction, table: Table) -> TableDigest:
    answers = [
        db.connection.execute(_DIGEST.format(table=one, key=table.key_list), {"company_id": db.company_id})
        for one in (table.live, table.staged)
    ]
    (rows, live), (_, rebuilt) = (answer.fetchall()[0] for answer in answers)
    return TableDigest(table.name, rows, live, rebuilt)


def _differences(db: Transaction, table: Table, shown: int) -> list[Difference]:
    statement = _DIFFERENCES.format(
        columns=sql.SQL(", ").join(
            sql.SQL("{}::text AS {}").format(sql.Identifier(side, name), sql.Identifier(f"{side} {name}"))
            for name in table.columns
            for side in ("live", "staged")
        ),
        first=sql.Identifier(table.key[0]),
        live=table.live,
        staged=table.staged,
        same_key=table.matching("live", "staged"),
        order=sql.SQL(", ").join(
            sql.SQL("coalesce(live.{0}, staged.{0})").format(sql.Identifier(name)) for name in table.key
        ),
    )
    cursor = db.connection.cursor(row_factory=dict_row)
    cursor.execute(statement, {"company_id": db.company_id, "shown": shown})
    return [difference for row in cursor.fetchall() for difference in _compare(table, row)]


def _compare(table: Table, row: Mapping[str, Any]) -> list[Difference]:
    side = "staged" if row["is_missing"] else "live"
    key = {name: row[f"{side} {name}"] for name in table.key}
    if row["is_missing"] or row["is_extra"]:
        there = "there"
        return [Difference(table.name, key, None, *((None, there) if row["is_missing"] else (there, None)))]
    return [
        Difference(table.name, key, name, row[f"live {name}"], row[f"staged {name}"])
        for name in table.columns
        if row[f"live {name}"] != row[f"staged {name}"]
    ]
