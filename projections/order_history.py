"""What happened to an order, as the log has it, with the names of who did it."""

from typing import LiteralString
from uuid import UUID

from projections.base import Answer, Database
from projections.log import EVENT

_ACTOR: LiteralString = """'"actor":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"'"""
_EVENTS: LiteralString = f"""
    SELECT {EVENT}, e.position, e.recorded_at, author.id AS actor_id, actor.username AS actor
      FROM events AS e
     CROSS JOIN LATERAL (SELECT substring(e.metadata FROM {_ACTOR})::uuid) AS author(id)
      LEFT JOIN users AS actor ON actor.company_id = e.company_id AND actor.id = author.id
     WHERE e.company_id = %(company_id)s AND e.stream_id = %(order_id)s
     ORDER BY e.stream_version
"""


def ask_history(db: Database, order_id: UUID) -> Answer:
    """Ask for the events of an order, oldest first; an order has few."""
    return db.ask(_EVENTS, {"company_id": db.company_id, "order_id": order_id})
