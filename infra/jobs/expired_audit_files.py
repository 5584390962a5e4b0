"""Deletes files of audit jobs a week after they were written; what was asked for, and its result, stay."""

from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg

from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job

_EXPIRE: LiteralString = """
    DELETE FROM audit_job_parts AS part
     USING audit_jobs AS job
     WHERE job.company_id = ANY(SELECT company_id FROM company_head) AND job.expires_at <= %(now)s
       AND part.company_id = job.company_id AND part.job_id = job.id
"""


def expire_audit_files(connection: psycopg.Connection[Any], _: EventWriter, now: datetime) -> int:
    """Delete the files that nobody may fetch any more. Returns how many parts those were."""
    return connection.execute(_EXPIRE, {"now": now}).rowcount


EXPIRED_AUDIT_FILES = Job(name="expired-audit-files", every=timedelta(minutes=10), do=expire_audit_files)
