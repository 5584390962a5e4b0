"""Seals a log soon after a shift of it was closed: what a Z reports is signed while it is fresh.

It looks at what was recorded since it looked last, beside those who sell: a close takes no longer by it.
"""

from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job
from infra.jobs.seals import EVERY, Sealing
from infra.postgres.transactions import transaction

#: How often it looks.
PAUSE = timedelta(seconds=5)
#: So much longer than the longest transaction: its events bear the time of their append.
_BACK = timedelta(minutes=5)
#: So many events are looked through in a statement.
_STRETCH = 20_000

# Found without a lock and across companies.
_ACTIVE: LiteralString = """
    SELECT head.company_id, head.position,
           coalesce((SELECT seal.size FROM audit_seals AS seal
                      WHERE seal.company_id = head.company_id
                      ORDER BY seal.epoch DESC, seal.size DESC LIMIT 1), 0) AS sealed
      FROM company_activity AS activity
      JOIN company_head AS head ON head.company_id = activity.company_id
     WHERE activity.active_at > %(since)s
     ORDER BY head.company_id
"""

_HAS_CLOSED: LiteralString = """
    SELECT EXISTS (SELECT FROM events
                    WHERE company_id = %(company_id)s AND position > %(after)s AND position <= %(upto)s
                      AND type = %(closed)s) AS has_closed
"""


class ClosingSeals:
    """Knows of each log up to where it was looked through; another process begins at the last seal."""

    def __init__(self, sealing: Sealing, closed: str) -> None:
        """`closed` is what the log calls the closing of a shift."""
        self._sealing = sealing
        self._closed = closed
        self._looked: dict[UUID, int] = {}
        self._since: datetime | None = None

    def look(self, connection: psycopg.Connection[Any], _writer: EventWriter, now: datetime) -> None:
        """Seal each log in which a shift was closed since it was looked at last."""
        since = (self._since or now - EVERY) - _BACK
        for company_id, head, sealed in connection.execute(_ACTIVE, {"since": since}).fetchall():
            after = max(sealed, min(self._looked.get(company_id, 0), head))
            if after < head:
                self._looked[company_id] = upto = min(head, after + _STRETCH)
                if self._has_closed(connection, company_id, after, upto):
                    self._sealing.seal(connection, company_id, now)
        self._since = now

    def _has_closed(
        self, connection: psycopg.Connection[Any], company_id: UUID, after: int, upto: int
    ) -> bool:
        where = {"company_id": company_id, "after": after, "upto": upto, "closed": self._closed}
        with transaction(connection, company_id, reading=True) as db:
            row = db.ask(_HAS_CLOSED, where).row()
        return bool(row and row["has_closed"])


def closing_seals(sealing: Sealing, closed: str) -> Job:
    """The job."""
    return Job(name="closing-seals", every=PAUSE, do=ClosingSeals(sealing, closed).look)
