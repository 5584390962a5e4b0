"""What time makes of reservations: they lapse."""

from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from commands.ports import Caller
from commands.stock.reservations.expiry import ExpireReservations, expire_reservations
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.jobs.job import Job
from infra.postgres.transactions import transaction
from projections.base import CompanyClosed

#: How many reservations lapse in one transaction, so that tills never wait long for their stock.
AT_ONCE = 100

log = structlog.get_logger("jobs")

# Found without a lock and across companies, so it is only a hint where to look.
_DUE: LiteralString = """
    SELECT company_id FROM reservations
     WHERE status = 'placed' AND expires_at <= %(now)s
       AND company_id <> ALL((SELECT closed FROM installation)::uuid[])
     GROUP BY company_id
     ORDER BY min(expires_at)
"""

# Nothing is locked here, as balances come before reservations in the order of locks. Whoever releases or
# fulfils one of these at the same moment is met at its version, and it is tried again.
_STILL_DUE: LiteralString = """
    SELECT id FROM reservations
     WHERE company_id = %(company_id)s AND status = 'placed' AND expires_at <= %(now)s
       AND (%(only)s::uuid IS NULL OR id = %(only)s::uuid)
     ORDER BY expires_at, id
     LIMIT %(limit)s::bigint
"""

_ALL_DUE: LiteralString = """
    SELECT id FROM reservations
     WHERE company_id = %(company_id)s AND status = 'placed' AND expires_at <= %(now)s
     ORDER BY expires_at, id
"""


def let_reservations_lapse(connection: psycopg.Connection[Any], writer: EventWriter, now: datetime) -> int:
    """Let every reservation lapse that was due by `now`, however long ago. Returns how many those were.

    Each company has transactions of its own; what fails is tried again the next time.
    """
    companies = connection.execute(_DUE, {"now": now}).fetchall()
    return sum(_let_all_lapse(connection, writer, company_id, now) for (company_id,) in companies)


def _let_all_lapse(
    connection: psycopg.Connection[Any], writer: EventWriter, company_id: UUID, now: datetime
) -> int:
    lapsed = 0
    try:
        while some := _let_some_lapse(connection, writer, company_id, now):
            lapsed += some
    except CompanyClosed:
        # This very moment; the schedule tells of it.
        return lapsed
    except Exception:  # noqa: BLE001 whatever is wrong with one of them, the others lapse
        lapsed += _let_each_lapse(connection, writer, company_id, now)
    return lapsed


def _let_each_lapse(
    connection: psycopg.Connection[Any], writer: EventWriter, company_id: UUID, now: datetime
) -> int:
    """One by one: what cannot be read, or is just being changed, must not hold up the others."""
    lapsed = 0
    for (one,) in connection.execute(_ALL_DUE, {"company_id": company_id, "now": now}).fetchall():
        try:
            lapsed += _let_some_lapse(connection, writer, company_id, now, one)
        except Exception as trouble:  # noqa: BLE001 it is tried again the next time
            names = {"company_id": str(company_id), "reservation_id": str(one)}
            log.warning("a reservation could not lapse", **names, error=str(trouble))
    return lapsed


def _let_some_lapse(
    connection: psycopg.Connection[Any],
    writer: EventWriter,
    company_id: UUID,
    now: datetime,
    only: UUID | None = None,
) -> int:
    with transaction(connection, company_id, models=writer.models) as db:
        params = {"company_id": company_id, "now": now, "limit": AT_ONCE, "only": only}
        due = db.ask(_STILL_DUE, params).rows()
        work = PostgresUnitOfWork(db, writer, Caller(company_id=company_id, user_id=None), now)
        lapsed = expire_reservations(ExpireReservations(ids=tuple(row["id"] for row in due)), work)
        if work.has_events:
            work.record()
        return lapsed


RESERVATIONS = Job(
    name="reservations",
    every=timedelta(seconds=30),
    do=let_reservations_lapse,
    records_what_is_due=True,
    reads_models=True,
)
