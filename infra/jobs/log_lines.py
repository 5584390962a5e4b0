"""Looks after lines of the log in the database: room for the days to come, an end to those long past."""

from datetime import timedelta
from typing import Any, LiteralString

import psycopg

from infra.jobs.job import Job
from infra.postgres.log_shelf import PREPARE

_DROP: LiteralString = "SELECT drop_log_lines(%(days)s)"


def look_after_log_lines(connection: psycopg.Connection[Any], days: int) -> int:
    """Make what the next days need, and drop what is older than so many days. Returns how many days went."""
    connection.execute(PREPARE)
    (dropped,) = connection.execute(_DROP, {"days": days}).fetchone() or (0,)
    return int(dropped)


def log_lines_job(days: int) -> Job:
    """The job that keeps lines for so many whole days."""
    return Job(
        name="log-lines",
        every=timedelta(hours=1),
        do=lambda connection, *_: look_after_log_lines(connection, days),
    )
