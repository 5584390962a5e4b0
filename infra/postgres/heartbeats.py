"""The heartbeats of worker processes: by them workers know each other, and free what a frozen one holds.

A process that is stopped or hangs keeps its connections, and with them its locks. Where it pauses within a
transaction the server itself ends that (`infra/postgres/connections.py`); but the lock of a job goes only
with its connection, and a server process that is still sending rows never comes to look at the clock. So
every worker watches the others' hearts, and has the server end the connections of one that stands still.
"""

import os
import secrets
import socket
import time
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, LiteralString

import psycopg
import structlog

from infra.postgres.connections import REQUESTS, bounded
from infra.process.troubles import described

#: This process among all workers: a part of the name of each of its connections.
PROCESS = secrets.token_hex(6)
#: How often a heart beats, and how long it may stand still until the worker counts as frozen, in seconds.
BEAT, STILL = 1.0, 5.0
#: How long a worker that is not heard of any more is still told of, in seconds.
REMEMBERED = 60.0

log = structlog.get_logger("workers")

# Workers belong to no company.
_BEAT: LiteralString = """
    INSERT INTO worker_heartbeats AS heart (process, place, beats, beat_at)
    VALUES (%(process)s, %(place)s, 1, clock_timestamp())
        ON CONFLICT (process) DO UPDATE SET beats = heart.beats + 1, beat_at = excluded.beat_at
"""

_HEARTS: LiteralString = "SELECT process, place, beats FROM worker_heartbeats WHERE process <> %(process)s"

_FORGET: LiteralString = """
    DELETE FROM worker_heartbeats
     WHERE process = %(process)s OR beat_at < clock_timestamp() - make_interval(secs => %(remembered)s)
"""

# Only sessions of the same role can be ended, which every worker of an installation has.
_FREE: LiteralString = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = current_user
       AND application_name LIKE 'mipos %%' AND application_name LIKE '%% ' || %(process)s
"""


def part_name(part: str) -> str:
    """Under which name a part of this worker connects."""
    return f"mipos {part} {PROCESS}"


@dataclass
class _Neighbour:
    """Another worker's heart: its last beat that this worker read, and when by its own clock."""

    beats: int
    at: float
    is_freed: bool = False


class Heart:
    """Beats for this process in a thread of its own, and watches the others."""

    def __init__(
        self, conninfo: str, process: str = PROCESS, *, beat: float = BEAT, still: float = STILL
    ) -> None:
        self._conninfo = bounded(conninfo, REQUESTS)
        self.process = process
        self._beat = beat
        self._still = still
        self._neighbours: dict[str, _Neighbour] = {}
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="heart", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more, and be forgotten: a worker that ends when it is asked to is not missing."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                with psycopg.connect(
                    self._conninfo, autocommit=True, application_name=f"mipos heart {self.process}"
                ) as connection:
                    while not self._stopped.wait(self._beat):
                        self.beat(connection)
                    connection.execute(_FORGET, {"process": self.process, "remembered": REMEMBERED})
            except psycopg.Error as error:
                # Nobody could be heard meanwhile, so nobody was silent.
                self._neighbours.clear()
                log.warning("a heart cannot beat", error=described(error))
                self._stopped.wait(self._beat)

    def beat(self, connection: psycopg.Connection[Any]) -> None:
        """Beat once, and look at the other workers."""
        own = {"process": self.process}
        connection.execute(_BEAT, {**own, "place": f"{socket.gethostname()}:{os.getpid()}"})
        now, rows = time.monotonic(), connection.execute(_HEARTS, own).fetchall()
        self._neighbours = {
            process: self._neighbours.get(process, _Neighbour(beats, now)) for process, _, beats in rows
        }
        for process, place, beats in rows:
            heart = self._neighbours[process]
            if beats != heart.beats:
                self._neighbours[process] = _Neighbour(beats, now)
            elif now - heart.at >= self._still and not heart.is_freed:
                heart.is_freed = True
                self._free(connection, process, place)
        if any(heart.is_freed for heart in self._neighbours.values()):
            connection.execute(_FORGET, {"process": None, "remembered": REMEMBERED})

    def _free(self, connection: psycopg.Connection[Any], process: str, place: str) -> None:
        """Have the server end what a frozen worker left open. One that died left nothing."""
        row = connection.execute(_FREE, {"process": process}).fetchone()
        log.warning("a worker stands still", place=place, connections_ended=row[0] if row else 0)
