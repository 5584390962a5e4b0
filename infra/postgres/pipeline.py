"""The request path's way to PostgreSQL: prepared statements, sent together when an answer is needed.

The driver's own pipeline writes to the socket at each statement and converts each query anew. A sale has a
dozen statements in two round trips, so both are done once here: a statement is compiled once for the process
and prepared once for a connection, and a round trip is one write and one read.
"""

import math
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from select import POLLIN, POLLOUT, poll
from typing import Any, LiteralString, Self
from uuid import UUID

import psycopg
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.types.numeric import Int8BinaryDumper

from infra.postgres.arrays import ArrayDumper
from infra.postgres.connections import Bounds, CommitUnknown, ConnectionLost, bounded
from infra.postgres.definitions import HOLD_INLINE, raise_refusal
from infra.postgres.documents import JsonbLoader
from infra.process.tracing import in_span, note

_PLACEHOLDER = re.compile(r"%\((\w+)\)([sb])|%%")
_FORMATS = {"s": PyFormat.AUTO, "b": PyFormat.BINARY}
_BINARY = pq.Format.BINARY
_TUPLES, _FAILED = pq.ExecStatus.TUPLES_OK, pq.ExecStatus.FATAL_ERROR
#: After how many transactions of a connection its statements are planned anew for the first time.
_FIRST_PLANS = 32
#: How the server calls errors that end the connection.
_FAREWELLS = frozenset({"FATAL", "PANIC"})
_ROLLBACK = b"ROLLBACK"
#: How long the server may take for it, in seconds.
_ROLLBACK_SECONDS = 2.0


class Statement:
    """A statement as the server takes it: numbered parameters, and which name stands where."""

    __slots__ = ("columns", "formats", "names", "text")

    def __init__(self, query: LiteralString) -> None:
        places: dict[str, int] = {}
        formats: list[PyFormat] = []

        def number(match: re.Match[str]) -> str:
            name = match.group(1)
            if name is None:
                return "%"
            if name not in places:
                places[name] = len(places) + 1
                formats.append(_FORMATS[match.group(2)])
            return f"${places[name]}"

        self.text = _PLACEHOLDER.sub(number, query).encode()
        self.names = tuple(places)
        self.formats = formats
        self.columns: tuple[str, ...] | None = None


compiled = cache(Statement)


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


class Prepared:
    """A statement that this connection has prepared for parameters of these types (0: not known yet).

    `fitting` are types of parameters that were found to go with them.
    """

    __slots__ = ("fitting", "name", "types")

    def __init__(self, name: bytes, types: list[int], fitting: tuple[int, ...]) -> None:
        self.name = name
        self.types = types
        self.fitting = fitting

    def takes(self, types: tuple[int, ...]) -> bool:
        """Whether it takes parameters of these types, which are nearly always those of before."""
        if types == self.fitting:
            return True
        if any(t and t != own for t, own in zip(types, self.types, strict=True)):
            return False
        self.fitting = types
        return True


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


class RequestConnection(psycopg.Connection[Any]):
    """A connection with a pipeline of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.adapters.register_dumper(list, ArrayDumper)
        # One type for every whole number: the size of a value must not choose the statement.
        self.adapters.register_dumper(int, Int8BinaryDumper)
        self.adapters.register_loader("jsonb", JsonbLoader)
        self.requests = Pipeline(self)

    @classmethod
    def open(cls, conninfo: str, bounds: Bounds, name: str) -> Self:
        """A connection with these bounds, under this name."""
        opened = cls.connect(bounded(conninfo, bounds), autocommit=True, application_name=name)
        opened.requests.silence = bounds.silence
        return opened


class RequestTransaction:
    """The `Database` of requests."""

    def __init__(self, pipeline: Pipeline, company_id: UUID) -> None:
        self._pipeline = pipeline
        self._models: str | None = None
        self._after_commit: list[Callable[[], None]] = []
        self.ending = b"COMMIT"
        self.enter(company_id)

    def enter(self, company_id: UUID) -> None:
        """See this company, and no other, from here on.

        NOTE: `SET LOCAL` takes no parameters; the company is a UUID, whose text needs no quoting.
        """
        self.company_id = company_id
        self._pipeline.query(b"SET LOCAL app.company_id = '%s'" % str(UUID(int=company_id.int)).encode())
        if self._models is not None:
            self.hold(self._models)

    def hold(self, models: str) -> None:
        """Go on only if the database has these inline read models, whole for each company that is entered.

        None of that changes until the end.
        """
        self._models = models
        self.execute(HOLD_INLINE, {"models": models, "company_id": self.company_id})

    def grant(self, bounds: Bounds) -> None:
        """Have these bounds instead of the connection's until the end."""
        for name, milliseconds in bounds.settings.items():
            self._pipeline.query(b"SET LOCAL %s = %d" % (name.encode(), milliseconds))

    def abandon(self) -> None:
        """End without a trace: nothing was decided."""
        self.ending = b"ROLLBACK"

    def execute(self, query: LiteralString, params: Mapping[str, Any]) -> None:
        """Queue a statement whose result nobody reads."""
        self._pipeline.queue(compiled(query), params)

    def ask(self, query: LiteralString, params: Mapping[str, Any]) -> Answer:
        """Queue a question; reading its answer sends everything queued so far."""
        return self._pipeline.queue(compiled(query), params)

    def after_commit(self, do: Callable[[], None]) -> None:
        """Have this done once everything is committed, and not otherwise."""
        self._after_commit.append(do)

    def note_commit(self) -> None:
        """Do what waits for the commit."""
        for do in self._after_commit:
            do()


@in_span("transaction", {"db.system.name": "postgresql"})
@contextmanager
def request_transaction(
    connection: RequestConnection,
    company_id: UUID,
    *,
    reading: bool = False,
    models: str | None = None,
    deadline: float | None = None,
    bounds: Bounds | None = None,
) -> Iterator[RequestTransaction]:
    """Open a transaction that sees one company. Leaving it commits; an exception rolls everything back.

    `models` are the inline read models that it decides on or answers from (`inline_digest`). Nothing is
    waited for beyond the deadline, a time of the monotonic clock. `bounds` are the connection's own unless
    others are given. Raises ServerOutdated when the database has other models, CompanyClosed when they are
    not whole for the company, ConnectionLost when nothing can have been committed, else CommitUnknown.
    """
    pipeline, commits = connection.requests, False
    try:
        pipeline.open(deadline, bounds.silence if bounds else None)
        pipeline.query(b"BEGIN READ ONLY" if reading else b"BEGIN")
        if pipeline.outgrew_plans:
            pipeline.query(b"DISCARD PLANS")
        opened = RequestTransaction(pipeline, company_id)
        if bounds:
            opened.grant(bounds)
        if models is not None:
            opened.hold(models)
        yield opened
        commits = opened.ending == b"COMMIT" and not reading
        pipeline.query(opened.ending)
        pipeline.close()
        note({"mipos.statements": pipeline.statements, "mipos.round_trips": pipeline.round_trips})
        if commits:
            opened.note_commit()
    except psycopg.Error as error:
        if not _is_end(error):
            _roll_back(connection)
            raise_refusal(error)
            raise
        connection.pgconn.finish()
        kind = CommitUnknown if commits else ConnectionLost
        lost = kind(str(error).strip(), backend=pipeline.backend, is_silent=isinstance(error, AnswerOverdue))
        raise lost from error
    except BaseException as error:
        _roll_back(connection)
        raise_refusal(error)
        raise


def _is_end(error: psycopg.Error) -> bool:
    """Whether the connection is lost: libpq says so in its own words, the server calls it fatal."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError)
    return error.diag.severity_nonlocalized in _FAREWELLS


def _roll_back(connection: RequestConnection) -> None:
    """Leave nothing behind, whatever state the pipeline is in; a broken connection is left to the pool."""
    pgconn, pipeline = connection.pgconn, connection.requests
    with suppress(psycopg.Error):
        if pgconn.pipeline_status != pq.PipelineStatus.OFF:
            pipeline.query(_ROLLBACK)
            # What had failed before was told when it did; in the same round trip the server skips this too.
            with suppress(psycopg.Error):
                pipeline.close()
        if pgconn.status == pq.ConnStatus.OK and pgconn.transaction_status != pq.TransactionStatus.IDLE:
            pipeline.open(time.monotonic() + _ROLLBACK_SECONDS)
            pipeline.query(_ROLLBACK)
            pipeline.close()
