"""The worker's part of rebuilds and checks that were asked for: one after another, and never lost."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import LiteralString
from uuid import UUID

import psycopg
import structlog
from psycopg.rows import dict_row

from domain.companies import PLATFORM_ID
from infra.eventstore.codec import EventTypes
from infra.jobs.waiting_work import WaitingWork
from infra.postgres.definitions import digest_of
from infra.postgres.named_locks import named_lock
from infra.postgres.request_transactions import RequestConnection
from infra.projections.rebuild_all import heads_of, rebuild_all, with_derived
from infra.projections.verify_all import verify_all
from projections.base import Projection, Row

#: How often a job is begun, the first time included, when its workers die.
MOST_TAKEN_UP = 3
#: How often it says how far it is, in seconds.
PACE = 0.5
#: How many reasons of a failure are kept; of a thousand companies the first few tell enough.
REASONS = 5

log = structlog.get_logger("projections")

# What a worker of another version knows otherwise is left to it.
_WAITING: LiteralString = """
    SELECT job.id, job.projection, model.digest
      FROM projection_jobs AS job
      LEFT JOIN projection_models AS model ON model.name = job.projection
     WHERE job.company_id = %(company_id)s AND job.status IN ('queued', 'running')
     ORDER BY job.created_at, job.id
"""

_TAKE: LiteralString = """
    UPDATE projection_jobs
       SET status = 'running', started_at = %(now)s, attempts = attempts + 1, done = 0, total = NULL
     WHERE company_id = %(company_id)s AND id = %(id)s AND status IN ('queued', 'running')
    RETURNING id, kind, projection, about, attempts
"""

_GIVE_BACK: LiteralString = """
    UPDATE projection_jobs SET status = 'queued', attempts = attempts - 1, started_at = NULL, done = 0
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_PROGRESS: LiteralString = """
    UPDATE projection_jobs SET done = %(done)s, total = %(total)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_END: LiteralString = """
    UPDATE projection_jobs
       SET status = %(status)s, rows = %(rows)s, error = %(error)s, finished_at = %(now)s,
           done = CASE WHEN %(error)s::text IS NULL THEN coalesce(total, 0) ELSE done END,
           total = coalesce(total, 0)
     WHERE company_id = %(company_id)s AND id = %(id)s
"""


class _Stopped(BaseException):
    """The worker is told to stop, or cannot say any more how far it is: no trouble of any read model."""


@dataclass(frozen=True)
class _Result:
    """What became of it: rows put right or that differ, and what could not be done of which company."""

    rows: int
    reasons: Sequence[str]

    @property
    def error(self) -> str | None:
        """Why it failed, in some lines, or None."""
        more = len(self.reasons) - REASONS
        lines = [*self.reasons[:REASONS], f"… and {more:,} more."] if more > 0 else self.reasons
        return "\n".join(lines) or None


class ProjectionJobs(WaitingWork):
    """Does what waits. Any number of workers share the work."""

    name = "projection-jobs"

    def __init__(self, conninfo: str, types: EventTypes, models: Sequence[Projection]) -> None:
        super().__init__(conninfo)
        self._types = types
        self._models = models
        self._digests = {model.name: digest_of(model) for model in models}

    def _step(self, connection: RequestConnection, stop: Event) -> int:
        done = 0
        for job_id, projection, digest in connection.execute(_WAITING, _of_platform()).fetchall():
            if stop.is_set():
                break
            with _lock(connection, job_id) as mine:
                if mine and digest is None:
                    done += _end(connection, job_id, _Result(0, ["There is no such read model any more."]))
                elif mine and digest == self._digests.get(projection):
                    done += self._take_up(connection, job_id, stop)
        return done

    def _take_up(self, connection: RequestConnection, job_id: UUID, stop: Event) -> bool:
        params = {**_of_platform(), "id": job_id, "now": datetime.now(UTC)}
        job = connection.cursor(row_factory=dict_row).execute(_TAKE, params).fetchone()
        if job is None:
            return False
        if job["attempts"] > MOST_TAKEN_UP:
            return _end(connection, job_id, _Result(0, [f"Its worker died {MOST_TAKEN_UP} times."]))
        try:
            result = self._do(job, _Progress(connection, job_id, stop))
        except _Stopped:
            # Of a lost connection the next worker finds the lock free.
            with suppress(psycopg.Error):
                connection.execute(_GIVE_BACK, params)
            return False
        except psycopg.OperationalError:
            raise
        except Exception:
            log.exception("a job of a read model failed", projection=job["projection"], job_id=str(job_id))
            result = _Result(0, ["It failed on our side; the worker's log says how."])
        return _end(connection, job_id, result)

    def _do(self, job: Row, progress: "_Progress") -> _Result:
        models = [model for model in self._models if model.name == job["projection"]]
        companies = None if job["about"] is None else [job["about"]]
        if job["kind"] == "verify":
            return self._verify(models, companies, progress)
        models = with_derived(models, self._models)
        outcome = rebuild_all(self._conninfo, self._types, models, companies, progress=progress.tell)
        reasons = [_reason(one.projection, one.company_id, one.reason) for one in outcome.failures]
        return _Result(sum(report.rows_changed for report in outcome.reports), reasons)

    def _verify(
        self, models: Sequence[Projection], companies: Sequence[UUID] | None, progress: "_Progress"
    ) -> _Result:
        heads = heads_of(self._conninfo, companies)
        outcome = verify_all(self._conninfo, self._types, models, heads, progress.tell)
        reasons = [_reason(gap.projection, gap.company_id, gap.reason) for gap in outcome.gaps]
        return _Result(sum(report.differing for report in outcome.reports), reasons)


class _Progress:
    """Says over the connection how far a job is. Raises _Stopped."""

    def __init__(self, connection: RequestConnection, job_id: UUID, stop: Event) -> None:
        self._connection = connection
        self._own = {**_of_platform(), "id": job_id}
        self._stop = stop
        self._next = 0.0

    def tell(self, done: int, total: int) -> None:
        """So many positions of all logs are passed."""
        if self._stop.is_set():
            raise _Stopped
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PACE
            try:
                self._connection.execute(_PROGRESS, {**self._own, "done": min(done, total), "total": total})
            except psycopg.Error as error:
                raise _Stopped from error


def _of_platform() -> dict[str, object]:
    return {"company_id": PLATFORM_ID}


def _reason(projection: str, company_id: UUID, reason: str) -> str:
    return f"{projection} of company {company_id}: {reason}"


def _end(connection: RequestConnection, job_id: UUID, result: _Result) -> bool:
    status = "failed" if result.error else "done"
    params = {"status": status, "rows": result.rows, "error": result.error, "now": datetime.now(UTC)}
    connection.execute(_END, {**_of_platform(), "id": job_id, **params})
    log.info("a job of a read model is over", job_id=str(job_id), status=status, error=result.error)
    return True


def _lock(connection: RequestConnection, job_id: UUID) -> AbstractContextManager[bool]:
    """Whether this worker has the job, for as long as this lasts."""
    return named_lock(connection, f"mipos.projection-jobs/{job_id}")
