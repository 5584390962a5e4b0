"""Forgets answers that were stored for repetition, by the hours that workers have run, not by the clock."""

from datetime import timedelta
from typing import Any, LiteralString

import psycopg

from infra.jobs.job import Job

#: How long answers are kept for repetition, in hours that workers have run.
KEEP_ANSWERS_HOURS = 72

# Once an hour, however many workers there are; a clock that jumps to and fro counts an hour a jump at most.
_COUNT_HOUR: LiteralString = """
    UPDATE running_time SET hours = hours + 1, counted_at = now()
     WHERE counted_at NOT BETWEEN now() - interval '59 minutes' AND now()
"""

# An answer that was stored at the end of an hour has one less behind it, so it stays one longer.
_IS_OLD: LiteralString = "running_hours < (SELECT hours FROM running_time) - %(keep)s"

# Most of many companies have none: those that have are found by a look at each one's oldest.
_COMPANIES: LiteralString = f"""
    SELECT head.company_id FROM company_head AS head
     CROSS JOIN LATERAL (
           SELECT FROM idempotency_keys WHERE company_id = head.company_id AND {_IS_OLD} LIMIT 1) AS old
"""

_FORGET_ANSWERS: LiteralString = f"""
    DELETE FROM idempotency_keys WHERE company_id = %(company_id)s AND {_IS_OLD}
"""


def forget_old_answers(connection: psycopg.Connection[Any]) -> None:
    """Delete stored answers that are past their time, of each company that has any."""
    connection.execute(_COUNT_HOUR)
    params = {"keep": KEEP_ANSWERS_HOURS}
    for (company_id,) in connection.execute(_COMPANIES, params).fetchall():
        connection.execute(_FORGET_ANSWERS, {**params, "company_id": company_id})


FORGET_OLD_ANSWERS = Job(
    name="forget-old-answers",
    every=timedelta(hours=1),
    do=lambda connection, *_: forget_old_answers(connection),
)
