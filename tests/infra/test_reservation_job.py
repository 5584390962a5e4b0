"""Reservations lapse by themselves: once, whoever looks, and however late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.companies import Company
from domain.stock.reservations import PlacedLine, Reservation
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.jobs import expiry
from infra.jobs.reservations import RESERVATION_EXPIRY
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.conftest import Database, fresh_database

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
BEGIN = datetime(2001, 1, 1, tzinfo=UTC)
SHELF, TEA = uuid4(), uuid4()


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of its own, in which no worker does the job by the clock on the wall."""
    return fresh_database(server, "mipos_reservations")


@pytest.fixture
def new_company(database: Any) -> Callable[..., UUID]:
    """Founds a company with reservations that lapse so many hours later."""

    def make(*hours: int) -> UUID:
        company_id = uuid4()
        company = Company.begin(Company.Registered, company_id, name="Bakery", currency="EUR", timezone="UTC")
        promises = [
            Reservation.begin(
                Reservation.Placed,
                uuid4(),
                storage_id=SHELF,
                occurred_at=BEGIN,
                expires_at=BEGIN + timedelta(hours=later),
                lines=(PlacedLine(variant_id=TEA, quantity=Decimal(2)),),
            )
            for later in hours
        ]
        events = [event for one in (company, *promises) for event in one.new_events()]
        with (
            psycopg.connect(database.app, autocommit=True) as connection,
            transaction(connection, company_id) as db,
        ):
            db.execute("SELECT found_company(%(company)s)", {"company": company_id})
            WRITER.record(db, events, Metadata(at=BEGIN))
        return company_id

    return make


@pytest.fixture
def look(database: Any) -> Callable[[datetime], int]:
    """Does the job as a worker does it, at a time."""

    def do(now: datetime) -> int:
        with psycopg.connect(database.worker, autocommit=True) as connection:
            return RESERVATION_EXPIRY.run(connection, WRITER, now)

    return do


@pytest.fixture
def state_of(database: Any) -> Callable[[UUID], tuple[Decimal, list[str]]]:
    """What is reserved of the tea, and how each reservation stands, the first to lapse first."""

    def read(company_id: UUID) -> tuple[Decimal, list[str]]:
        with psycopg.connect(database.owner) as connection:
            statuses = connection.execute(
                "SELECT status FROM reservations WHERE company_id = %s ORDER BY expires_at", [company_id]
            ).fetchall()
            reserved = connection.execute(
                "SELECT reserved FROM stock_balances WHERE company_id = %s", [company_id]
            ).fetchone()
        assert reserved
        return reserved[0], [status for (status,) in statuses]

    return read


def at(hours: int) -> datetime:
    return BEGIN + timedelta(hours=hours)


def test_what_is_due_lapses_and_nothing_else(new_company: Any, look: Any, state_of: Any) -> None:
    one, other = new_company(1, 2), new_company(3)
    assert look(at(1) - timedelta(microseconds=1)) == 0
    assert look(at(1)) == 1
    assert state_of(one) == (2, ["expired", "placed"])
    assert state_of(other) == (2, ["placed"])
    assert look(at(1)) == 0
    assert look(at(100)) == 2
    assert (state_of(one), state_of(other)) == ((0, ["expired"] * 2), (0, ["expired"]))


def test_however_many_there_are(
    new_company: Any, look: Any, state_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiry, "AT_ONCE", 3)
    company_id = new_company(*range(1, 9))
    assert look(at(7)) == 7
    assert state_of(company_id) == (2, ["expired"] * 7 + ["placed"])
    assert look(at(8)) == 1


def test_whoever_looks_at_the_same_moment_lets_each_lapse_once(
    new_company: Any, look: Any, state_of: Any
) -> None:
    company_id = new_company(*range(1, 9))
    with ThreadPoolExecutor(4) as together:
        lapsed = list(together.map(lambda _: look(at(100)), range(4)))
    assert sum(lapsed) == 8
    assert state_of(company_id) == (0, ["expired"] * 8)


def test_one_that_cannot_be_read_holds_up_no_other(
    database: Any, new_company: Any, look: Any, state_of: Any
) -> None:
    company_id = new_company(1, 2, 3)
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute("ALTER TABLE events DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE events SET state = '{}' WHERE company_id = %s AND stream_id ="
            " (SELECT id FROM reservations WHERE company_id = %s ORDER BY expires_at LIMIT 1)",
            [company_id, company_id],
        )
        connection.execute("ALTER TABLE events ENABLE TRIGGER USER")
    assert look(at(100)) == 2
    assert state_of(company_id) == (2, ["placed", "expired", "expired"])
