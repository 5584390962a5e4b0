"""Store credit expires by itself, each once, by the company's own clock."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.accounts import CustomerAccounts, Lots, Posting
from domain.companies import Company
from domain.customers import Customer
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.jobs.store_credit import CREDIT_EXPIRY
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.conftest import Database, fresh_database

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
NOON = datetime(2001, 1, 10, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of its own, in which no worker does the job by the clock on the wall."""
    return fresh_database(server, "mipos_store_credit")


def company_with(database: Database, timezone: str, *ends: date | None) -> UUID:
    """A company with one customer who has 100 that end on each of these days."""
    company_id, customer_id = uuid4(), uuid4()
    company = Company.begin(Company.Registered, company_id, name="Bakery", currency="EUR", timezone=timezone)
    customer = Customer.begin(Customer.Registered, customer_id, name="Ada")
    accounts = CustomerAccounts(customer_id=customer_id, store_credit=Lots([]), dues=Lots([]), new_id=uuid4)
    posting = Posting(occurred_at=NOON, business_date=NOON.date())
    for end in ends:
        accounts.adjust(100, posting, reason="sorry", expires_on=end)
    events = [event for one in (company, customer, *accounts.entries) for event in one.new_events()]
    with (
        psycopg.connect(database.app, autocommit=True) as connection,
        transaction(connection, company_id) as db,
    ):
        db.execute("SELECT found_company(%(company)s)", {"company": company_id})
        WRITER.record(db, events, Metadata(at=NOON))
    return company_id


def look(database: Database, now: datetime) -> int:
    """Do the job as a worker does it, at a time."""
    with psycopg.connect(database.worker, autocommit=True) as connection:
        return CREDIT_EXPIRY.run(connection, WRITER, now)


def balance(database: Database, company_id: UUID) -> Any:
    with psycopg.connect(database.owner) as connection:
        row = connection.execute(
            "SELECT balance FROM account_balances WHERE company_id = %s AND account = 'store_credit'",
            [company_id],
        ).fetchone()
        return row and row[0]


def test_what_is_over_expires_in_every_company_and_nothing_else(database: Database) -> None:
    today = NOON.date()
    tokyo = company_with(database, "Asia/Tokyo", today, date(2001, 1, 11), None)
    lima = company_with(database, "America/Lima", today)
    assert look(database, NOON) == 0
    # It is the eleventh in Tokyo, and still the tenth in Lima.
    assert look(database, NOON.replace(hour=15)) == 1
    assert (balance(database, tokyo), balance(database, lima)) == (200, 100)
    assert look(database, NOON.replace(hour=15)) == 0
    assert look(database, NOON.replace(day=11)) == 1
    assert look(database, NOON.replace(day=20)) == 1
    assert (balance(database, tokyo), balance(database, lima)) == (100, 0)
