"""Trials and periods end by themselves: once, whoever looks, and however late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.companies import Company
from domain.packages import Limits, Offer
from domain.subscriptions import Terms
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.jobs.subscriptions import let_subscriptions_fall_due
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.conftest import Database, fresh_database
from tests.waiting import PATIENCE

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
BEGIN = datetime(2001, 1, 1, tzinfo=UTC)
OFFER = Offer(id=uuid4(), name="Any", price=100, billing_period="monthly", trial_days=14, limits=Limits())
TRIAL_ENDS = BEGIN + timedelta(days=14)
GRACE_ENDS = TRIAL_ENDS + timedelta(days=7)


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of its own, in which no worker does the job by the clock on the wall."""
    return fresh_database(server, "mipos_subscriptions")


@pytest.fixture
def new_company(database: Any) -> Callable[..., UUID]:
    """Founds a company that subscribes on these terms."""

    def make(terms: Terms | None = None) -> UUID:
        company_id = uuid4()
        fields = {"name": "Bakery", "currency": "EUR", "timezone": "UTC"}
        company = Company.begin(Company.Registered, company_id, **fields)
        company.subscribe(OFFER, terms or Terms(), BEGIN)
        with (
            psycopg.connect(database.app, autocommit=True) as connection,
            transaction(connection, company_id) as db,
        ):
            db.execute("SELECT found_company(%(company)s)", {"company": company_id})
            WRITER.record(db, company.new_events(), Metadata(at=BEGIN))
        return company_id

    return make


@pytest.fixture
def look(database: Any) -> Callable[[datetime], int]:
    """Does the job as a worker does it, at a time."""

    def do(now: datetime) -> int:
        with psycopg.connect(database.worker, autocommit=True) as connection:
            return let_subscriptions_fall_due(connection, WRITER, now)

    return do


@pytest.fixture
def events_of(database: Any) -> Callable[[UUID], list[tuple[str, str]]]:
    """The steps in a company's log, each with the time at which it was due."""

    def read(company_id: UUID) -> list[tuple[str, str]]:
        with psycopg.connect(database.owner) as connection:
            return connection.execute(
                "SELECT split_part(type, '.', 3), state::json ->> 'due_at' FROM events"
                " WHERE company_id = %s AND state::json ->> 'due_at' IS NOT NULL ORDER BY position",
                [company_id],
            ).fetchall()

    return read


def status_of(database: Any, company_id: UUID) -> tuple[Any, ...]:
    with psycopg.connect(database.owner) as connection:
        query = "SELECT subscription_status, due_at FROM companies WHERE company_id = %s"
        [row] = connection.execute(query, [company_id]).fetchall()
        return row


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_nothing_happens_before_it_is_due(
    database: Any, new_company: Callable[..., UUID], look: Any, events_of: Any
) -> None:
    company_id = new_company()
    look(TRIAL_ENDS - timedelta(seconds=1))
    assert events_of(company_id) == []
    assert status_of(database, company_id) == ("trial", TRIAL_ENDS)


def test_each_step_comes_in_its_time(
    database: Any, new_company: Callable[..., UUID], look: Any, events_of: Any
) -> None:
    company_id = new_company()
    look(TRIAL_ENDS)
    assert status_of(database, company_id) == ("past_due", GRACE_ENDS)
    look(GRACE_ENDS - timedelta(seconds=1))
    assert len(events_of(company_id)) == 1
    look(GRACE_ENDS + timedelta(seconds=1))
    assert status_of(database, company_id) == ("expired", None)
    assert events_of(company_id) == [("TrialEnded", iso(TRIAL_ENDS)), ("Expired", iso(GRACE_ENDS))]
    assert look(GRACE_ENDS + timedelta(seconds=1)) == 0


def test_after_an_outage_all_steps_come_at_once_with_their_own_times(
    database: Any, new_company: Callable[..., UUID], look: Any, events_of: Any
) -> None:
    ends = BEGIN + timedelta(days=20)
    company_id = new_company(Terms(period_ends_at=ends, says_period_end=True))
    look(BEGIN + timedelta(days=365))
    assert status_of(database, company_id) == ("expired", None)
    assert events_of(company_id) == [
        ("PaymentOverdue", iso(ends)),
        ("Expired", iso(ends + timedelta(days=7))),
    ]


def test_what_has_no_end_never_falls_due(new_company: Callable[..., UUID], look: Any, events_of: Any) -> None:
    company_id = new_company(Terms(status="active", says_period_end=True))
    look(BEGIN + timedelta(days=3650))
    assert events_of(company_id) == []


def test_an_archived_company_is_left_alone(
    database: Any, new_company: Callable[..., UUID], look: Any, events_of: Any
) -> None:
    company_id = new_company()
    archived = Company.Archived(originator_id=company_id, originator_version=3, timestamp=BEGIN)
    with (
        psycopg.connect(database.app, autocommit=True) as connection,
        transaction(connection, company_id) as db,
    ):
        WRITER.record(db, [archived], Metadata(at=BEGIN))
    look(BEGIN + timedelta(days=365))
    assert events_of(company_id) == []


def test_of_several_workers_at_once_one_records_it(
    database: Any, new_company: Callable[..., UUID], events_of: Any
) -> None:
    companies = [new_company() for _ in range(5)]
    ready = Barrier(2)

    def work(_: int) -> int:
        with psycopg.connect(database.worker, autocommit=True) as connection:
            ready.wait(PATIENCE)
            return let_subscriptions_fall_due(connection, WRITER, GRACE_ENDS)

    with ThreadPoolExecutor(2) as workers:
        assert sum(workers.map(work, range(2))) >= len(companies)
    for company_id in companies:
        assert [step for step, _ in events_of(company_id)] == ["TrialEnded", "Expired"]


def test_a_company_whose_log_cannot_be_read_stops_no_other(
    database: Any, new_company: Callable[..., UUID], look: Any, events_of: Any
) -> None:
    broken, company_id = new_company(), new_company()
    with psycopg.connect(database.owner, autocommit=True) as connection:
        # The log allows no change, except when it is restored.
        connection.execute("SET session_replication_role = replica")
        unread = "UPDATE events SET type = %s WHERE company_id = %s AND position = 1"
        connection.execute(unread, ["unknown.Thing.Happened", broken])
        try:
            look(TRIAL_ENDS)
            assert ([step for step, _ in events_of(company_id)], events_of(broken)) == (["TrialEnded"], [])
        finally:
            connection.execute(unread, ["companies.Company.Registered", broken])
    look(TRIAL_ENDS)
    assert [step for step, _ in events_of(broken)] == ["TrialEnded"]


def test_the_facts_name_no_actor_and_the_time_they_were_recorded_for(
    database: Any, new_company: Callable[..., UUID], look: Any
) -> None:
    company_id = new_company()
    look(TRIAL_ENDS)
    with psycopg.connect(database.owner) as connection:
        query = "SELECT metadata::json FROM events WHERE company_id = %s ORDER BY position DESC LIMIT 1"
        [(metadata,)] = connection.execute(query, [company_id]).fetchall()
    assert metadata == {"at": iso(TRIAL_ENDS)}
