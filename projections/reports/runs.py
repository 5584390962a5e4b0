"""Runs of schedules of reports, as their company sees them."""

from collections.abc import Callable, Sequence
from typing import LiteralString
from uuid import UUID

from projections.base import Database, Row

_LAST: LiteralString = """
    SELECT asked.id, run.finished_at AS last_run, run.failure AS last_error, run.export_id AS last_export_id
      FROM unnest(%(ids)b::uuid[]) AS asked(id)
      LEFT JOIN LATERAL (
            SELECT finished_at, failure, export_id FROM report_runs
             WHERE company_id = %(company_id)s AND schedule_id = asked.id AND NOT is_try
               AND status IN ('sent', 'skipped', 'failed')
             ORDER BY period DESC LIMIT 1
           ) AS run ON true
"""


def ask_last_runs(db: Database, ids: Sequence[UUID]) -> Callable[[], dict[UUID, Row]]:
    """Ask what became of the last run of each of these schedules; nulls of those that never ran."""
    answer = db.ask(_LAST, {"company_id": db.company_id, "ids": list(ids)})
    return lambda: {row.pop("id"): row for row in answer.rows()}
