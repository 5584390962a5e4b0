"""What is done from time to time: once each, however many workers there are."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import psycopg
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from infra.picture_shelf import let_go_of_unused
from infra.subscriptions import let_subscriptions_fall_due
from infra.unit_of_work import Ledger

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


def once(conninfo: str, name: str, job: Callable[[psycopg.Connection[Any]], object]) -> Callable[[], None]:
    """A job that only one worker does at a time: the lock goes with the connection."""

    def run() -> None:
        with psycopg.connect(conninfo, autocommit=True, application_name="mipos jobs") as connection:
            mine = connection.execute(_MINE, {"job": f"mipos.{name}"}).fetchone()
            if mine and mine[0]:
                job(connection)
                log.debug("job done", job=name)

    return run


def schedule(conninfo: str, ledger: Ledger) -> BackgroundScheduler:
    """The scheduler with every job, not yet started."""
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        once(conninfo, "forget-old-answers", forget_old_answers), "interval", hours=1, id="forget-old-answers"
    )
    scheduler.add_job(
        once(conninfo, "forget-old-failures", forget_old_failures), "interval", hours=1, id="forget-failures"
    )
    scheduler.add_job(
        once(
            conninfo,
            "subscriptions",
            lambda connection: let_subscriptions_fall_due(connection, ledger, datetime.now(UTC)),
        ),
        "interval",
        minutes=1,
        id="subscriptions",
        next_run_time=datetime.now(UTC),
    )
    scheduler.add_job(
        once(
            conninfo,
            "unused-pictures",
            lambda connection: let_go_of_unused(connection, datetime.now(UTC)),
        ),
        "interval",
        hours=1,
        id="unused-pictures",
    )
    return scheduler
