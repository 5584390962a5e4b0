"""How far what a device did has arrived: what is missing, what waits, and what was rejected."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from projections.base import Database

#: How many of each are told at most.
MOST = 1000

# Of a gap, however wide, only the first numbers are made.
_DELIVERED: LiteralString = """
    SELECT delivery.last_seq, delivery.last_seen_at,
           ARRAY(SELECT missing.seq
                   FROM unnest(int8multirange(int8range(1, delivery.last_seq + 1)) - delivery.received)
                        AS gap
                  CROSS JOIN LATERAL generate_series(
                        lower(gap), least(upper(gap) - 1, lower(gap) + %(most)s::bigint - 1)) AS missing(seq)
                  ORDER BY missing.seq
                  LIMIT %(most)s::bigint) AS missing
      FROM device_deliveries AS delivery
     WHERE delivery.company_id = %(company_id)s AND delivery.device_id = %(device_id)s
"""

_WAITING: LiteralString = """
    SELECT id FROM waiting_operations
     WHERE company_id = %(company_id)s AND device_id = %(device_id)s
     ORDER BY seq, id
     LIMIT %(most)s::bigint
"""

_REJECTED: LiteralString = """
    SELECT id FROM till_operations
     WHERE company_id = %(company_id)s AND device_id = %(device_id)s AND status = 'rejected'
     ORDER BY rejected_at, id
     LIMIT %(most)s::bigint
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    """What is known of a device's count, and the operations that wait or were rejected, by their ids."""

    last_seq: int
    last_seen_at: datetime | None
    missing_seqs: list[int]
    waiting: list[UUID]
    rejected: list[UUID]


def find_status(db: Database, device_id: UUID) -> SyncStatus:
    """The first of what is missing, waits and was rejected, at most `MOST` of each."""
    params = {"company_id": db.company_id, "device_id": device_id, "most": MOST}
    delivered, waiting = db.ask(_DELIVERED, params), db.ask(_WAITING, params)
    rejected = db.ask(_REJECTED, params)
    row = delivered.row()
    return SyncStatus(
        last_seq=row["last_seq"] if row else 0,
        last_seen_at=row["last_seen_at"] if row else None,
        missing_seqs=row["missing"] if row else [],
        waiting=[one["id"] for one in waiting.rows()],
        rejected=[one["id"] for one in rejected.rows()],
    )
