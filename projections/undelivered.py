"""What the devices of a register did and is in no fact yet."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from domain.deliveries import Undelivered
from domain.pending import Pending
from projections.base import Database

# A device that was taken out of use before will deliver nothing more: what it lacks is lost for good.
_UNDELIVERED: LiteralString = """
    SELECT coalesce(sum(gaps.width), 0)::bigint AS missing,
           coalesce(sum(waiting.count), 0)::bigint AS waiting,
           coalesce(sum(rejected.count), 0)::bigint AS rejected
      FROM devices AS device
      LEFT JOIN device_deliveries AS delivery
        ON delivery.company_id = %(company_id)s AND delivery.device_id = device.id
     CROSS JOIN LATERAL (
            SELECT sum(upper(gap) - lower(gap)) AS width
              FROM unnest(int8multirange(int8range(1, delivery.last_seq + 1)) - delivery.received) AS gap
           ) AS gaps
     CROSS JOIN LATERAL (
            SELECT count(*) FROM waiting_operations
             WHERE company_id = %(company_id)s AND device_id = device.id
           ) AS waiting
     CROSS JOIN LATERAL (
            SELECT count(*) FROM till_operations
             WHERE company_id = %(company_id)s AND device_id = device.id AND status = 'rejected'
           ) AS rejected
     WHERE device.company_id = %(company_id)s AND device.register_id = %(register_id)s
       AND (device.retired_at IS NULL OR device.retired_at >= %(since)s)
"""


def ask_undelivered(db: Database, register_id: UUID, since: datetime) -> Pending[Undelivered]:
    """Ask it of the devices that are in use, or were since then."""
    params = {"company_id": db.company_id, "register_id": register_id, "since": since}
    answer = db.ask(_UNDELIVERED, params)
    return Pending(lambda: Undelivered(**answer.rows()[0]))
