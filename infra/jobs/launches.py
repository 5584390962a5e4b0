"""What time makes of products that are coming soon: they are launched."""

from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from commands.catalog.launches import LaunchDueProducts, launch_due_products
from commands.ports import Caller
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.jobs.job import Job
from infra.postgres.transactions import transaction
from infra.process.troubles import described
from projections.base import CompanyClosed, EventNotReadable

#: How many products are launched in one transaction, so that tills never wait long for the log.
AT_ONCE = 200

log = structlog.get_logger("jobs")

# Found without a lock and across companies, so it is only a hint where to look. Whether a company is
# suspended or expired does not matter: nobody writes here, a moment comes that was agreed on before, and a
# company that returns finds its catalog as it was planned.
_DUE: LiteralString = """
    SELECT company_id FROM products
     WHERE status = 'coming_soon' AND launch_at <= %(now)s
       AND company_id <> ALL((SELECT closed FROM installation)::uuid[])
     GROUP BY company_id
     ORDER BY min(launch_at)
"""

_IS_DUE: LiteralString = "company_id = %(company_id)s AND status = 'coming_soon' AND launch_at <= %(now)s"

# What another worker launches, or somebody just edits, is left to them, or to the next time.
_STILL_DUE: LiteralString = f"""
    SELECT id FROM products
     WHERE {_IS_DUE} AND (%(only)s::uuid IS NULL OR id = %(only)s::uuid)
     ORDER BY launch_at, id
     LIMIT %(limit)s::bigint
       FOR NO KEY UPDATE SKIP LOCKED
"""

_ALL_DUE: LiteralString = f"SELECT id FROM products WHERE {_IS_DUE} ORDER BY launch_at, id"


def launch_what_is_due(connection: psycopg.Connection[Any], writer: EventWriter, now: datetime) -> int:
    """Launch every product whose launch was due by `now`, however long ago. Returns how many those were.

    Each company has transactions of its own; what fails is tried again the next time.
    """
    companies = connection.execute(_DUE, {"now": now}).fetchall()
    return sum(_launch_all(connection, writer, company_id, now) for (company_id,) in companies)


def _launch_all(
    connection: psycopg.Connection[Any], writer: EventWriter, company_id: UUID, now: datetime
) -> int:
    launched = 0
    try:
        while some := _launch_some(connection, writer, company_id, now):
            launched += some
    except CompanyClosed:
        # This very moment; the schedule tells of it.
        return launched
    except EventNotReadable:
        launched += _launch_each(connection, writer, company_id, now)
    except Exception:
        # Whatever is wrong in one company, the others' products are launched.
        log.exception("products could not be launched", company_id=str(company_id))
    return launched


def _launch_each(
    connection: psycopg.Connection[Any], writer: EventWriter, company_id: UUID, now: datetime
) -> int:
    """Launch one by one: a product whose events cannot be read must not hold up the others."""
    launched = 0
    for (product_id,) in connection.execute(_ALL_DUE, {"company_id": company_id, "now": now}).fetchall():
        try:
            launched += _launch_some(connection, writer, company_id, now, product_id)
        except EventNotReadable as trouble:
            names = {"company_id": str(company_id), "product_id": str(product_id)}
            log.warning("a product could not be launched", **names, error=described(trouble))
    return launched


def _launch_some(
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
        command = LaunchDueProducts(product_ids=tuple(row["id"] for row in due))
        launched = launch_due_products(command, work)
        if work.has_events:
            work.record()
        return launched


LAUNCHES = Job(
    name="launches",
    every=timedelta(seconds=5),
    do=launch_what_is_due,
    records_what_is_due=True,
    reads_models=True,
)
