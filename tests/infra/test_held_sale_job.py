"""Parked sales expire by themselves, each once; those that were taken up again later."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.companies import Company
from domain.held_sales import HeldSale
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.jobs.held_sales import HELD_SALE_EXPIRY
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.conftest import Database, fresh_database

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
BEGIN = datetime(2001, 1, 1, tzinfo=UTC)
TILL = uuid4()


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of its own, in which no worker does the job by the clock on the wall."""
    return fresh_database(server, "mipos_held_sales")


def at(hours: int) -> datetime:
    return BEGIN + timedelta(hours=hours)


def parked(hours: int) -> HeldSale:
    """A sale that expires so many hours later."""
    return HeldSale.begin(
        HeldSale.Parked,
        uuid4(),
        store_id=uuid4(),
        register_id=TILL,
        cashier_id=None,
        customer_id=None,
        label=None,
        note=None,
        currency="EUR",
        lines=(),
        discounts=(),
        value=0,
        held_at=BEGIN,
        expires_at=at(hours),
    )


def found(database: Database, *sales: HeldSale) -> UUID:
    """A company in which these were parked."""
    company_id = uuid4()
    company = Company.begin(Company.Registered, company_id, name="Bakery", currency="EUR", timezone="UTC")
    events = [event for one in (company, *sales) for event in one.new_events()]
    with (
        psycopg.connect(database.app, autocommit=True) as connection,
        transaction(connection, company_id) as db,
    ):
        db.execute("SELECT found_company(%(company)s)", {"company": company_id})
        WRITER.record(db, events, Metadata(at=BEGIN))
    return company_id


def look(database: Database, now: datetime) -> int:
    """Do the job as a worker does it, at a time."""
    with psycopg.connect(database.worker, autocommit=True) as connection:
        return HELD_SALE_EXPIRY.run(connection, WRITER, now)


def waiting(database: Database, company_id: UUID) -> list[Any]:
    with psycopg.connect(database.owner) as connection:
        rows = connection.execute(
            "SELECT id FROM held_sales WHERE company_id = %s AND is_open ORDER BY expires_at", [company_id]
        )
        return [one for (one,) in rows.fetchall()]


def test_what_is_due_expires_in_every_company_and_nothing_else(database: Database) -> None:
    early, late, other = parked(1), parked(2), parked(1)
    one, two = found(database, early, late), found(database, other)
    assert look(database, at(1) - timedelta(microseconds=1)) == 0
    assert look(database, at(1)) == 2
    assert (waiting(database, one), waiting(database, two)) == ([late.id], [])
    assert look(database, at(1)) == 0
    assert look(database, at(100)) == 1


def test_what_was_taken_up_waits_longer(database: Database) -> None:
    sale = parked(1)
    sale.resume(TILL, None, resumed_at=BEGIN, expires_at=at(5))
    company_id = found(database, sale)
    assert look(database, at(4)) == 0
    assert waiting(database, company_id) == [sale.id]
    assert look(database, at(5)) == 1
