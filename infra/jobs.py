"""What is done from time to time: once each, however many workers there are."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import psycopg
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from infra.launches import launch_what_is_due
from infra.picture_shelf import let_go_of_unused
from infra.subscriptions import let_subscriptions_fall_due
from infra.unit_of_work import Ledger

#: What is done over a connection of its own.
Job = Callable[[psycopg.Connection[Any]], object]

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
#: How long answers are kept for repetition.
KEEP_ANSWERS = timedelta(hours=72)

log = structlog.get_logger("jobs")

_MINE: LiteralString = "SELECT pg_try_advisory_lock(hashtextextended(%(job)s, 0))"

_FORGET_ANSWERS: LiteralString = """
    DELETE FROM idempotency_keys WHERE company_id = %(company_id)s AND created_at < now() - %(keep)s::interval
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
    for (company_id,) in connection.execute(_COMPANIES).fetchall():
        params = {"company_id": company_id, "keep": KEEP_ANSWERS}
        connection.execute(_FORGET_ANSWERS, params)
        connection.execute(_FORGET_SESSIONS, params)
        connection.execute(_FORGET_RESETS, params)


def forget_old_failures(connection: psycopg.Connection[Any]) -> None:
    """Delete counts of failed sign-ins that are past their time.

    One by one: a statement that locked many of them could wait for a sign-in that waits for it.
    """
    for (key,) in connection.execute(_OLD_FAILURES).fetchall():
        connection.execute(_FORGET_FAILURES, {"key": key})


def once(conninfo: str, name: str, job: Job) -> Callable[[], None]:
    """A job that only one worker does at a time: the lock goes with the connection."""

    def run() -> None:
        with psycopg.connect(conninfo, autocommit=True, application_name="mipos jobs") as connection:
            mine = connection.execute(_MINE, {"job": f"mipos.{name}"}).fetchone()
            if mine and mine[0]:
                job(connection)
                log.debug("job done", job=name)

    return run


def jobs_of(ledger: Ledger) -> tuple[tuple[str, timedelta, Job], ...]:
    """Every job: its name, how often it is done, and what it does."""
    return (
        ("launches", timedelta(seconds=5), lambda db: launch_what_is_due(db, ledger, datetime.now(UTC))),
        ("subscriptions", _MINUTE, lambda db: let_subscriptions_fall_due(db, ledger, datetime.now(UTC))),
        ("forget-old-answers", _HOUR, forget_old_answers),
        ("forget-old-failures", _HOUR, forget_old_failures),
        ("unused-pictures", _HOUR, lambda db: let_go_of_unused(db, datetime.now(UTC))),
    )


def schedule(conninfo: str, ledger: Ledger) -> BackgroundScheduler:
    """The scheduler with every job, not yet started; when it starts, each is done at once."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for name, every, job in jobs_of(ledger):
        scheduler.add_job(
            once(conninfo, name, job),
            "interval",
            seconds=every.total_seconds(),
            id=name,
            next_run_time=datetime.now(UTC),
            # However late a job begins, it is better done than left out.
            misfire_grace_time=None,
        )
    return scheduler
