"""Imports in the background: taken up once, whatever dies meanwhile, and in nobody's way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from commands.catalog.import_terms import ImportTerms
from commands.ports import Caller
from domain.aggregate import Aggregate
from domain.companies import Company
from domain.packages import Limits, Offer
from domain.permissions import ADMIN
from domain.subscriptions import Terms
from domain.users import User
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.files.import_desk import ImportDesk
from infra.files.imports import MOST_TAKEN_UP, Imports
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.request_transactions import RequestConnection, request_transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.conftest import Database, fresh_database
from tests.waiting import PATIENCE, eventually

HEADER = b"sku,name,price,status\n"
MILK = HEADER + b"M,Milk,1.50,active\n"
WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)


class Hook(Event):
    """A sign to stop that does something when a worker looks at it for the second time: half-way through."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act, self._looks = act, 0

    def is_set(self) -> bool:
        self._looks += 1
        if self._looks == 2:
            self._act()
        return super().is_set()


@dataclass(frozen=True)
class Services:
    """A company whose imports no worker does but those of the test."""

    owner: str
    app: str
    worker: str
    company_id: UUID

    @property
    def imports(self) -> Imports:
        """A worker that is not running yet."""
        return Imports(self.worker, WRITER)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with (
            RequestConnection.connect(self.app, autocommit=True) as connection,
            request_transaction(connection, self.company_id) as db,
        ):
            yield db

    def record(self, *aggregates: Aggregate) -> None:
        """Record what was decided about them."""
        events = [event for aggregate in aggregates for event in aggregate.new_events()]
        with self.transaction() as db:
            WRITER.record(db, events, Metadata(at=datetime.now(UTC)))

    def hand_in(self, content: bytes, *, commit: bool = True, user_id: UUID | None = None) -> UUID:
        """Hand in a file to be imported."""
        import_id = uuid4()
        with self.transaction() as db:
            caller = Caller(company_id=self.company_id, user_id=user_id)
            desk = ImportDesk(db, caller, datetime.now(UTC), lambda: None)
            desk.open(import_id, content, ImportTerms(commit=commit))
        return import_id

    def ask(self, query: Any, *params: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.owner, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(query, params)
            return cursor.fetchall() if cursor.description else []

    def job(self, import_id: UUID) -> dict[str, Any]:
        return self.ask("SELECT * FROM import_jobs WHERE id = %s", import_id)[0]

    def events(self) -> list[str]:
        rows = self.ask("SELECT type FROM events WHERE company_id = %s ORDER BY position", self.company_id)
        return [row["type"] for row in rows]

    def work(self, stop: Event) -> int:
        """Let a worker do what waits, until it is told to stop."""
        with RequestConnection.connect(self.worker, autocommit=True, application_name="hooked") as connection:
            return self.imports._step(connection, stop)


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of these tests' own."""
    return fresh_database(server, "mipos_imports")


@pytest.fixture
def services(database: Database) -> Services:
    return Services(database.owner, database.app, database.worker, uuid4())


@pytest.fixture(autouse=True)
def company(services: Services) -> Company:
    """The company, which is in business."""
    fields = {"name": str(services.company_id), "currency": "EUR", "timezone": "Europe/Berlin"}
    company = Company.begin(Company.Registered, services.company_id, **fields)
    with services.transaction() as db:
        db.execute("SELECT found_company(%(company)s)", {"company": services.company_id})
    services.record(company)
    return company


IMPORTED = ["companies.Company.Registered", "products.Product.Registered", "products.Product.Activated"]


def test_a_file_is_imported_and_then_gone(services: Services) -> None:
    large = HEADER + b"".join(b"%d,%b,1,active\n" % (number, b"x" * 200) for number in range(11_000))
    import_id = services.hand_in(large)
    assert services.imports.step() == 1
    job = services.job(import_id)
    assert (job["status"], job["done"], job["total"], job["position"]) == ("done", 11_000, 11_000, 22_001)
    assert services.events().count("products.Product.Registered") == 11_000
    assert services.ask("SELECT * FROM import_chunks WHERE import_id = %s", import_id) == []
    assert services.imports.step() == 0


def test_what_a_dead_worker_left_is_taken_up_again(services: Services) -> None:
    import_id = services.hand_in(MILK)
    services.ask("UPDATE import_jobs SET status = 'running', attempts = 1 WHERE id = %s", import_id)
    assert services.imports.step() == 1
    assert (services.job(import_id)["status"], services.job(import_id)["attempts"]) == ("done", 2)


def test_what_kills_every_worker_is_given_up(services: Services) -> None:
    import_id = services.hand_in(MILK)
    services.ask(
        "UPDATE import_jobs SET status = 'running', attempts = %s WHERE id = %s", MOST_TAKEN_UP, import_id
    )
    services.imports.step()
    assert services.job(import_id)["status"] == "failed"
    assert services.events() == IMPORTED[:1]


def test_a_worker_that_dies_half_way_leaves_nothing(services: Services) -> None:
    import_id = services.hand_in(MILK)
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hooked'"
    with pytest.raises(psycopg.OperationalError):
        services.work(Hook(lambda: services.ask(kill)))
    assert services.events() == IMPORTED[:1]
    assert services.job(import_id)["status"] == "running"
    services.imports.step()
    assert services.job(import_id)["status"] == "done"
    assert services.events() == IMPORTED


def test_a_worker_that_is_to_stop_gives_the_import_back(services: Services) -> None:
    import_id = services.hand_in(MILK)
    stop = Hook(lambda: stop.set())  # noqa: PLW0108 it is not bound yet
    assert services.work(stop) == 0
    assert services.events() == IMPORTED[:1]
    assert (services.job(import_id)["status"], services.job(import_id)["attempts"]) == ("queued", 0)
    services.imports.step()
    assert services.events() == IMPORTED


def test_two_workers_do_not_do_the_same(services: Services) -> None:
    import_id = services.hand_in(MILK)
    done: list[int] = []
    assert services.work(Hook(lambda: done.append(services.imports.step()))) == 1
    assert done == [0]
    assert services.events() == IMPORTED
    assert services.job(import_id)["attempts"] == 1


def suspend(company: Company) -> None:
    company.suspend("unpaid")


def archive(company: Company) -> None:
    company.archive()


def let_expire(company: Company) -> None:
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    offer = Offer(id=uuid4(), name="Any", price=1, billing_period="monthly", trial_days=1, limits=Limits())
    company.subscribe(offer, Terms(), long_ago)
    company.fall_due(datetime.now(UTC))


@pytest.mark.parametrize("end", [suspend, archive, let_expire])
def test_a_company_that_may_not_write_any_more_gets_nothing(
    services: Services, company: Company, end: Callable[[Company], None]
) -> None:
    import_id = services.hand_in(MILK)
    end(company)
    services.record(company)
    assert services.imports.step() == 1
    assert services.job(import_id)["status"] == "failed"
    assert "products.Product.Registered" not in services.events()


def test_a_suspended_company_may_still_try_a_file(services: Services, company: Company) -> None:
    import_id = services.hand_in(MILK, commit=False)
    suspend(company)
    services.record(company)
    services.imports.step()
    assert services.job(import_id)["status"] == "done"


@pytest.mark.parametrize(
    ("change", "status"),
    [({}, "done"), ({"is_active": False}, "failed"), ({"denied": ("products.import",)}, "failed")],
)
def test_whoever_handed_it_in_must_still_hold_the_right(
    services: Services, change: dict[str, Any], status: str
) -> None:
    user_id = uuid4()
    person = User.begin(User.Registered, user_id, username=f"admin@{user_id}", role=ADMIN)
    services.record(person)
    import_id = services.hand_in(MILK, user_id=user_id)
    person.revise(change)
    services.record(person)
    services.imports.step()
    assert services.job(import_id)["status"] == status


def test_others_can_write_while_it_runs(services: Services) -> None:
    services.hand_in(MILK)
    head = "SELECT * FROM company_head WHERE company_id = %s FOR UPDATE NOWAIT"
    assert services.work(Hook(lambda: services.ask(head, services.company_id))) == 1


def test_its_progress_is_seen_while_it_runs(services: Services) -> None:
    import_id = services.hand_in(HEADER + b"".join(b"%d,x,1,active\n" % number for number in range(3000)))
    progress: list[Any] = []

    class Looking(Event):
        def is_set(self) -> bool:
            job = services.job(import_id)
            progress.append((job["status"], job["done"], job["total"]))
            return False

    services.work(Looking())
    # Each look is just before the next progress is told.
    assert progress == [("queued", 0, None), ("running", 0, None), ("running", 2000, 3000)]


def test_a_companys_imports_are_done_in_their_order(services: Services) -> None:
    for price in (b"1", b"2", b"3"):
        services.hand_in(HEADER + b"M,Milk," + price + b",active\n")
    assert services.imports.step() == 3
    prices = services.ask("SELECT price FROM variants WHERE company_id = %s", services.company_id)
    assert prices == [{"price": 300}]


def test_only_so_many_wait(services: Services) -> None:
    for _ in range(5):
        services.hand_in(MILK, commit=False)
    with pytest.raises(Exception, match="still to be done"):
        services.hand_in(MILK)


def test_a_worker_goes_on_when_it_lost_its_connection(services: Services) -> None:
    stop = Event()
    worker = Thread(target=services.imports.run, args=(stop,))
    worker.start()
    try:
        kill = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'mipos imports %%'"
        )
        eventually(lambda: services.ask(kill) != [])
        import_id = services.hand_in(MILK)
        eventually(lambda: services.job(import_id)["status"] == "done")
    finally:
        stop.set()
        worker.join(timeout=PATIENCE)
    assert not worker.is_alive()
    assert services.events() == IMPORTED
