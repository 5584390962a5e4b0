"""Where read models are looked after by hand: jobs for a worker, and what rests. It is the platform's."""

from collections.abc import Callable
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from commands.ports import Caller
from commands.read_models import Mode, RequestJob
from projections.base import Database

_MODE: LiteralString = "SELECT mode FROM projection_models WHERE name = %(name)s"

_HAS_LOG: LiteralString = "SELECT has_log(%(about)s) AS has_log"

_OPEN: LiteralString = """
    INSERT INTO projection_jobs
           (company_id, id, kind, projection, about, status, user_id, request_id, created_at)
    VALUES (%(company_id)s, %(id)s, %(kind)s, %(name)s, %(about)s, 'queued', %(user_id)s, %(request_id)s,
            %(now)s)
        ON CONFLICT (company_id, kind, projection) WHERE status IN ('queued', 'running') DO NOTHING
    RETURNING id
"""

_PAUSE: LiteralString = "SELECT pause_projection(%(name)s, %(about)s)"

_RESUME: LiteralString = "SELECT resume_projection(%(name)s, %(about)s)"


class ReadModelDesk:
    """Looks after read models in a transaction of the platform; `changed` says that something was done."""

    def __init__(self, db: Database, caller: Caller, now: datetime, changed: Callable[[], None]) -> None:
        self._db = db
        self._caller = caller
        self._now = now
        self._changed = changed

    def find_mode(self, name: str) -> Mode | None:
        """How it is written; None for an unknown one."""
        row = self._db.ask(_MODE, {"name": name}).row()
        return row["mode"] if row else None

    def has_company(self, company_id: UUID) -> bool:
        """Whether there is a log of this company."""
        row = self._db.ask(_HAS_LOG, {"about": company_id}).row()
        return bool(row and row["has_log"])

    def open_job(self, job: RequestJob) -> bool:
        """Leave it to a worker; False if another one of its kind is not over."""
        params = {
            "company_id": self._db.company_id,
            "id": job.id,
            "kind": job.kind,
            "name": job.name,
            "about": job.company_id,
            "user_id": self._caller.user_id,
            "request_id": self._caller.request_id,
            "now": self._now,
        }
        is_open = self._db.ask(_OPEN, params).row() is not None
        self._changed()
        return is_open

    def pause(self, name: str, company_id: UUID | None) -> None:
        """Let it follow no further. It waits for the batch that a worker has at hand."""
        self._changed()
        self._db.execute(_PAUSE, {"name": name, "about": company_id})

    def resume(self, name: str, company_id: UUID | None) -> None:
        """Let it go on from where it was."""
        self._changed()
        self._db.execute(_RESUME, {"name": name, "about": company_id})
