"""What is done from time to time: once each, however many workers there are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, LiteralString

import psycopg
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

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

_COMPANIES: LiteralString = "SELECT company_id FROM company_head"


def forget_old_answers(connection: psycopg.Connection[Any]) -> None:
    """Delete stored answers and sessions that are past their time, company by company."""
    for (company_id,) in connection.execute(_COMPANIES).fetchall():
        params = {"company_id": company_id, "keep": KEEP_ANSWERS}
        connection.execute(_FORGET_ANSWERS, params)
        connection.execute(_FORGET_SESSIONS, params)


def once(conninfo: str, name: str, job: Callable[[psycopg.Connection[Any]], None]) -> Callable[[], None]:
    """A job that only one worker does at a time: the lock goes with the connection."""

    def run() -> None:
        with psycopg.connect(conninfo, autocommit=True, application_name="mipos jobs") as connection:
            mine = connection.execute(_MINE, {"job": f"mipos.{name}"}).fetchone()
            if mine and mine[0]:
                job(connection)
                log.info("job done", job=name)

    return run


def schedule(conninfo: str) -> BackgroundScheduler:
    """The scheduler with every job, not yet started."""
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        once(conninfo, "forget-old-answers", forget_old_answers), "interval", hours=1, id="forget-old-answers"
    )
    return scheduler
