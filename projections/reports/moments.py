"""Up to which position of a company's log things were known at a moment."""

from datetime import datetime
from typing import LiteralString

from domain.pending import Pending
from projections.base import KNOWN_AT, Database

# `recorded_at` never runs backwards, so halving finds the last position by then; each step is one look into
# the primary key. What was decided by then is known too (see `Fact.known_at`), though it took some time to be
# recorded: of what was recorded right after, so many events are looked at (some seconds of the busiest shop).
_POSITION: LiteralString = f"""
    WITH RECURSIVE bounds AS (
        SELECT 0::bigint AS low,
               coalesce((SELECT position FROM company_head WHERE company_id = %(company_id)s), 0) AS high
     UNION ALL
        SELECT CASE WHEN middle.is_known THEN middle.place ELSE bounds.low END,
               CASE WHEN middle.is_known THEN bounds.high ELSE middle.place - 1 END
          FROM bounds
         CROSS JOIN LATERAL (
                SELECT (bounds.low + bounds.high + 1) / 2 AS place,
                       EXISTS (SELECT FROM events
                                WHERE company_id = %(company_id)s
                                  AND position = (bounds.low + bounds.high + 1) / 2
                                  AND recorded_at <= %(moment)s::timestamptz) AS is_known
               ) AS middle
         WHERE bounds.low < bounds.high
    ), recorded AS (
        SELECT low AS position FROM bounds WHERE low = high LIMIT 1
    )
    SELECT greatest(recorded.position, decided.position) AS position
      FROM recorded
     CROSS JOIN LATERAL (
            SELECT coalesce(max(later.position), 0) AS position
              FROM (SELECT position, recorded_at, metadata FROM events
                     WHERE company_id = %(company_id)s AND position > recorded.position
                     ORDER BY position
                     LIMIT 2000) AS later
             WHERE {KNOWN_AT} <= %(moment)s::timestamptz
           ) AS decided
"""


def position_at(db: Database, moment: datetime) -> Pending[int]:
    """Ask for the last position of the log that was known at a moment; 0 before the first."""
    answer = db.ask(_POSITION, {"company_id": db.company_id, "moment": moment})

    def position() -> int:
        row = answer.row()
        return row["position"] if row else 0

    return Pending(position)
