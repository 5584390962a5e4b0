"""What time makes of subscriptions: trials and periods end, days of grace run out."""

from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from commands.ports import Caller
from commands.subscriptions import LetFallDue, let_fall_due
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.jobs.job import Job
from infra.postgres.transactions import transaction
from projections.base import CompanyClosed

log = structlog.get_logger("jobs")

# Found without a lock and across companies, so it is only a hint where to look.
_DUE: LiteralString = """
    SELECT company_id FROM companies
     WHERE due_at <= %(now)s AND company_id <> ALL((SELECT closed FROM installation)::uuid[])
     ORDER BY due_at
"""

# Whoever else is at it has done it when this one's turn comes.
_STILL_DUE: LiteralString = """
    SELECT due_at <= %(now)s AS is_due FROM companies WHERE company_id = %(company_id)s FOR NO KEY UPDATE
"""


def let_subscriptions_fall_due(
    connection: psycopg.Connection[Any], writer: EventWriter, now: datetime
) -> int:
    """Record for every company what was due by `now`, however long ago. Returns how many companies it was.

    Each company is a transaction of its own; one that fails is tried again the next time.
    """
    rows = connection.execute(_DUE, {"now": now}).fetchall()
    return sum(_let_one_fall_due(connection, writer, company_id, now) for (company_id,) in rows)


def _let_one_fall_due(
    connection: psycopg.Connection[Any], writer: EventWriter, company_id: UUID, now: datetime
) -> bool:
    try:
        with transaction(connection, company_id, models=writer.models) as db:
            row = db.ask(_STILL_DUE, {"company_id": company_id, "now": now}).row()
            if row is None or not row["is_due"]:
                return False
            work = PostgresUnitOfWork(db, writer, Caller(company_id=company_id, user_id=None), now)
            let_fall_due(LetFallDue(company_id=company_id), work)
            if work.has_events:
                work.record()
            return work.has_events
    except CompanyClosed:
        # This very moment; the schedule tells of it.
        return False
    except Exception:
        # Whatever is wrong in one company, the others' subscriptions fall due.
        log.exception("a subscription could not fall due", company_id=str(company_id))
        return False


SUBSCRIPTIONS = Job(
    name="subscriptions",
    every=timedelta(minutes=1),
    do=let_subscriptions_fall_due,
    records_what_is_due=True,
    reads_models=True,
)
