"""Forgets again whom an older dump still knows: their keys go, and read models hear that they were erased."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from commands.ports import Caller, Missing
from domain.customers import Customer
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.eventstore.tombstones import Tombstone
from infra.postgres.transactions import Transaction, transaction
from projections.guards.stored_texts import StoredTexts

_REASON = "Erased before the backup was restored from which this is."

_IS_KNOWN: LiteralString = "SELECT FROM company_head WHERE company_id = %(company_id)s"

_MARK: LiteralString = """
    INSERT INTO erased_subjects (company_id, subject_id, position, at)
    SELECT %(company_id)s, unnest(%(ids)b::uuid[]), unnest(%(positions)b::bigint[]),
           unnest(%(ats)b::timestamptz[])
        ON CONFLICT (company_id, subject_id) DO NOTHING
    RETURNING subject_id
"""

_FORGET_KEYS: LiteralString = """
    DELETE FROM subject_keys WHERE company_id = %(company_id)s AND subject_id = ANY(%(ids)b::uuid[])
"""

_NOT_ERASED: LiteralString = """
    SELECT id FROM customers
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[]) AND erased_at IS NULL
     ORDER BY id
"""


def erase_again(
    connection: psycopg.Connection[Any], writer: EventWriter, tombstones: Iterable[Tombstone], now: datetime
) -> int:
    """Forget all of these persons, as the application. Returns how many were not forgotten yet.

    A company that is not in this database is left out.
    """
    by_company = groupby(sorted(tombstones), key=attrgetter("company_id"))
    return sum(_erase_again(connection, writer, own, list(group), now) for own, group in by_company)


def _erase_again(
    connection: psycopg.Connection[Any],
    writer: EventWriter,
    company_id: UUID,
    tombstones: Sequence[Tombstone],
    now: datetime,
) -> int:
    params = {
        "ids": [one.subject_id for one in tombstones],
        "positions": [one.position for one in tombstones],
        "ats": [one.at for one in tombstones],
        "company_id": company_id,
    }
    # Keys go first, and for good: whatever keeps the rest from being told, nobody reads what they opened.
    with transaction(connection, company_id) as db:
        if db.ask(_IS_KNOWN, params).row() is None:
            return 0
        marked = len(db.ask(_MARK, params).rows())
        db.execute(_FORGET_KEYS, params)
        known = [row["id"] for row in db.ask(_NOT_ERASED, params).rows()]
    for customer_id in known:
        with transaction(connection, company_id, models=writer.models) as db:
            _tell(db, writer, customer_id, now)
    return marked


def _tell(db: Transaction, writer: EventWriter, customer_id: UUID, now: datetime) -> None:
    """Record that the customer was erased, so that every read model forgets them, and what answers keep."""
    work = PostgresUnitOfWork(db, writer, Caller(company_id=db.company_id, user_id=None), now)
    try:
        customer = work.load(Customer, customer_id)
    except Missing:
        return
    StoredTexts(db).purge([customer_id]).read()
    customer.trigger_event(Customer.Erased, reason=_REASON, requested_at=None, customer_ids=(), keys=1)
    work.save(customer)
    work.record().row()
