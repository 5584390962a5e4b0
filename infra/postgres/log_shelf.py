"""Keeps lines of the log in the database, off the path of whoever writes them.

Whoever logs only puts a line into memory; a thread of its own writes what has gathered. What does not fit,
while the database is away or slow, is left out and counted: standard output has every line, and no request
waits.
"""

from collections import deque
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any, LiteralString

import msgspec
import psycopg
from prometheus_client import Counter
from psycopg import errors

from domain.companies import PLATFORM_ID
from infra.postgres.connections import REQUESTS, bounded
from infra.postgres.transactions import transaction
from infra.process.kind import Process
from infra.process.lines import Line, line_of
from infra.process.logs import Outlet
from infra.process.troubles import described

#: How many bytes lines may take that wait in memory, some 20,000 of them; what each takes besides its fields;
#: and how many are written together.
ROOM, EACH, BATCH = 16 * 1024 * 1024, 800, 500
#: How often what has gathered is written, and after how long a database that was missed is tried again at the
#: latest, in seconds.
PAUSE, LONGEST_PAUSE = 0.25, 5.0
#: How long the end of a process waits for the last lines, in seconds.
FAREWELL = 3.0

LEFT_OUT = Counter(
    "mipos_log_lines_left_out_total", "Lines of the log that are on standard output alone.", ["process"]
)

# Lines are the platform's, whatever company they name. They come as one array of JSON, as they are written
# elsewhere: to make twelve arrays of their parts took 28 µs a line, and this takes 7.
_KEEP: LiteralString = """
    INSERT INTO log_lines
           (at, id, level, logger, event, request_id, company_id, user_id, route, status, milliseconds,
            fields)
    SELECT at, id, level, logger, event, request_id, company_id, user_id, route, status, milliseconds, fields
      FROM json_to_recordset(%(lines)s::json) AS line(
           at timestamptz, id uuid, level text, logger text, event text, request_id text, company_id uuid,
           user_id uuid, route text, status int, milliseconds float8, fields text)
"""
_encode = msgspec.json.Encoder().encode

PREPARE: LiteralString = "SELECT prepare_log_lines()"

# What is lost with the server's power are lines that standard output has.
_SOON: LiteralString = "SET LOCAL synchronous_commit = off"


class LogShelf:
    """Takes lines from any thread, and writes them from one of its own, which no fork has."""

    def __init__(
        self,
        conninfo: str,
        outlet: Outlet,
        name: str = "mipos logs",
        *,
        room: int = ROOM,
        pause: float = PAUSE,
    ) -> None:
        self._conninfo = bounded(conninfo, REQUESTS)
        self._outlet = outlet
        self._name = name
        #: How many bytes there is still room for.
        self._room = room
        self._pause = pause
        self._waiting: deque[Line] = deque()
        self._left_out = 0
        self._turn = Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="log", daemon=True)

    def start(self) -> None:
        """Take lines from here on."""
        self._thread.start()
        self._outlet.keep = self.keep

    def keep(self, line: Line) -> None:
        """Take a line, or count it where there is no room for it."""
        weight = _weight_of(line)
        with self._turn:
            has_room = self._room >= weight
            if has_room:
                self._room -= weight
                self._waiting.append(line)
        if not has_room:
            self._leave_out(1)

    def stop(self) -> None:
        """Write what is left, as far as that can be soon, and take no more."""
        self._outlet.keep = None
        self._stopped.set()
        self._thread.join(FAREWELL)

    def _leave_out(self, lines: int) -> None:
        with self._turn:
            self._left_out += lines
        LEFT_OUT.labels(Process.kind).inc(lines)

    def _run(self) -> None:
        pause = self._pause
        while not self._stopped.wait(pause):
            is_well = self._empty()
            # Whoever comes back with thousands of lines at once is not kept from anything else.
            pause = self._pause if is_well else min(pause * 2, LONGEST_PAUSE)
        self._empty()
        self._hang_up()

    def _empty(self) -> bool:
        """Write all that has gathered. Returns whether that went well; the rest waits."""
        while self._waiting:
            batch = [self._waiting[place] for place in range(min(BATCH, len(self._waiting)))]
            try:
                self._write(batch)
            except psycopg.OperationalError as error:
                self._hang_up()
                self._tell("lines of the log wait for the database", error=described(error))
                return False
            except psycopg.Error as error:
                # It would be the same the next time.
                self._hang_up()
                self._leave_out(len(batch))
                self._tell("lines of the log cannot be kept", lines=len(batch), error=described(error))
            self._let_go(len(batch))
        return self._tell_of_left_out()

    def _let_go(self, lines: int) -> None:
        """Have room again for those that were first."""
        with self._turn:
            self._room += sum(_weight_of(self._waiting.popleft()) for _ in range(lines))

    def _write(self, batch: list[Line]) -> None:
        try:
            self._insert(batch)
        except errors.CheckViolation:
            # There is no partition for today: workers that would have made it have not run for days.
            self._connected().execute(PREPARE)
            self._insert(batch)

    def _insert(self, batch: list[Line]) -> None:
        with transaction(self._connected(), PLATFORM_ID) as db:
            db.execute(_SOON, {})
            db.execute(_KEEP, {"lines": _encode(batch).decode()})

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            self._connection = psycopg.connect(
                self._conninfo, autocommit=True, application_name=self._name, prepare_threshold=None
            )
        return self._connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def _tell_of_left_out(self) -> bool:
        with self._turn:
            lines, self._left_out = self._left_out, 0
        if lines:
            line = self._tell("lines of the log were left out", lines=lines)
            with suppress(psycopg.Error):
                self._write([line])
        return True

    def _tell(self, event: str, **fields: Any) -> Line:
        """Say on standard output alone what is wrong with keeping lines."""
        line = line_of({"event": event, **fields}, logger="log", level="warning")
        self._outlet.say(line)
        return line


def _weight_of(line: Line) -> int:
    return EACH + memoryview(line.fields).nbytes
