"""Long work of the audit: how far it is, what came of it, and its file."""

from collections.abc import Iterator
from typing import LiteralString
from uuid import UUID

from projections.base import Database, Row
from projections.file_parts import read_parts

_FIND: LiteralString = """
    SELECT id, kind, asked, status, done, total, error, result, bytes, sha256, created_at, started_at,
           finished_at, expires_at
      FROM audit_jobs
     WHERE company_id = %(company_id)s AND kind = %(kind)s AND id = %(id)s
"""

_PART: LiteralString = """
    SELECT bytes FROM audit_job_parts
     WHERE company_id = %(company_id)s AND job_id = %(id)s AND ordinal = %(ordinal)s
"""


def find_audit_job(db: Database, kind: str, job_id: UUID) -> Row | None:
    """A job of this kind of the company, or None."""
    return db.ask(_FIND, {"company_id": db.company_id, "kind": kind, "id": job_id}).row()


def read_audit_file(db: Database, job_id: UUID, first: int, last: int) -> Iterator[bytes]:
    """The bytes of its file from the first to the last of these, both inclusive; none of one that is gone."""
    return read_parts(db, _PART, {"company_id": db.company_id, "id": job_id}, first, last)
