"""Appending to the log against plain inserts of the same rows: what numbering and hashing cost."""

import os
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.bench.recording import record_sale
from infra.bench.rounds import ROUNDS, alternate
from infra.bench.shops import Chain, id_of
from infra.bench.site import task
from infra.eventstore.recorder import APPEND_EVENTS
from infra.ids import uuid7
from infra.transactions import transaction

#: At how many connections at once.
FEW, SEVERAL = 1, 4
_START_SECONDS = 1.0

# The same columns, indexes and checks, but no rows to lock and nothing to hash.
_TABLE: LiteralString = "CREATE TABLE plain_events (LIKE events INCLUDING ALL)"
_GRANT: LiteralString = "GRANT INSERT ON plain_events TO mipos_app"

_TWO_EVENTS: LiteralString = """
    SELECT type, state, metadata FROM events WHERE company_id = %s ORDER BY position DESC LIMIT 2
"""

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
    """A connection's task: which two events, how, and from when to when (monotonic seconds)."""

    conninfo: str
    company_id: UUID
    events: list[tuple[str, str, str]]
    is_plain: bool
    begin: float
    end: float


def measure(chain: Chain) -> dict[str, Any]:
    """Commits of two events a second, appended and inserted, with one connection and with four."""
    site = chain.site
    site.say("Comparing appends with plain inserts")
    record_sale(chain)
    events = site.own(_TWO_EVENTS, id_of("company"))
    site.own(_TABLE)
    site.own(_GRANT)
    turn = site.seconds / ROUNDS / 2
    said: dict[str, Any] = {}
    for connections, suffix in ((FEW, "one_connection"), (SEVERAL, "four_connections")):

        def commits(is_plain: bool, connections: int = connections) -> float:
            return _write(chain, events, is_plain, connections, turn)

        found = alternate({"append": lambda: commits(False), "insert": lambda: commits(True)})
        said[f"append_vs_insert_{suffix}"] = found["append"] / found["insert"]
        said[f"appends_per_s_{suffix}"] = found["append"]
        said[f"inserts_per_s_{suffix}"] = found["insert"]
    return {"append_vs_insert": said["append_vs_insert_one_connection"], **said}


def _write(
    chain: Chain, events: list[tuple[Any, ...]], is_plain: bool, connections: int, seconds: float
) -> float:
    begin = time.monotonic() + _START_SECONDS
    conninfo, company_id = chain.site.addresses.app, id_of("company")
    writing = Writing(conninfo, company_id, list(events), is_plain, begin, begin + seconds)
    with ExitStack() as writers:
        results = [writers.enter_context(task("infra.bench.appending", writing)) for _ in range(connections)]
        return float(sum(result() for result in results))


def run(writing: Writing) -> float:
    """Write until the time is over; returns commits a second."""
    with psycopg.connect(writing.conninfo, autocommit=True, prepare_threshold=1) as connection:
        commit = _inserting(connection, writing) if writing.is_plain else _appending(connection, writing)
        commit()
        commit()
        done = 0
        time.sleep(max(0.0, writing.begin - time.monotonic()))
        begin = time.monotonic()
        while (now := time.monotonic()) < writing.end:
            commit()
            done += 1
        return done / (now - begin)


def _appending(connection: psycopg.Connection[Any], writing: Writing) -> Any:
    types, states, metadata = (list(column) for column in zip(*writing.events, strict=True))
    params = {
        "company_id": writing.company_id,
        "stream_versions": [1, 1],
        "types": types,
        "states": states,
        "metadata": metadata,
    }

    def commit() -> None:
        with transaction(connection, writing.company_id) as db:
            db.execute(APPEND_EVENTS, {**params, "stream_ids": [uuid7(), uuid7()]})

    return commit


def _inserting(connection: psycopg.Connection[Any], writing: Writing) -> Any:
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
