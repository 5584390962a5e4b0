"""Deletes files of reports a week after they were written; what they were of stays known.

What was written before somebody was forgotten is deleted at once: it may tell of them.
"""

from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg

from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job

_EXPIRE: LiteralString = """
    WITH expired AS (
        UPDATE report_exports AS export SET status = 'expired'
         WHERE export.company_id = ANY(SELECT company_id FROM company_head) AND export.status = 'done'
           AND (export.expires_at <= %(now)s
                OR EXISTS (SELECT FROM erased_subjects AS erased
                            WHERE erased.company_id = export.company_id
                              AND erased.position > export.position))
        RETURNING export.company_id, export.id
    )
    DELETE FROM report_export_parts AS part
     USING expired
     WHERE part.company_id = expired.company_id AND part.export_id = expired.id
"""


def expire_exports(connection: psycopg.Connection[Any], _: EventWriter, now: datetime) -> int:
    """Delete the files that nobody may fetch any more. Returns how many parts those were."""
    return connection.execute(_EXPIRE, {"now": now}).rowcount


EXPIRED_EXPORTS = Job(name="expired-exports", every=timedelta(minutes=1), do=expire_exports)
