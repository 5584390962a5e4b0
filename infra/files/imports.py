"""The worker's part of imports: takes up what waits, one after another, each as one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from threading import Event
from typing import LiteralString
from uuid import UUID

import msgspec
import psycopg
import structlog
from psycopg import errors
from psycopg.rows import dict_row

from commands.catalog.import_report import Report, SheetNotValid
from commands.catalog.product_import import ImportProducts, import_products
from commands.creations import Content
from commands.ports import Caller, ConcurrentEdit
from domain.errors import Refusal
from domain.sheets import Problem
from infra.decisions.bulk_decision import BulkDecision
from infra.decisions.unit_of_work import EventWriter
from infra.files.import_desk import CHUNK_SIZE
from infra.files.standing import as_of_now
from infra.jobs.waiting_work import WaitingWork
from infra.postgres.analyzing import analyze_grown
from infra.postgres.request_transactions import RequestConnection, RequestTransaction, request_transaction
from infra.process.garbage import collecting_no_garbage
from projections.base import CompanyClosed, Row, ServerOutdated

#: How often an import is decided again when another decision came in between …
ATTEMPTS = 5
#: … and how often it is taken up, the first time included, when its workers die.
MOST_TAKEN_UP = 3

log = structlog.get_logger("imports")

# Found without a lock and across companies, so it is only a hint where to look.
_WAITING: LiteralString = """
    SELECT job.company_id, job.id
      FROM company_head AS head
      JOIN import_jobs AS job ON job.company_id = head.company_id
     WHERE job.status IN ('queued', 'running')
       AND job.company_id <> ALL((SELECT closed FROM installation)::uuid[])
     ORDER BY job.created_at, job.id
"""

# One import of a company at a time, and by one worker; the lock goes with a dead worker's connection.
_MINE: LiteralString = """
    SELECT pg_try_advisory_lock(hashtextextended('mipos.imports/' || %(company_id)s::uuid::text, 0)) AS mine
"""

_FREE: LiteralString = """
    SELECT pg_advisory_unlock(hashtextextended('mipos.imports/' || %(company_id)s::uuid::text, 0))
"""

_TAKE: LiteralString = """
    UPDATE import_jobs
       SET status = 'running', started_at = %(now)s, attempts = attempts + 1, done = 0, total = NULL
     WHERE company_id = %(company_id)s AND id = %(id)s AND status IN ('queued', 'running')
    RETURNING *
"""

_GIVE_BACK: LiteralString = """
    UPDATE import_jobs SET status = 'queued', attempts = attempts - 1
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_PROGRESS: LiteralString = """
    UPDATE import_jobs SET done = %(done)s, total = %(total)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_FINISH: LiteralString = """
    UPDATE import_jobs
       SET status = %(status)s, report = %(report)s, failure = %(failure)s, position = %(position)s::bigint,
           finished_at = %(now)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_CHUNK: LiteralString = """
    SELECT bytes FROM import_chunks
     WHERE company_id = %(company_id)s AND import_id = %(id)s AND ordinal = %(ordinal)s
"""

_DROP_CHUNKS: LiteralString = """
    DELETE FROM import_chunks WHERE company_id = %(company_id)s AND import_id = %(id)s
"""

_AGAIN = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation, ConcurrentEdit)


class _ImportBroken(Refusal):
    """The import failed on our side; nothing was imported."""

    code = "internal_error"
    remedy = "Send the file again, and report the failure to whoever runs the service if it stays."


class _Stopped(Exception):
    """The worker is told to stop; the import will be taken up again.

    So it is when the worker is outdated, or the company closed.
    """


class Imports(WaitingWork):
    """Imports what waits. Any number of workers share the work; a company's imports are done in order."""

    name = "imports"

    def __init__(self, conninfo: str, writer: EventWriter) -> None:
        super().__init__(conninfo)
        self._writer = writer

    def _step(self, connection: RequestConnection, stop: Event) -> int:
        done = 0
        for company_id, import_id in connection.execute(_WAITING).fetchall():
            if stop.is_set():
                break
            with _mine(connection, company_id) as mine:
                if mine:
                    done += self._take_up(connection, company_id, import_id, stop)
        return done

    def _take_up(self, connection: RequestConnection, company_id: UUID, import_id: UUID, stop: Event) -> bool:
        params = {"company_id": company_id, "id": import_id, "now": datetime.now(UTC)}
        job = connection.cursor(row_factory=dict_row).execute(_TAKE, params).fetchone()
        if job is None:
            return False
        if job["attempts"] > MOST_TAKEN_UP:
            self._fail(connection, job, _ImportBroken())
            return True
        names = {"company_id": str(company_id), "import_id": str(import_id)}
        try:
            self._import(connection, job, stop)
        except (_Stopped, ServerOutdated, CompanyClosed):
            connection.execute(_GIVE_BACK, params)
            return False
        except Refusal as refusal:
            log.info("import refused", **names, code=refusal.code)
            self._fail(connection, job, refusal)
        except psycopg.OperationalError:
            raise
        except Exception as error:
            log.exception("an import failed", **names)
            self._fail(connection, job, _ImportBroken())
            if connection.closed:
                raise psycopg.OperationalError("the connection was lost") from error
        else:
            log.info("import done", **names)
            analyze_grown(connection)
        return True

    def _import(self, connection: RequestConnection, job: Row, stop: Event) -> None:
        """Decide and record, or decide again when another decision came in between."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with (
                    self._connect() as observer,
                    collecting_no_garbage(),
                    request_transaction(connection, job["company_id"], models=self._writer.models) as db,
                ):
                    self._attempt(db, job, _Progress(observer, job, stop))
            except _AGAIN:
                if attempt == ATTEMPTS:
                    raise ConcurrentEdit from None
            else:
                return

    def _attempt(self, db: RequestTransaction, job: Row, progress: "_Progress") -> None:
        caller = Caller(
            company_id=job["company_id"],
            user_id=job["user_id"],
            request_id=job["request_id"],
        )
        caller = as_of_now(db, caller, "products.import", writing=job["commits"])
        # What a file makes is never what a request to make one of them says.
        content = Content(job["id"].hex)
        work = BulkDecision(db, self._writer, caller, datetime.now(UTC), progress.tell, content=content)
        command = ImportProducts(
            chunks=lambda: _chunks(db, job),
            commit=job["commits"],
            create_missing=job["create_missing"],
            format=job["format"],
            ignore_unknown=job["ignore_unknown"],
            storage_id=job["storage_id"],
            location=job["location"],
        )
        report = import_products(command, work)
        answer = work.record() if work.has_events else None
        row = answer.row() if answer else None
        _finish(db, job, "done", report=report, position=row["position"] if row else None)

    def _fail(self, connection: RequestConnection, job: Row, refusal: Refusal) -> None:
        """Keep why nothing came of it, and which rows are wrong if it is them."""
        report = refusal.report if isinstance(refusal, SheetNotValid) else _report_of(refusal)
        with (
            self._connect() if connection.closed else nullcontext(connection) as usable,
            request_transaction(usable, job["company_id"]) as db,
        ):
            _finish(db, job, "failed", report=report, failure=refusal.message)


class _Progress:
    """Says how far an import is, over a connection of its own, and stops it when the worker is to stop."""

    def __init__(self, observer: RequestConnection, job: Row, stop: Event) -> None:
        self._observer = observer
        self._job = job
        self._stop = stop

    def tell(self, rows: int, total: int) -> None:
        """So many rows of all are decided. Raises _Stopped."""
        if self._stop.is_set():
            raise _Stopped
        params = {"company_id": self._job["company_id"], "id": self._job["id"], "done": rows, "total": total}
        self._observer.execute(_PROGRESS, params)


@contextmanager
def _mine(connection: RequestConnection, company_id: UUID) -> Iterator[bool]:
    """Whether this worker may import for the company now."""
    params = {"company_id": company_id}
    row = connection.execute(_MINE, params).fetchone()
    if not (row and row[0]):
        yield False
        return
    try:
        yield True
    finally:
        if not connection.closed:
            connection.execute(_FREE, params)


def _chunks(db: RequestTransaction, job: Row) -> Iterator[bytes]:
    """The file, piece by piece."""
    own = {"company_id": job["company_id"], "id": job["id"]}
    for ordinal in range(-(-job["size"] // CHUNK_SIZE)):
        row = db.ask(_CHUNK, {**own, "ordinal": ordinal}).row()
        if row:
            yield row["bytes"]


def _finish(
    db: RequestTransaction,
    job: Row,
    status: str,
    *,
    report: Report,
    position: int | None = None,
    failure: str | None = None,
) -> None:
    """Keep what became of it, and let the file go."""
    own = {"company_id": job["company_id"], "id": job["id"]}
    encoded = msgspec.json.encode(report).decode()
    params = {"status": status, "report": encoded, "failure": failure, "position": position}
    db.execute(_FINISH, {**own, **params, "now": datetime.now(UTC)})
    db.execute(_DROP_CHUNKS, own)


def _report_of(refusal: Refusal) -> Report:
    errors = [Problem(1, one["field"], one["code"], one["message"]) for one in refusal.details]
    return Report(error_count=len(errors), errors=errors)
