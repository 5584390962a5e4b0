"""The schedule of jobs: each is done once at a time, however many workers there are."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job
from infra.jobs.measured import measured
from infra.jobs.runs import JobRun, note_run
from infra.postgres.connections import WORKERS, bounded
from infra.postgres.definitions import closed_companies, is_own
from infra.postgres.heartbeats import part_name
from infra.process.clock import WatchedClock
from infra.process.troubles import described

#: How often the clock on the wall is looked at, in seconds.
LOOK_SECONDS = 1.0

log = structlog.get_logger("jobs")

_MINE: LiteralString = "SELECT pg_try_advisory_lock(hashtextextended(%(job)s, 0))"


def moments(jobs: Sequence[Job], now: datetime) -> list[datetime]:
    """When each job begins to keep its pace: within the first round of it, and no two of a pace together."""
    return [now + job.every * place / len(jobs) for place, job in enumerate(jobs, 1)]


class Schedule:
    """Does every job at once when it starts, then at its pace, whatever the clock on the wall is set to.

    Each has its own moments within that pace: tills wait for all that begin together.
    """

    def __init__(
        self, conninfo: str, jobs: tuple[Job, ...], writer: EventWriter, clock: WatchedClock | None = None
    ) -> None:
        self._conninfo = conninfo
        self._writer = writer
        self._clock = clock or WatchedClock()
        self._closed: frozenset[UUID] = frozenset()
        self._stopped = Event()
        self._watch = Thread(target=self._keep_pace, name="clock", daemon=True)
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._jobs = jobs
        self._begin_all()

    def _begin_all(self) -> None:
        """Have every job done at once, and then at its pace from now on."""
        for job, moment in zip(self._jobs, moments(self._jobs, datetime.now(UTC)), strict=True):
            # However late a job begins, it is better done than left out.
            late: dict[str, Any] = {"args": (job,), "misfire_grace_time": None}
            pace: dict[str, Any] = {"seconds": job.every.total_seconds(), "start_date": moment}
            self._scheduler.add_job(self.run, **late)
            self._scheduler.add_job(self.run, "interval", **late, **pace, id=job.name, replace_existing=True)

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()
        self._watch.start()

    def stop(self) -> None:
        """Begin no further job."""
        self._stopped.set()
        self._scheduler.shutdown(wait=False)

    def run(self, job: Job) -> None:
        """Do a job unless another worker is at it: the lock goes with the connection."""
        if not self._clock.look() and job.records_what_is_due:
            log.warning("a job waits: the clock has jumped", job=job.name)
            return
        try:
            with psycopg.connect(
                bounded(self._conninfo, WORKERS), autocommit=True, application_name=part_name("jobs")
            ) as connection:
                if job.reads_models and not is_own(connection, self._writer.models):
                    log.warning("a job waits for a worker of the database's version", job=job.name)
                    return
                mine = connection.execute(_MINE, {"job": f"mipos.{job.name}"}).fetchone()
                if mine and mine[0]:
                    if job.reads_models:
                        self._tell_of_closed(closed_companies(connection))
                    with measured(job.name):
                        self._do(job, connection)
                    log.debug("job done", job=job.name)
        except psycopg.Error as error:
            log.warning("a job waits: the database cannot be used", job=job.name, error=described(error))

    def _do(self, job: Job, connection: psycopg.Connection[Any]) -> None:
        """Do a job, and note what became of it where the connection still serves."""
        began, error = datetime.now(UTC), None
        try:
            job.do(connection, self._writer, began)
        except Exception as trouble:
            error = described(trouble)
            raise
        finally:
            if not connection.closed:
                run = JobRun(
                    name=job.name,
                    began=began,
                    milliseconds=(datetime.now(UTC) - began) // timedelta(milliseconds=1),
                    error=error,
                    following=began + job.every,
                )
                note_run(connection, run)

    def _tell_of_closed(self, companies: frozenset[UUID]) -> None:
        """Say once for which companies jobs and imports are left out."""
        if companies - self._closed:
            names = sorted(map(str, companies))
            log.error("closed companies are left out; `mipos projections status` says why", companies=names)
        self._closed = companies

    def _keep_pace(self) -> None:
        """Have every job done at once after the clock jumped: the next times were reckoned by a wrong one."""
        jumps = self._clock.jumps
        while not self._stopped.wait(LOOK_SECONDS):
            self._clock.look()
            if self._clock.jumps != jumps:
                jumps = self._clock.jumps
                self._begin_all()
