"""Transactions of requests: each sees one company, and only the read models that its version knows."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, LiteralString, Self
from uuid import UUID

import psycopg
from psycopg import pq
from psycopg.types.numeric import Int8BinaryDumper

from infra.postgres.arrays import ArrayDumper
from infra.postgres.company_transaction import CompanyTransaction
from infra.postgres.connections import Bounds, CommitUnknown, ConnectionLost, bounded
from infra.postgres.definitions import raise_refusal
from infra.postgres.documents import JsonbLoader
from infra.postgres.pipeline import Answer, AnswerOverdue, Pipeline
from infra.postgres.statements import compiled
from infra.process.tracing import in_span, note

#: How the server calls errors that end the connection.
_FAREWELLS = frozenset({"FATAL", "PANIC"})
_ROLLBACK = b"ROLLBACK"
#: How long the server may take for it, in seconds.
_ROLLBACK_SECONDS = 2.0


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


class RequestTransaction(CompanyTransaction):
    """The `Database` of requests."""

    def __init__(self, pipeline: Pipeline, company_id: UUID) -> None:
        self._pipeline = pipeline
        self.ending = b"COMMIT"
        super().__init__(company_id)

    def _see(self, company_id: UUID) -> None:
        # The text of a UUID needs no quoting.
        self._pipeline.query(b"SET LOCAL app.company_id = '%s'" % str(UUID(int=company_id.int)).encode())

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
