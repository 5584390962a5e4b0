"""Deletes files of reports a week after they were written; what they were of stays known."""

from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg

from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job

_EXPIRE: LiteralString = """
    WITH expired AS (
        UPDATE report_exports SET status = 'expired'
         WHERE company_id = ANY(SELECT company_id FROM company_head)
           AND status = 'done' AND expires_at <= %(now)s
        RETURNING company_id, id
    )
    DELETE FROM report_export_parts AS part
     USING expired
     WHERE part.company_id = expired.company_id AND part.export_id = expired.id
"""


def expire_exports(connection: psycopg.Connection[Any], _: EventWriter, now: datetime) -> int:
    """Delete the files that nobody may fetch any more. Returns how many parts those were."""
    return connection.execute(_EXPIRE, {"now": now}).rowcount


EXPIRED_EXPORTS = Job(name="expired-exports", every=timedelta(minutes=10), do=expire_exports)
