"""Where long work of the audit is asked for that a worker will do."""

from collections.abc import Callable
from datetime import datetime
from typing import LiteralString

from psycopg.types.json import Jsonb

from commands.audit_jobs import RequestAuditJob, TooManyAuditJobs
from commands.ports import Caller, DuplicateId
from projections.base import Database
from projections.pages import total_of

#: How many jobs of a company may wait at a time.
MOST_WAITING = 10

_WAITING: LiteralString = """
    SELECT count(*) AS total FROM audit_jobs
     WHERE company_id = %(company_id)s AND status IN ('queued', 'running')
"""

_FIND: LiteralString = """
    SELECT kind, asked, created_by, created_at
      FROM audit_jobs WHERE company_id = %(company_id)s AND id = %(id)s
"""

_OPEN: LiteralString = """
    INSERT INTO audit_jobs (company_id, id, kind, asked, status, created_by, request_id, created_at)
    VALUES (%(company_id)s, %(id)s, %(kind)s, %(asked)s, 'queued', %(created_by)s, %(request_id)s, %(now)s)
"""


class AuditJobDesk:
    """Takes jobs for one company. That one was taken is said by `changed`."""

    def __init__(self, db: Database, caller: Caller, now: datetime, changed: Callable[[], None]) -> None:
        self._db = db
        self._caller = caller
        self._now = now
        self._changed = changed

    def find_earlier(self, job: RequestAuditJob) -> datetime | None:
        """When the caller asked for this very job; None if nothing has its id. Raises DuplicateId."""
        row = self._db.ask(_FIND, {"company_id": self._db.company_id, "id": job.id}).row()
        if row is None:
            return None
        if (row["kind"], row["asked"], row["created_by"]) != (job.kind, job.asked, self._caller.user_id):
            raise DuplicateId
        created_at: datetime = row["created_at"]
        return created_at

    def open(self, job: RequestAuditJob) -> None:
        """Leave it to a worker. Raises TooManyAuditJobs."""
        own = {"company_id": self._db.company_id}
        if total_of(self._db.ask(_WAITING, own)) >= MOST_WAITING:
            raise TooManyAuditJobs
        self._changed()
        asked = {"id": job.id, "kind": job.kind, "asked": Jsonb(dict(job.asked))}
        by = {"created_by": self._caller.user_id, "request_id": self._caller.request_id}
        self._db.execute(_OPEN, {**own, **asked, **by, "now": self._now})
