"""Takes what was deleted off the disk: tables are written anew without it, old files of the log removed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import errors, sql

#: For how long a table is waited for, in milliseconds: whoever wants it meanwhile waits behind us.
LOCK_MILLISECONDS = 2000
#: How often one that is in use is tried, and how long after, in seconds.
ATTEMPTS, PAUSE = 20, 3.0

_LOCK_TIMEOUT: LiteralString = "SELECT set_config('lock_timeout', %s::text, false)"
_REWRITE: LiteralString = "VACUUM (FULL) {}"
# What was written anew is not known as visible to all yet, and indexes alone would answer nothing.
_SEE: LiteralString = "VACUUM (ANALYZE) {}"
_END_LOG_FILE: LiteralString = "SELECT pg_switch_wal()"
_CHECKPOINT: LiteralString = "CHECKPOINT"
# A server that notes what changes, for incremental backups, keeps its log until it has read it, which it does
# up to the last checkpoint.
_READS_LOG: LiteralString = """
    SELECT pg_current_wal_lsn() FROM pg_settings WHERE name = 'summarize_wal' AND setting = 'on'
"""
_HAS_READ: LiteralString = """
    SELECT summarized_lsn >= %s::pg_lsn FROM pg_get_wal_summarizer_state()
"""
#: How long it is waited for, in seconds.
READING = 60.0


@dataclass(frozen=True)
class Scrubbed:
    """What was written anew, what was in use all the time, and whether old files of the log are gone."""

    tables: tuple[str, ...]
    busy: tuple[str, ...]
    has_new_log: bool

    @property
    def is_whole(self) -> bool:
        """Whether every table was written anew."""
        return not self.busy


def scrub(
    connection: psycopg.Connection[Any],
    tables: Sequence[str],
    *,
    attempts: int = ATTEMPTS,
    pause: float = PAUSE,
    progress: Callable[[str], None] = lambda _: None,
) -> Scrubbed:
    """Write each table anew, as its owner, and let the server remove its log of before.

    Nobody reads or writes a table while that lasts. `progress` is told which table is next.
    """
    connection.execute(_LOCK_TIMEOUT, [str(LOCK_MILLISECONDS)])
    busy = list(tables)
    for attempt in range(attempts):
        if attempt and busy:
            time.sleep(pause)
        busy = [table for table in busy if not _rewrite(connection, table, progress)]
    done = tuple(table for table in tables if table not in busy)
    return Scrubbed(done, tuple(busy), _renew_log(connection))


def _rewrite(connection: psycopg.Connection[Any], table: str, progress: Callable[[str], None]) -> bool:
    """Write a table anew, unless somebody holds it. Returns whether it was."""
    progress(table)
    try:
        for statement in (_REWRITE, _SEE):
            connection.execute(sql.SQL(statement).format(sql.Identifier(table)))
    except (errors.LockNotAvailable, errors.DeadlockDetected):
        return False
    return True


def _renew_log(connection: psycopg.Connection[Any]) -> bool:
    """Go on in a new file of the log and let go of older ones. Returns whether we may: it is the server's."""
    try:
        connection.execute(_END_LOG_FILE)
        place = connection.execute(_READS_LOG).fetchone()
        connection.execute(_CHECKPOINT)
        if place:
            end = time.monotonic() + READING
            while connection.execute(_HAS_READ, place).fetchall() != [(True,)]:
                if time.monotonic() > end:
                    return False
                time.sleep(0.1)
            connection.execute(_CHECKPOINT)
    except errors.InsufficientPrivilege:
        return False
    return True
