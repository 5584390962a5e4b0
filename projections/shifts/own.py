"""A cashier's own shifts: the one they are in, and what is wrong with the last ones."""

from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from projections.base import Answer, Database

#: From when on a shift that nobody closed is suspicious, and for how long one is looked back at.
STALE_AFTER, RECENT = timedelta(hours=24), timedelta(days=7)

# One that is being counted is gone back to if no other is open.
_CURRENT: LiteralString = """
    SELECT id, register_id, store_id, status, opened_at FROM shifts
     WHERE company_id = %(company_id)s AND opened_by = %(cashier_id)s AND status <> 'closed'
     ORDER BY (status = 'open') DESC, opened_at DESC, id
     LIMIT 1
"""
_TROUBLES: LiteralString = """
    SELECT count(*) FILTER (WHERE status <> 'closed' AND opened_at < %(stale)s::timestamptz) AS stale_shift,
           count(*) FILTER (WHERE opened_at > %(recent)s::timestamptz AND late_count > 0) AS late,
           count(*) FILTER (WHERE opened_at > %(recent)s::timestamptz AND needs_review) AS needs_review
      FROM shifts
     WHERE company_id = %(company_id)s AND opened_by = %(cashier_id)s
"""


def ask_current(db: Database, cashier_id: UUID | None) -> Answer:
    """Ask for the shift that a cashier opened and nobody has closed."""
    return db.ask(_CURRENT, {"company_id": db.company_id, "cashier_id": cashier_id})


def ask_troubles(db: Database, cashier_id: UUID | None, now: datetime) -> Answer:
    """Ask how many of a cashier's shifts are stale, and of the recent ones got late news or need a review."""
    params = {
        "company_id": db.company_id,
        "cashier_id": cashier_id,
        "stale": now - STALE_AFTER,
        "recent": now - RECENT,
    }
    return db.ask(_TROUBLES, params)
