"""Rebuilds and checks of read models: how far the latest of a kind is."""

from typing import LiteralString

from projections.base import Database, Row

# A running one that nobody holds any more waits for the next worker: its lock went with the one before. A
# replica has no locks of others to look at.
_LATEST: LiteralString = """
    SELECT id, projection, about, done, total, rows, error, created_at, started_at, finished_at,
           CASE WHEN status = 'running' AND NOT pg_is_in_recovery() AND NOT EXISTS (
                     SELECT FROM pg_locks
                      WHERE locktype = 'advisory' AND granted AND objsubid = 1
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        AND (classid::bigint << 32) | objid::bigint
                            = hashtextextended('mipos.projection-jobs/' || id::text, 0))
                THEN 'queued' ELSE status END AS status
      FROM projection_jobs
     WHERE company_id = %(company_id)s AND kind = %(kind)s AND projection = %(name)s
     ORDER BY created_at DESC, id DESC
     LIMIT 1
"""


def find_latest_job(db: Database, kind: str, name: str) -> Row | None:
    """The rebuild or check of this read model that was asked for last, or None."""
    return db.ask(_LATEST, {"company_id": db.company_id, "kind": kind, "name": name}).row()
