"""What is done from time to time: once each, however many workers there are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from infra.decisions.unit_of_work import EventWriter
from infra.files.picture_shelf import let_go_of_unused
from infra.jobs.launches import launch_what_is_due
from infra.jobs.subscriptions import let_subscriptions_fall_due
from infra.postgres.connections import WORKERS, bounded
from infra.postgres.definitions import closed_companies, is_own
from infra.postgres.heartbeats import part_name
from infra.process.clock import WatchedClock

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
#: How long answers are kept for repetition, in hours that workers have run.
KEEP_ANSWERS_HOURS = 72
#: How often the clock on the wall is looked at, in seconds.
LOOK_SECONDS = 1.0

log = structlog.get_logger("jobs")

_MINE: LiteralString = "SELECT pg_try_advisory_lock(hashtextextended(%(job)s, 0))"

# Once an hour, however many workers there are; a clock that jumps to and fro counts an hour a jump at most.
_COUNT_HOUR: LiteralString = """
    UPDATE running_time SET hours = hours + 1, counted_at = now()
     WHERE counted_at NOT BETWEEN now() - interval '59 minutes' AND now()
"""

# An answer that was stored at the end of an hour has one less behind it, so it stays one longer.
_FORGET_ANSWERS: LiteralString = """
    DELETE FROM idempotency_keys
     WHERE company_id = %(company_id)s AND running_hours < (SELECT hours FROM running_time) - %(keep)s
"""

_FORGET_SESSIONS: LiteralString = """
    DELETE FROM sessions WHERE company_id = %(company_id)s AND expires_at < now()
"""

_FORGET_RESETS: LiteralString = """
    DELETE FROM password_resets WHERE company_id = %(company_id)s AND expires_at < now()
"""

_OLD_FAILURES: LiteralString = "SELECT key FROM sign_in_failures WHERE until < now()"

_FORGET_FAILURES: LiteralString = "DELETE FROM sign_in_failures WHERE key = %(key)s AND until < now()"

_COMPANIES: LiteralString = "SELECT company_id FROM company_head"


def forget_old_answers(connection: psycopg.Connection[Any]) -> None:
    """Delete stored answers, sessions and tokens that are past their time, company by company."""
    connection.execute(_COUNT_HOUR)
    for (company_id,) in connection.execute(_COMPANIES).fetchall():
        params = {"company_id": company_id, "keep": KEEP_ANSWERS_HOURS}
        connection.execute(_FORGET_ANSWERS, params)
        connection.execute(_FORGET_SESSIONS, params)
        connection.execute(_FORGET_RESETS, params)


def forget_old_failures(connection: psycopg.Connection[Any]) -> None:
    """Delete counts of failed sign-ins that are past their time.

    One by one: a statement that locked many of them could wait for a sign-in that waits for it.
    """
    for (key,) in connection.execute(_OLD_FAILURES).fetchall():
        connection.execute(_FORGET_FAILURES, {"key": key})


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something done from time to time, over a connection of its own."""

    name: str
    every: timedelta
    do: Callable[[psycopg.Connection[Any]], object]
    #: Whether what it records is due by the clock: a wrong one would record what is not due for a year.
    records_what_is_due: bool = False
    #: The inline read models it looks at, in short: where the database has others, it is not done, and it
    #: leaves out companies that are closed.
    models: str | None = None


def jobs_of(writer: EventWriter) -> tuple[Job, ...]:
    """Every job."""
    return (
        Job(
            name="launches",
            every=timedelta(seconds=5),
            do=lambda db: launch_what_is_due(db, writer, datetime.now(UTC)),
            records_what_is_due=True,
            models=writer.models,
        ),
        Job(
            name="subscriptions",
            every=_MINUTE,
            do=lambda db: let_subscriptions_fall_due(db, writer, datetime.now(UTC)),
            records_what_is_due=True,
            models=writer.models,
        ),
        Job(name="forget-old-answers", every=_HOUR, do=forget_old_answers),
        Job(name="forget-old-failures", every=_HOUR, do=forget_old_failures),
        Job(
            name="unused-pictures",
            every=_HOUR,
            do=lambda db: let_go_of_unused(db, datetime.now(UTC)),
            models=writer.models,
        ),
    )


class Schedule:
    """Does every job at once when it starts, then at its pace, whatever the clock on the wall is set to."""

    def __init__(self, conninfo: str, jobs: tuple[Job, ...], clock: WatchedClock | None = None) -> None:
        self._conninfo = conninfo
        self._clock = clock or WatchedClock()
        self._closed: frozenset[UUID] = frozenset()
        self._stopped = Event()
        self._watch = Thread(target=self._keep_pace, name="clock", daemon=True)
        self._scheduler = BackgroundScheduler(timezone="UTC")
        for job in jobs:
            self._scheduler.add_job(
                self.run,
                "interval",
                (job,),
                seconds=job.every.total_seconds(),
                id=job.name,
                next_run_time=datetime.now(UTC),
                # However late a job begins, it is better done than left out.
                misfire_grace_time=None,
            )

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
                if job.models and not is_own(connection, job.models):
                    log.warning("a job waits for a worker of the database's version", job=job.name)
                    return
                mine = connection.execute(_MINE, {"job": f"mipos.{job.name}"}).fetchone()
                if mine and mine[0]:
                    if job.models:
                        self._tell_of_closed(closed_companies(connection))
                    job.do(connection)
                    log.debug("job done", job=job.name)
        except psycopg.Error as error:
            log.warning("a job waits: the database cannot be used", job=job.name, error=str(error).strip())

    def _tell_of_closed(self, companies: frozenset[UUID]) -> None:
        """Say once for which companies jobs and imports are left out."""
        if companies - self._closed:
            told = sorted(map(str, companies))
            log.error("closed companies are left out; `mipos projections status` says why", companies=told)
        self._closed = companies

    def _keep_pace(self) -> None:
        """Have every job done at once after the clock jumped: the next times were reckoned by a wrong one."""
        jumps = self._clock.jumps
        while not self._stopped.wait(LOOK_SECONDS):
            self._clock.look()
            if self._clock.jumps != jumps:
                jumps = self._clock.jumps
                for planned in self._scheduler.get_jobs():
                    planned.modify(next_run_time=datetime.now(UTC))
