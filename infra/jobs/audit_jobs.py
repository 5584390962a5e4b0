"""The worker's part of long work of the audit: whatever its kind, done once, and never lost.

A kind is a name and what does it: `do(job)` reads what is `asked`, tells `job.tell(done, total)` as it goes,
may `job.keep(file)`, and returns what came of it as JSON has it, or raises a Refusal that says why nothing
did. To add one, write a module in `infra/runtime/audit_jobs/` with `do(job, settings)`, list it in `KINDS`
there, and let a resource built on `api/audit/jobs.py` ask for it. The rest (queue, lock, progress, another
worker when one dies, the file and how long it is kept) is here.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import IO, Any, LiteralString
from uuid import UUID

import psycopg
import structlog
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from domain.errors import Refusal
from infra.jobs.waiting_work import WaitingWork
from infra.postgres.file_parts import keep_parts
from infra.postgres.named_locks import named_lock
from infra.postgres.request_transactions import RequestConnection
from projections.base import Row

#: How often a job is begun, the first time included, when its workers die.
MOST_TAKEN_UP = 3
#: How often it says how far it is, in seconds.
PACE = 0.5
#: How long its file is kept.
KEPT = timedelta(days=7)

log = structlog.get_logger("audit")

# Found without a lock and across companies, so it is only a hint where to look. What this version does not
# know is left to workers that do.
_WAITING: LiteralString = """
    SELECT job.company_id, job.id
      FROM company_head AS head
      JOIN audit_jobs AS job ON job.company_id = head.company_id
     WHERE job.status IN ('queued', 'running') AND job.kind = ANY(%(kinds)b::text[])
     ORDER BY job.created_at, job.id
"""

_TAKE: LiteralString = """
    UPDATE audit_jobs
       SET status = 'running', started_at = %(now)s, attempts = attempts + 1, done = 0, total = NULL
     WHERE company_id = %(company_id)s AND id = %(id)s AND status IN ('queued', 'running')
    RETURNING company_id, id, kind, asked, attempts, created_by
"""

_GIVE_BACK: LiteralString = """
    UPDATE audit_jobs SET status = 'queued', attempts = attempts - 1, started_at = NULL, done = 0
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_PROGRESS: LiteralString = """
    UPDATE audit_jobs SET done = %(done)s, total = %(total)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_KEEP: LiteralString = """
    INSERT INTO audit_job_parts (company_id, job_id, ordinal, bytes)
    VALUES (%(company_id)s, %(id)s, %(ordinal)s, %(bytes)b)
"""

_KEPT: LiteralString = """
    UPDATE audit_jobs SET bytes = %(bytes)s, sha256 = %(sha256)s, expires_at = %(expires_at)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_DROP_PARTS: LiteralString = """
    DELETE FROM audit_job_parts WHERE company_id = %(company_id)s AND job_id = %(id)s
"""

_DONE: LiteralString = """
    UPDATE audit_jobs
       SET status = 'done', result = %(result)s, finished_at = %(now)s, total = coalesce(total, 0),
           done = coalesce(total, 0)
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_FAIL: LiteralString = """
    UPDATE audit_jobs
       SET status = 'failed', error = %(error)s, finished_at = %(now)s, bytes = NULL, sha256 = NULL,
           expires_at = NULL
     WHERE company_id = %(company_id)s AND id = %(id)s
"""


class _AuditJobBroken(Refusal):
    """It failed on our side; the worker's log says how."""

    code = "internal_error"
    remedy = "Ask for it again, and report the failure to whoever runs the service if it stays."


class _Stopped(BaseException):
    """The worker is told to stop, or cannot say any more how far it is: no trouble of the work itself."""


class AuditJob:
    """A job at work: what is asked, and how it says how far it is."""

    def __init__(self, row: Row, connection: RequestConnection, conninfo: str, stop: Event) -> None:
        self.company_id: UUID = row["company_id"]
        self.id: UUID = row["id"]
        #: What was asked for, as the request said it.
        self.asked: Mapping[str, Any] = row["asked"]
        #: Who asked; None for the system.
        self.created_by: UUID | None = row["created_by"]
        #: Where workers connect: reading for long takes connections of its own.
        self.conninfo = conninfo
        self._connection = connection
        self._stop = stop
        self._next = 0.0
        self._total: int | None = None

    @property
    def own(self) -> dict[str, UUID]:
        """What statements know it by."""
        return {"company_id": self.company_id, "id": self.id}

    def tell(self, done: int, total: int) -> None:
        """So much of all is done. To be told often: where the worker is told to stop, the work ends here."""
        if self._stop.is_set():
            raise _Stopped
        # How many there are in all is told at once: nobody else tells it when the work is over.
        if time.monotonic() >= self._next or total != self._total:
            self._total = total
            self._next = time.monotonic() + PACE
            try:
                self._connection.execute(_PROGRESS, {**self.own, "done": min(done, total), "total": total})
            except psycopg.Error as error:
                raise _Stopped from error

    def keep(self, file: IO[bytes]) -> None:
        """Keep its file, read from where it stands, for a week."""
        size, digest = keep_parts(self._connection, _KEEP, self.own, file)
        kept = {"bytes": size, "sha256": digest, "expires_at": datetime.now(UTC) + KEPT}
        self._connection.execute(_KEPT, {**self.own, **kept})


#: What does a kind of job. Returns what came of it; raises Refusal.
Do = Callable[[AuditJob], Mapping[str, Any]]


class AuditJobs(WaitingWork):
    """Does what waits, of each company one at a time. Any number of workers share the work."""

    name = "audit-jobs"

    def __init__(self, conninfo: str, kinds: Mapping[str, Do]) -> None:
        super().__init__(conninfo)
        self._kinds = kinds

    def _step(self, connection: RequestConnection, stop: Event) -> int:
        done = 0
        for company_id, job_id in connection.execute(_WAITING, {"kinds": [*self._kinds]}).fetchall():
            if stop.is_set():
                break
            with _turn(connection, company_id, job_id) as mine:
                if mine:
                    done += self._take_up(connection, {"company_id": company_id, "id": job_id}, stop)
        return done

    def _take_up(self, connection: RequestConnection, own: dict[str, UUID], stop: Event) -> bool:
        params = {**own, "now": datetime.now(UTC)}
        row = connection.cursor(row_factory=dict_row).execute(_TAKE, params).fetchone()
        if row is None:
            return False
        try:
            result = self._do(row, connection, stop)
        except _Stopped:
            # Of a lost connection the next worker finds the lock free.
            with suppress(psycopg.Error):
                connection.execute(_GIVE_BACK, own)
            return False
        except Refusal as refusal:
            _fail(connection, own, refusal.message)
        except psycopg.OperationalError:
            raise
        except Exception as error:
            log.exception("a job of the audit failed", kind=row["kind"], job_id=str(row["id"]))
            if connection.closed:
                raise psycopg.OperationalError("the connection was lost") from error
            _fail(connection, own, _AuditJobBroken().message)
        else:
            connection.execute(_DONE, {**own, "result": Jsonb(dict(result)), "now": datetime.now(UTC)})
        log.info("a job of the audit is over", kind=row["kind"], job_id=str(row["id"]))
        return True

    def _do(self, row: Row, connection: RequestConnection, stop: Event) -> Mapping[str, Any]:
        if row["attempts"] > MOST_TAKEN_UP:
            raise _AuditJobBroken(f"Its worker died {MOST_TAKEN_UP} times.")
        job = AuditJob(row, connection, self._conninfo, stop)
        # What a worker that died has left of its file.
        connection.execute(_DROP_PARTS, job.own)
        return self._kinds[row["kind"]](job)


def _fail(connection: RequestConnection, own: dict[str, UUID], error: str) -> None:
    connection.execute(_DROP_PARTS, own)
    connection.execute(_FAIL, {**own, "error": error, "now": datetime.now(UTC)})


@contextmanager
def _turn(connection: RequestConnection, company_id: UUID, job_id: UUID) -> Iterator[bool]:
    """Whether it is the company's turn, and this worker has the job, for as long as this lasts."""
    with (
        named_lock(connection, f"mipos.audit-jobs/{company_id}") as has_turn,
        named_lock(connection, f"mipos.audit-jobs/{job_id}") as mine,
    ):
        yield has_turn and mine
