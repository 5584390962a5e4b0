"""Files of reports, as their company sees them, and any stretch of one."""

from collections.abc import Iterator
from typing import LiteralString
from uuid import UUID

from projections.base import Database, Row
from projections.file_parts import read_parts

_FIND: LiteralString = """
    SELECT id, status, area, section, format, parameters, user_id, schedule_id, position, rows_done,
           rows_total, bytes, sha256, about, needs, failure, created_at, started_at, finished_at, expires_at
      FROM report_exports
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_PART: LiteralString = """
    SELECT bytes FROM report_export_parts
     WHERE company_id = %(company_id)s AND export_id = %(id)s AND ordinal = %(ordinal)s
"""


def find_export(db: Database, export_id: UUID) -> Row | None:
    """A file of the company, or None; rows are counted as far as it has come."""
    return db.ask(_FIND, {"company_id": db.company_id, "id": export_id}).row()


def read_export(db: Database, export_id: UUID, first: int, last: int) -> Iterator[bytes]:
    """The bytes of a file from the first to the last of these, both inclusive; none of one that is gone."""
    return read_parts(db, _PART, {"company_id": db.company_id, "id": export_id}, first, last)
