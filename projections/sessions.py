"""Where somebody is signed in: the sessions that can still be refreshed, as their owner may see them."""

from typing import LiteralString
from uuid import UUID

from projections.base import Database, Row

_LIST: LiteralString = """
    SELECT id, created_at, coalesce(last_used_at, created_at) AS last_used_at, expires_at, address,
           user_agent, id IS NOT DISTINCT FROM %(current)s::uuid AS current
      FROM sessions
     WHERE company_id = %(company_id)s AND user_id = %(user_id)s AND revoked_at IS NULL AND expires_at > now()
     ORDER BY last_used_at DESC, id
     LIMIT 1000
"""


def list_sessions(db: Database, user_id: UUID, current: UUID | None = None) -> list[Row]:
    """The open sessions of a user, the one used last first; `current` is the session of whoever asks.

    A session is used when it is opened and at each refresh.
    """
    params = {"company_id": db.company_id, "user_id": user_id, "current": current}
    return db.ask(_LIST, params).rows()
