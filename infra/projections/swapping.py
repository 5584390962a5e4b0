"""Putting rows that were made anew in the place of the live ones, while the shop goes on selling."""

import time
from typing import LiteralString

from psycopg import errors, sql

from infra.postgres.transactions import Transaction
from infra.projections.checkpoints import head_of, hold, resume
from infra.projections.closure import open_if_whole
from infra.projections.comparing import count_differences
from infra.projections.staging import Staging, Table
from infra.projections.verifications import note_made_anew

#: How often the swap gives way to commands that it met, before it gives up.
ATTEMPTS = 100
_LONGEST_PAUSE = 0.5

# The swap gives way before the server finds a deadlock (after 1 s) and picks its victim, maybe the command.
_PATIENCE: LiteralString = "SET LOCAL lock_timeout = '300ms'"

# Where the live table was empty when it was last analyzed, the planner would look through all that was put
# there by then for each further row: 375,000 rows of the ledger took hours.
_BY_HASH: LiteralString = "SET LOCAL enable_nestloop = off"

_HOLD_LOG: LiteralString = "SELECT hold_log(%(company_id)s) AS position"

_HOLD_ROWS = sql.SQL("SELECT FROM {live} WHERE company_id = %(company_id)s ORDER BY {key} FOR UPDATE")

_EMPTY = sql.SQL("DELETE FROM {live} WHERE company_id = %(company_id)s")

# Most rebuilds find every row as it should be. That is one comparison; what differs takes two more.
_IS_SAME = sql.SQL("""
    SELECT (SELECT count(*) FROM {live} WHERE company_id = %(company_id)s) = count(*)
           AND count(live.company_id) = count(*) AS is_same
      FROM {staged} AS staged
      LEFT JOIN {live} AS live ON live.company_id = %(company_id)s AND {same_row}
""")

# Only what differs is written. A row is changed in its place, so that a command that waits for it finds it;
# one taken away and put back would be gone for a transaction that waited.
_TAKE_AWAY = sql.SQL("""
    DELETE FROM {live} AS live
     WHERE live.company_id = %(company_id)s
       AND NOT EXISTS (SELECT FROM {staged} AS staged WHERE {same_key})
""")

_PUT = sql.SQL("""
    INSERT INTO {live} AS live ({columns})
    SELECT {columns} FROM {staged} AS staged
     WHERE NOT EXISTS (SELECT FROM {live} AS live
                        WHERE live.company_id = %(company_id)s AND {same_row})
        ON CONFLICT ({key}) {changes}
""")

# A user name that is another company's by now stays that company's; the check will name it.
_CHANGE = sql.SQL("DO UPDATE SET {values} WHERE live.company_id = %(company_id)s")

# What the swap meets when a command holds what it needs, or the other way round.
_IN_THE_WAY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)


def swap_patiently(staging: Staging, wrong: int | None) -> int:
    """Swap, giving way to whatever is met. Returns how many rows were put right."""
    # After a failed attempt the driver would take statements for prepared that the server never saw.
    staging.connection.prepare_threshold = None
    emptied = False
    for attempt in range(1, ATTEMPTS):
        try:
            return _swap(staging, wrong, emptied=emptied)
        except _IN_THE_WAY:
            time.sleep(min(0.01 * 2 ** min(attempt, 6), _LONGEST_PAUSE))
            staging.catch_up(staging.end_of_live)
        except errors.UniqueViolation:
            # Two live rows have to trade what is unique among them: no order of single changes does that.
            if emptied:
                raise
            emptied = True
    return _swap(staging, wrong, emptied=emptied)


def _swap(staging: Staging, wrong: int | None, *, emptied: bool) -> int:
    """Fold the last events and write what differs, while nobody else writes, in one transaction.

    Rows were wrong that differ at the position up to which the live ones know the log; `wrong` is how many
    did when they were compared before, if they were.
    """
    folded = 0
    with staging.transaction() as db:
        position, head = _hold(db, staging)
        reached = staging.position
        if reached <= position < head:
            folded, reached = staging.fold(db, position), position
            staging.analyze()
            wrong = count_differences(db, staging.tables)
        folded += staging.fold(db, head, after=reached)
        staging.analyze()
        db.execute(_BY_HASH, {})
        changed = sum([_put_right(db, table, emptied=emptied) for table in staging.tables])
        if staging.model.mode == "async":
            resume(db, staging.model.name, head)
        else:
            open_if_whole(db, staging.model)
        note_made_anew(db, staging.model.name)
    staging.advance(head, folded)
    return changed if position == head or wrong is None else wrong


def _hold(db: Transaction, staging: Staging) -> tuple[int, int]:
    """Stop other transactions that write these rows, in the order in which commands lock.

    Returns the position up to which the live rows know the log, and its head.
    """
    if staging.model.mode == "async":
        return hold(db, staging.model.name), head_of(db)
    db.execute(_PATIENCE, {})
    params = {"company_id": db.company_id}
    for table in staging.tables:
        statement = _HOLD_ROWS.format(live=table.live, key=table.key_list)
        db.connection.execute(statement, params)
    row = db.ask(_HOLD_LOG, params).row()
    head = (row["position"] or 0) if row else 0
    return head, head


def _put_right(db: Transaction, table: Table, *, emptied: bool) -> int:
    """Make the live rows of the company equal the staged ones. Returns how many were changed."""
    params = {"company_id": db.company_id}
    values = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in table.values
    )
    parts = {
        "live": table.live,
        "staged": table.staged,
        "columns": table.column_list,
        "key": table.key_list,
        "same_key": table.matching("live", "staged"),
        "same_row": table.equal("live", "staged"),
        "changes": _CHANGE.format(values=values) if table.values else sql.SQL("DO NOTHING"),
    }
    connection = db.connection
    if connection.execute(_IS_SAME.format(**parts), params).fetchone() == (True,):
        return 0
    taken = connection.execute((_EMPTY if emptied else _TAKE_AWAY).format(**parts), params)
    put = connection.execute(_PUT.format(**parts), params)
    return taken.rowcount + put.rowcount
