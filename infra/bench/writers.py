"""One connection that commits two events again and again: appended to the log, or plainly inserted."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.eventstore.append import APPEND_EVENTS
from infra.postgres.request_transactions import RequestConnection, request_transaction
from infra.process.ids import uuid7

_INSERT: LiteralString = """
    INSERT INTO plain_events (company_id, position, stream_id, stream_version, type, state, metadata,
                              recorded_at, hash)
    VALUES (%(company)s, %(position)s, %(stream)s, 1, %(type)s, %(state)s, %(metadata)s, %(now)s,
            %(hash)s),
           (%(company)s, %(position2)s, %(stream2)s, 1, %(type2)s, %(state2)s, %(metadata2)s, %(now)s,
            %(hash)s)
"""


@dataclass
class Writing:
    """A connection's task: which two events, how, from when on (monotonic clock), and for how long."""

    conninfo: str
    company_id: UUID
    events: list[tuple[str, str, str]]
    is_plain: bool
    begin: float
    seconds: float


def run(writing: Writing) -> float:
    """Write until the time is over; returns commits a second."""
    with RequestConnection.connect(writing.conninfo, autocommit=True, prepare_threshold=1) as connection:
        commit = _inserting(connection, writing) if writing.is_plain else _appending(connection, writing)
        commit()
        commit()
        done = 0
        time.sleep(max(0.0, writing.begin - time.monotonic()))
        begin = now = time.monotonic()
        while now - begin < writing.seconds:
            commit()
            done += 1
            now = time.monotonic()
        return done / (now - begin)


def _appending(connection: RequestConnection, writing: Writing) -> Callable[[], None]:
    types, states, metadata = (list(column) for column in zip(*writing.events, strict=True))
    params = {
        "company_id": writing.company_id,
        "stream_versions": [1, 1],
        "types": types,
        "states": states,
        "metadata": metadata,
    }

    def commit() -> None:
        with request_transaction(connection, writing.company_id) as db:
            db.execute(APPEND_EVENTS, {**params, "stream_ids": [uuid7(), uuid7()]})

    return commit


def _inserting(connection: psycopg.Connection[Any], writing: Writing) -> Callable[[], None]:
    first, second = writing.events
    params = {
        **dict(zip(("type", "state", "metadata"), first, strict=True)),
        **dict(zip(("type2", "state2", "metadata2"), second, strict=True)),
        "company": writing.company_id,
        "hash": os.urandom(32),
    }
    position = time.time_ns() // 1000 * 1000 + os.getpid() % 1000  # Nobody else's, and ever greater.

    def commit() -> None:
        nonlocal position
        position += 2000
        fresh = {"position": position, "position2": position + 1000, "stream": uuid7(), "stream2": uuid7()}
        connection.execute(_INSERT, {**params, **fresh, "now": datetime.now(UTC)}, binary=True)

    return commit
