"""What webhooks were sent, and what became of it: no read model, so that no rebuild changes it."""

from typing import Any, LiteralString
from uuid import UUID

from domain.webhooks import Delivery, Replay
from projections.base import Answer, Database, Row

#: What a delivery is read from.
DELIVERY: LiteralString = """
    id, number, message_id, position, type, status, attempts AS attempt, response_status, error, milliseconds,
    CASE WHEN status IN ('pending', 'failed') THEN next_attempt_at END AS next_attempt_at, replay_id,
    created_at, finished_at
"""

#: What a replay is read from.
REPLAY: LiteralString = """
    id, webhook_id, status, position - from_position + 1 AS done, to_position - from_position + 1 AS total,
    error, created_at, finished_at
"""

_LIST: LiteralString = f"""
    SELECT {DELIVERY} FROM webhook_deliveries
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s AND number > %(after)s
       AND (%(status)s::text IS NULL OR status = %(status)s::text)
       AND (%(type)s::text IS NULL OR type = %(type)s::text OR starts_with(type, %(type)s::text || '.'))
     ORDER BY number
     LIMIT %(limit)s
"""

_REPLAY: LiteralString = f"""
    SELECT {REPLAY} FROM webhook_replays
     WHERE company_id = %(company_id)s AND id = %(id)s AND webhook_id = %(webhook_id)s
"""


def ask_deliveries(db: Database, webhook_id: UUID, *, after: int, limit: int, **filters: Any) -> Answer:
    """Ask for deliveries behind the number `after`, the oldest first, with the next round trip.

    The filters are `status` and `type`, the type of an event or the beginning of one, up to a dot.
    """
    return db.ask(
        _LIST,
        {
            "company_id": db.company_id,
            "webhook_id": webhook_id,
            "after": after,
            "limit": limit,
            "status": filters.get("status"),
            "type": filters.get("type"),
        },
    )


def ask_replay(db: Database, webhook_id: UUID, replay_id: UUID) -> Answer:
    """Ask for a replay of a webhook."""
    return db.ask(_REPLAY, {"company_id": db.company_id, "webhook_id": webhook_id, "id": replay_id})


def delivery_of(row: Row) -> Delivery:
    """The delivery of a row that was read so."""
    return Delivery(**row)


def replay_of(row: Row) -> Replay:
    """The replay of a row that was read so."""
    return Replay(**row)
