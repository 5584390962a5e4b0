"""How imports of the catalog stand, as their company sees it."""

from typing import LiteralString
from uuid import UUID

import msgspec

from projections.base import Database, Row

_FIND: LiteralString = """
    SELECT id, status, commits, create_missing, coalesce(format, 'mipos') AS format, total,
           done, report, failure, position, created_at,
           started_at, finished_at,
           extract(epoch FROM coalesce(finished_at, now()) - started_at)::float8 AS seconds
      FROM import_jobs
     WHERE company_id = %(company_id)s AND id = %(id)s
"""


def find_import(db: Database, import_id: UUID) -> Row | None:
    """An import of the company with its report, or None; rows are counted as far as it has come."""
    row = db.ask(_FIND, {"company_id": db.company_id, "id": import_id}).row()
    if row is None:
        return None
    row["report"] = msgspec.json.decode(row["report"]) if row["report"] else None
    return row
