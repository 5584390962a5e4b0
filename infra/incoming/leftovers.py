"""Removes logs whose filling was broken off: events, keys of persons, rows of read models."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from infra.postgres.transactions import transaction
from projections.base import Projection

# For as long as the session lasts: by it a log that is being filled is known from one that was broken off.
_HOLD: LiteralString = "SELECT pg_try_advisory_lock(hashtextextended(%(name)s, 0))"
_LET_GO: LiteralString = "SELECT pg_advisory_unlock(hashtextextended(%(name)s, 0))"

_INCOMING: LiteralString = "SELECT company_id FROM incoming_logs ORDER BY company_id"
_IS_INCOMING: LiteralString = "SELECT FROM incoming_logs WHERE company_id = %(company_id)s"

_DROP: LiteralString = "SELECT drop_incoming_log(%(company_id)s)"
_DELETE = sql.SQL("DELETE FROM {} WHERE company_id = %(company_id)s")
_OPEN: LiteralString = "UPDATE installation SET closed = array_remove(closed, %(company_id)s)"


def hold(connection: psycopg.Connection[Any], company_id: UUID) -> bool:
    """Be the one who fills a company's log, until the session ends or lets go. False: somebody else is."""
    return connection.execute(_HOLD, _lock_of(company_id)).fetchall() == [(True,)]


def let_go(connection: psycopg.Connection[Any], company_id: UUID) -> None:
    """Be that no more."""
    connection.execute(_LET_GO, _lock_of(company_id))


def _lock_of(company_id: UUID) -> dict[str, str]:
    return {"name": f"mipos incoming {company_id}"}


def remove(connection: psycopg.Connection[Any], company_id: UUID, models: Sequence[Projection]) -> bool:
    """Remove all that was filled of a log, unless it was opened. Whether there was anything.

    The caller holds it, as a worker.
    """
    with transaction(connection, company_id) as db:
        if db.ask(_IS_INCOMING, {"company_id": company_id}).row() is None:
            return False
        for table in (table for model in models if model.mode == "inline" for table in model.tables):
            connection.execute(_DELETE.format(sql.Identifier(table)), {"company_id": company_id})
        db.execute(_DROP, {"company_id": company_id})
        db.execute(_OPEN, {"company_id": company_id})
    return True


def remove_leftovers(connection: psycopg.Connection[Any], models: Sequence[Projection]) -> list[UUID]:
    """Remove whatever was broken off, for instance as its process was killed. Returns of which companies."""
    removed = []
    for (company_id,) in connection.execute(_INCOMING).fetchall():
        if hold(connection, company_id):
            try:
                if remove(connection, company_id, models):
                    removed.append(company_id)
            finally:
                let_go(connection, company_id)
    return removed
