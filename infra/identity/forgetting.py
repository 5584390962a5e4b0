"""Forgets what is past its time: sessions, tokens of forgotten passwords, approvals, counts of failures."""

from datetime import timedelta
from typing import Any, LiteralString

import psycopg

from infra.jobs.job import Job

_IS_PAST: LiteralString = "expires_at < now()"

# Of those that were used, a request that is repeated a month later is known still, as at a till that was off.
_IS_DONE_WITH: LiteralString = (
    "expires_at < now() AND (used_at IS NULL OR expires_at < now() - interval '31 days')"
)

# Most of many companies have nothing to forget: those that have are found by a look into each one's indexes.
_COMPANIES: LiteralString = f"""
    SELECT head.company_id FROM company_head AS head
     CROSS JOIN LATERAL (
           (SELECT FROM sessions WHERE company_id = head.company_id AND {_IS_PAST} LIMIT 1)
            UNION ALL
           (SELECT FROM password_resets WHERE company_id = head.company_id AND {_IS_PAST} LIMIT 1)
            UNION ALL
           (SELECT FROM approvals WHERE company_id = head.company_id AND {_IS_DONE_WITH} LIMIT 1)
            LIMIT 1) AS old
"""

_FORGET_SESSIONS: LiteralString = f"""
    DELETE FROM sessions WHERE company_id = %(company_id)s AND {_IS_PAST}
"""

_FORGET_RESETS: LiteralString = f"""
    DELETE FROM password_resets WHERE company_id = %(company_id)s AND {_IS_PAST}
"""

_FORGET_APPROVALS: LiteralString = f"""
    DELETE FROM approvals WHERE company_id = %(company_id)s AND {_IS_DONE_WITH}
"""

_OLD_FAILURES: LiteralString = "SELECT key FROM sign_in_failures WHERE until < now()"

_FORGET_FAILURES: LiteralString = "DELETE FROM sign_in_failures WHERE key = %(key)s AND until < now()"


def forget_old_sessions(connection: psycopg.Connection[Any]) -> None:
    """Delete sessions, tokens and approvals that are past their time, of each company that has any."""
    for (company_id,) in connection.execute(_COMPANIES).fetchall():
        connection.execute(_FORGET_SESSIONS, {"company_id": company_id})
        connection.execute(_FORGET_RESETS, {"company_id": company_id})
        connection.execute(_FORGET_APPROVALS, {"company_id": company_id})


def forget_old_failures(connection: psycopg.Connection[Any]) -> None:
    """Delete counts of failed sign-ins that are past their time.

    One by one: a statement that locked many of them could wait for a sign-in that waits for it.
    """
    for (key,) in connection.execute(_OLD_FAILURES).fetchall():
        connection.execute(_FORGET_FAILURES, {"key": key})


FORGET_OLD_SESSIONS = Job(
    name="forget-old-sessions",
    every=timedelta(hours=1),
    do=lambda connection, *_: forget_old_sessions(connection),
)

FORGET_OLD_FAILURES = Job(
    name="forget-old-failures",
    every=timedelta(hours=1),
    do=lambda connection, *_: forget_old_failures(connection),
)
