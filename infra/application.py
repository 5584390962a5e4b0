"""The way in: every command is one transaction, every question another, whoever asks."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, LiteralString, TypeVar
from uuid import UUID

from psycopg import errors
from psycopg_pool import ConnectionPool

from commands.outcomes import IdempotencyInProgress, IdempotencyKey, IdempotencyKeyReused, Outcome, Response
from commands.ports import Caller, ConcurrentEdit, UnitOfWork
from infra.pipeline import RequestConnection, RequestTransaction, request_transaction
from infra.unit_of_work import Decision, Ledger
from projections.base import ProjectionBehind

C = TypeVar("C")
R = TypeVar("R")

#: How often a decision is taken again when another one came in between.
ATTEMPTS = 5
#: How long a question waits for a read model to reach a position, in seconds.
PATIENCE = 5.0


_HEAD: LiteralString = """
    SELECT position FROM company_head WHERE company_id = %(company_id)s
"""

_CHECKPOINT: LiteralString = """
    SELECT position FROM projection_checkpoints
     WHERE company_id = %(company_id)s AND projection = %(projection)s
"""

# The lock tells a request that is still running from one that ended; it goes with the transaction.
_STORED: LiteralString = """
    SELECT pg_try_advisory_xact_lock(hashtextextended(%(lock)s::text, 0)) AS mine,
           stored.fingerprint, stored.status, stored.etag, stored.body, stored.position
      FROM (SELECT 1) AS always
      LEFT JOIN idempotency_keys AS stored
        ON stored.company_id = %(company_id)s AND stored.key = %(key)s
"""

_STORE: LiteralString = """
    INSERT INTO idempotency_keys (company_id, key, fingerprint, status, etag, body, position, created_at)
    SELECT %(company_id)s, %(key)s, %(fingerprint)s, %(status)s, %(etag)s, %(body)s, head.position, %(now)s
      FROM company_head AS head
     WHERE head.company_id = %(company_id)s
"""

_STREAMS: LiteralString = """
    SELECT stream_id, stream_version, type, state, metadata FROM events
     WHERE company_id = %(company_id)s AND stream_id = ANY(%(ids)b::uuid[])
       AND (%(as_of)s::timestamptz IS NULL OR recorded_at <= %(as_of)s::timestamptz)
     ORDER BY stream_id, stream_version
"""


class Reading:
    """A question's view of the company: its read models, and its aggregates from the log."""

    def __init__(self, db: RequestTransaction, ledger: Ledger) -> None:
        self.db = db
        self._ledger = ledger

    def aggregates(self, kind: type[Any], ids: list[UUID], as_of: datetime | None = None) -> list[Any]:
        """The aggregates of these ids, in this order, as they are or were recorded by `as_of`."""
        params = {"company_id": self.db.company_id, "ids": ids, "as_of": as_of}
        streams: dict[UUID, list[dict[str, Any]]] = {}
        for row in self.db.ask(_STREAMS, params).rows():
            streams.setdefault(row["stream_id"], []).append(row)
        found = (self._ledger.types.rebuild(streams[one]) for one in ids if one in streams)
        return [aggregate for aggregate in found if isinstance(aggregate, kind)]


class Application:
    """Runs commands and questions over a pool of connections."""

    def __init__(self, pool: "ConnectionPool[RequestConnection]", ledger: Ledger) -> None:
        self._pool = pool
        self._ledger = ledger

    @contextmanager
    def transaction(self, company_id: UUID, *, reading: bool = False) -> Iterator[RequestTransaction]:
        """A plain transaction of a company, for what is neither command nor question: sign-in, sessions."""
        with (
            self._pool.connection() as connection,
            request_transaction(connection, company_id, reading=reading) as db,
        ):
            yield db

    def run(
        self,
        caller: Caller,
        handler: Callable[[C, UnitOfWork], R],
        command: C,
        present: Callable[[R], Response],
        key: IdempotencyKey | None = None,
    ) -> Outcome:
        """Decide, record and answer in one transaction; decide again when another decision came in between.

        Raises the handler's refusals, IdempotencyKeyReused, IdempotencyInProgress, ConcurrentEdit.
        """
        for attempt in range(ATTEMPTS):
            try:
                return self._attempt(caller, handler, command, present, key)
            except (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation):
                time.sleep(0.002 * attempt)
        raise ConcurrentEdit

    def _attempt(
        self,
        caller: Caller,
        handler: Callable[[C, UnitOfWork], R],
        command: C,
        present: Callable[[R], Response],
        key: IdempotencyKey | None,
    ) -> Outcome:
        with self._pool.connection() as connection:
            with request_transaction(connection, caller.company_id) as db:
                stored = db.ask(_STORED, _key_params(caller, key)) if key else None
                work = Decision(db, self._ledger, caller, datetime.now(UTC))
                if key and stored and (earlier := _replayed(stored.row(), key)):
                    return earlier
                result = handler(command, work)
                response = present(result)
                position = work.record() if work.has_events else db.ask(_HEAD, {"company_id": db.company_id})
                if key:
                    db.execute(_STORE, _record_params(caller, key, response, work.now))
                if not work.has_events and not key:
                    db.abandon()
            head = position.row()
        return Outcome(response, head["position"] if head else 0)

    def read(
        self,
        company_id: UUID,
        question: Callable[[Reading], R],
        *,
        projection: str | None = None,
        wait_for: int | None = None,
    ) -> tuple[R, int]:
        """Answer a question and say up to which position of the log the answer knows.

        `projection` names the asynchronous read model it is answered from; None: the inline ones, which know
        everything. With `wait_for` the answer knows at least that position. Raises ProjectionBehind.
        """
        deadline = time.monotonic() + PATIENCE
        pause = 0.002
        while True:
            with (
                self._pool.connection() as connection,
                request_transaction(connection, company_id, reading=True) as db,
            ):
                params = {"company_id": company_id, "projection": projection}
                place = db.ask(_CHECKPOINT if projection else _HEAD, params)
                reading = Reading(db, self._ledger)
                if wait_for is None:
                    answer = question(reading)
                row = place.row()
                position = row["position"] if row else 0
                if wait_for is None:
                    return answer, position
                if position >= wait_for:
                    return question(reading), position
            if time.monotonic() + pause > deadline:
                raise ProjectionBehind
            time.sleep(pause)
            pause = min(pause * 2, 0.1)


def _key_params(caller: Caller, key: IdempotencyKey) -> dict[str, Any]:
    return {
        "company_id": caller.company_id,
        "key": key.key,
        "lock": f"{caller.company_id}/{key.key}",
    }


def _record_params(caller: Caller, key: IdempotencyKey, response: Response, now: datetime) -> dict[str, Any]:
    return {
        **_key_params(caller, key),
        "fingerprint": key.fingerprint,
        "status": response.status,
        "etag": response.etag,
        "body": response.body,
        "now": now,
    }


def _replayed(row: dict[str, Any] | None, key: IdempotencyKey) -> Outcome | None:
    if row is None or row["status"] is None:
        if row is not None and not row["mine"]:
            raise IdempotencyInProgress
        return None
    if bytes(row["fingerprint"]) != key.fingerprint:
        raise IdempotencyKeyReused
    response = Response(row["status"], row["etag"], bytes(row["body"]))
    return Outcome(response, row["position"], replayed=True)
