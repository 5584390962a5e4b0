"""A copy of the database that follows it, and answers questions while it knows what the primary knew."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from typing import Any, Literal, LiteralString

import psycopg
import structlog

from infra.postgres.pool import RequestPool
from infra.postgres.request_transactions import RequestConnection
from infra.postgres.statements import compiled
from infra.process.troubles import described

#: For how many seconds a question waits for the copy before it is asked of the primary.
PATIENCE = 0.25
#: For how many seconds a copy that failed is left alone: the first time, and at most.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
#: After how many seconds without a word about where it is the copy counts as lost.
_SILENCE = 1.0
_SHORTEST, _LONGEST = 0.001, 0.02

#: Who answered a question that the copy might have answered.
Outcome = Literal["replica", "primary"]
CountOutcome = Callable[[Outcome], None]

#: How far the primary's own log is written; null where it is a copy itself. What anybody sees there was
#: written before that, so that a copy which has it sees the same.
WRITTEN: LiteralString = """
    SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_flush_lsn()::text END AS written
"""

_PRIMARY: LiteralString = """
    SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_flush_lsn()::text END AS written,
           (SELECT system_identifier::text FROM pg_control_system()) AS system
"""

_COPY: LiteralString = """
    SELECT pg_is_in_recovery() AS is_copy, (SELECT system_identifier::text FROM pg_control_system()) AS system
"""

_HAS: LiteralString = """
    SELECT pg_is_in_recovery() AS is_copy,
           coalesce(pg_last_wal_replay_lsn() >= %(written)s::text::pg_lsn, false) AS has_it
"""

log = structlog.get_logger("replica")


class ReplicaUnfit(Exception):
    """The copy cannot be asked now."""

    def __str__(self) -> str:
        return self.__doc__ or ""


class NotACopy(ReplicaUnfit):
    """DATABASE_REPLICA_URL leads to a server that follows none."""


class CopyOfAnother(ReplicaUnfit):
    """DATABASE_REPLICA_URL leads to a copy of another server."""


class PrimaryUnknown(ReplicaUnfit):
    """The primary does not say how far its log is written."""


class TooFarBehind(ReplicaUnfit):
    """The copy does not have yet what the primary had."""


class Replica:
    """Answers over a pool of its own, and is left alone for a while whenever it cannot.

    Whether it is back is looked at in a thread of its own: no request waits for a connection that may not
    come. It is not asked before it was found to be a copy of this primary.
    """

    def __init__(
        self,
        pool: RequestPool,
        primary: RequestPool,
        *,
        count: CountOutcome = lambda _: None,
        patience: float = PATIENCE,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self._pool = pool
        self._primary = primary
        self._patience = patience
        self._first_pause = self._pause = first_pause
        self._turn = Lock()
        self._is_at_hand = self._is_looking = False
        self._looks_again_at = 0.0
        #: Is told who answered.
        self.count = count

    @property
    def is_at_hand(self) -> bool:
        """Whether it can be asked; where it cannot, somebody looks after it from time to time."""
        if not self._is_at_hand:
            self._look_after()
        return self._is_at_hand

    @contextmanager
    def having(self, written: str) -> Iterator[RequestConnection]:
        """A connection to it, once it has what the primary has written. Raises TooFarBehind, NotACopy."""
        with self._pool.connection() as connection:
            self._wait(connection, written)
            yield connection

    def leave(self, error: Exception) -> None:
        """Leave it alone for a while."""
        with self._turn:
            if not self._is_at_hand:
                return
            self._is_at_hand = False
            self._looks_again_at = time.monotonic() + self._pause
        self._pool.drop()
        log.warning("the replica is left alone", error=_reason(error), seconds=self._pause)

    def _look_after(self) -> None:
        with self._turn:
            if self._is_looking or self._is_at_hand or time.monotonic() < self._looks_again_at:
                return
            self._is_looking = True
        Thread(target=self._look, name="replica", daemon=True).start()

    def _look(self) -> None:
        try:
            self._examine()
        except (psycopg.Error, ReplicaUnfit) as error:
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            self._looks_again_at = time.monotonic() + self._pause
            log.warning("the replica cannot be asked", error=_reason(error), seconds=self._pause)
        else:
            self._pause, self._is_at_hand = self._first_pause, True
            log.info("the replica answers questions")
        finally:
            self._is_looking = False

    def _examine(self) -> None:
        """See that it follows this primary, and how closely. Raises ReplicaUnfit."""
        with self._primary.connection() as connection:
            primary = _ask(connection, _PRIMARY)
        if primary["written"] is None:
            raise PrimaryUnknown
        with self._pool.connection() as connection:
            copy = _ask(connection, _COPY)
            if not copy["is_copy"]:
                raise NotACopy
            if copy["system"] != primary["system"]:
                raise CopyOfAnother
            self._wait(connection, primary["written"])

    def _wait(self, connection: RequestConnection, written: str) -> None:
        deadline, pause = time.monotonic() + self._patience, _SHORTEST
        while not _has(connection, written):
            if time.monotonic() + pause > deadline:
                raise TooFarBehind
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST)


def _has(connection: RequestConnection, written: str) -> bool:
    row = _ask(connection, _HAS, written=written)
    # One that was made a primary since has a log of its own.
    if not row["is_copy"]:
        raise NotACopy
    return bool(row["has_it"])


def _ask(connection: RequestConnection, query: LiteralString, **params: str) -> dict[str, Any]:
    """The one row of what is no transaction of a company. Raises psycopg.Error."""
    pipeline = connection.requests
    pipeline.open(time.monotonic() + _SILENCE)
    answer = pipeline.queue(compiled(query), params)
    pipeline.close()
    [row] = answer.rows()
    return row


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, ReplicaUnfit) else described(error)
