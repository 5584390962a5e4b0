"""The request path's way to PostgreSQL: prepared statements, sent together when an answer is needed.

The driver's own pipeline writes to the socket at each statement and converts each query anew. A sale has a
dozen statements in two round trips, so both are done once here: a statement is compiled once for the process
and prepared once for a connection, and a round trip is one write and one read.
"""

import math
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from select import POLLIN, POLLOUT, poll
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result

from infra.postgres.statements import Prepared, Statement

_BINARY = pq.Format.BINARY
_TUPLES, _FAILED = pq.ExecStatus.TUPLES_OK, pq.ExecStatus.FATAL_ERROR
#: After how many transactions of a connection its statements are planned anew for the first time.
_FIRST_PLANS = 32


class Answer:
    """The rows of a queued statement; reading them sends everything queued so far."""

    __slots__ = ("_pipeline", "_rows")

    def __init__(self, pipeline: "Pipeline") -> None:
        self._pipeline = pipeline
        self._rows: list[dict[str, Any]] | None = None

    def rows(self) -> list[dict[str, Any]]:
        """Every row."""
        if self._rows is None:
            self._pipeline.fetch(self)
        return self._rows or []

    def row(self) -> dict[str, Any] | None:
        """The first row, or None."""
        rows = self.rows()
        return rows[0] if rows else None

    def arrived(self, rows: list[dict[str, Any]]) -> None:
        """Take the rows when they come."""
        self._rows = rows


class AnswerOverdue(psycopg.OperationalError):
    """The server said nothing for longer than it may, or than there is time."""


class Pipeline:
    """The queue of one connection: what was sent, and whose answer comes next."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._pgconn = connection.pgconn
        self._transformer = Transformer(connection)
        self._prepared: dict[Statement, Prepared] = {}
        self._fresh: list[Statement] = []
        self._names = 0
        self._transactions = 0
        self._unsent = False
        #: Whose results come next; None where a round trip ends.
        self._waiting: deque[tuple[Statement | None, Answer | None] | None] = deque()
        self._error: psycopg.Error | None = None
        self._poll = poll()
        self._poll.register(connection.fileno(), POLLIN)
        #: The process of the server at the other end.
        self.backend = connection.info.backend_pid
        #: For how many seconds the server may say nothing before it counts as lost; None: for ever.
        self.silence: float | None = None
        self._silence: float | None = None
        self._deadline: float | None = None
        #: Of this transaction.
        self.statements = self.round_trips = 0

    def open(self, deadline: float | None = None, silence: float | None = None) -> None:
        """Begin to queue. Nothing is waited for beyond the deadline, a time of the monotonic clock.

        `silence` is the connection's own unless another is given.
        """
        self._deadline = deadline
        self._silence = silence or self.silence
        self._pgconn.enter_pipeline_mode()
        self._transactions += 1
        self.statements = self.round_trips = 0

    @property
    def outgrew_plans(self) -> bool:
        """Whether plans may be of tables that were much smaller: the transactions have doubled since.

        The server keeps the plan of a prepared statement until its tables are analysed. One that was made
        when they were all but empty may read them whole.
        """
        count = self._transactions
        return count >= _FIRST_PLANS and not count & (count - 1)

    def queue(self, statement: Statement, params: Mapping[str, Any]) -> Answer:
        """Queue a statement."""
        transformer = self._transformer
        values = transformer.dump_sequence([params[name] for name in statement.names], statement.formats)
        types, formats = transformer.types or (), transformer.formats or []
        prepared = self._prepared.get(statement)
        if prepared is None or not prepared.takes(types):
            prepared = self._prepare(statement, types, prepared)
        self._pgconn.send_query_prepared(prepared.name, values, formats, _BINARY)
        self._unsent = True
        self.statements += 1
        answer = Answer(self)
        self._waiting.append((statement, answer))
        return answer

    def query(self, text: bytes) -> None:
        """Queue a statement that has neither parameters nor rows, such as BEGIN."""
        self._pgconn.send_query_params(text, None)
        self._unsent = True
        self._waiting.append((None, None))

    def fetch(self, answer: Answer) -> None:
        """Read until this answer has come, sending what is not sent yet. Raises psycopg.Error."""
        if self._unsent:
            self.send()
        while self._waiting:
            if self._read() is answer:
                return
        raise self._error or psycopg.OperationalError("the answer never came")

    def send(self) -> None:
        """Ask the server to answer everything queued so far: one round trip."""
        self._sync()

    def close(self) -> None:
        """Send what is queued, read every answer, and leave the pipeline. Raises psycopg.Error.

        What failed first is raised, also when the connection breaks off after it. Once every answer
        has come, nothing is lost with the connection.
        """
        try:
            self._sync()
            while len(self._waiting) > 1:
                self._read(raising=False)
            with suppress(psycopg.OperationalError):
                self._read(raising=False)
                self._pgconn.exit_pipeline_mode()
        finally:
            self._waiting.clear()
            error, self._error = self._error, None
            if error is not None:
                # What was prepared after the failure was never prepared; other names will do for all of it.
                for statement in self._fresh:
                    self._prepared.pop(statement, None)
            self._fresh.clear()
            if error is not None:
                raise error

    def _sync(self) -> None:
        """End a round trip.

        NOTE: asked to flush, the server would answer as well, but it would not know that it waits for us from
        then on, and idle_in_transaction_session_timeout would never end what a frozen process has begun.
        """
        self._pgconn.pipeline_sync()
        self.round_trips += 1
        self._waiting.append(None)
        self._unsent = False

    def _prepare(self, statement: Statement, types: tuple[int, ...], former: Prepared | None) -> Prepared:
        # A type that only this call knows (None says nothing of its type) adds to those known before.
        merged = [t or (former.types[index] if former else 0) for index, t in enumerate(types)]
        self._names += 1
        prepared = Prepared(b"mipos_%d" % self._names, merged, types)
        self._pgconn.send_prepare(prepared.name, statement.text, merged)
        self._waiting.append((None, None))
        self._prepared[statement] = prepared
        self._fresh.append(statement)
        return prepared

    def _read(self, *, raising: bool = True) -> Answer | None:
        """Read the next statement's results. Returns its answer."""
        entry = self._waiting.popleft()
        if entry is None:
            self._wait_for_result()
            return None
        statement, answer = entry
        while (result := self._wait_for_result()) is not None:
            status = result.status
            if status == _TUPLES and statement is not None and answer is not None:
                answer.arrived(self._rows(statement, result))
            elif status == _FAILED:
                self._error = self._error or error_from_result(result)
        if self._error is not None and raising:
            raise self._error
        return answer

    def _rows(self, statement: Statement, result: pq.abc.PGresult) -> list[dict[str, Any]]:
        columns = statement.columns
        if columns is None:
            names = [result.fname(index) or b"" for index in range(result.nfields)]
            columns = statement.columns = tuple(name.decode() for name in names)
        if not result.ntuples:
            return []
        self._transformer.set_pgresult(result, set_loaders=True)
        rows: list[dict[str, Any]] = self._transformer.load_rows(
            0, result.ntuples, lambda values: dict(zip(columns, values, strict=True))
        )
        return rows

    def _wait_for_result(self) -> pq.abc.PGresult | None:
        pgconn = self._pgconn
        # Asked for each result: it raises once the connection is lost, which no result says.
        while pgconn.flush():
            self._poll.modify(pgconn.socket, POLLIN | POLLOUT)
            self._wait()
            self._poll.modify(pgconn.socket, POLLIN)
            pgconn.consume_input()
        while pgconn.is_busy():
            self._wait()
            pgconn.consume_input()
        return pgconn.get_result()

    def _wait(self) -> None:
        """Wait for the socket. Raises AnswerOverdue, and the connection is broken off."""
        patience = self._silence
        if self._deadline is not None:
            remaining = max(0.0, self._deadline - time.monotonic())
            patience = remaining if patience is None else min(remaining, patience)
        if not self._poll.poll(None if patience is None else math.ceil(patience * 1000)):
            self._pgconn.finish()
            raise AnswerOverdue(f"no answer for {patience:.1f} seconds")
