"""Products that are coming soon are launched by themselves: once, whoever looks, and however late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.catalog.products import Product, Variant
from domain.companies import Company
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.jobs import launches
from infra.jobs.launches import launch_what_is_due
from infra.jobs.schedule import Schedule
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.transactions import transaction
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, JOBS, PROJECTIONS
from tests.conftest import Database, fresh_database
from tests.waiting import PATIENCE, eventually

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
PRODUCTS = next(model for model in PROJECTIONS if model.name == "products")
BEGIN = datetime(2001, 1, 1, tzinfo=UTC)
LAUNCH = BEGIN + timedelta(days=10)
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of its own, in which no worker does the job by the clock on the wall."""
    return fresh_database(server, "mipos_launches")


@dataclass(frozen=True)
class Catalog:
    """A company with a catalog of its own."""

    database: Database
    company_id: UUID

    def record(self, *events: Any) -> None:
        """Record events as they were decided at the beginning."""
        with (
            psycopg.connect(self.database.app, autocommit=True) as connection,
            transaction(connection, self.company_id) as db,
        ):
            WRITER.record(db, events, Metadata(at=BEGIN))

    def announce(self, number: int = 1, launch_at: datetime = LAUNCH) -> list[UUID]:
        """So many products that are coming soon."""
        products = [Product.begin(Product.Registered, uuid4(), **_drafted()) for _ in range(number)]
        for product in products:
            product.change_status("coming_soon", launch_at)
        self.record(*(event for product in products for event in product.new_events()))
        return [product.id for product in products]

    def ask(self, query: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.owner) as connection:
            return connection.execute(query, {"company": self.company_id}).fetchall()

    def statuses(self) -> list[str]:
        return [row[0] for row in self.ask("SELECT status FROM products WHERE company_id = %(company)s")]

    def launched(self) -> list[UUID]:
        """What the log says was launched, in its order."""
        query = """
            SELECT stream_id FROM events
             WHERE company_id = %(company)s AND type = 'products.Product.Launched' ORDER BY position
        """
        return [row[0] for row in self.ask(query)]


def _drafted() -> dict[str, Any]:
    return {"name": "Tea", "variants": (Variant(id=uuid4(), sku=uuid4().hex, price=100),)}


@pytest.fixture
def open_catalog(database: Database) -> Callable[..., Catalog]:
    """Opens the catalog of a new company."""

    def make(*, is_suspended: bool = False) -> Catalog:
        company_id = uuid4()
        fields = {"name": "Bakery", "currency": "EUR", "timezone": "UTC"}
        company = Company.begin(Company.Registered, company_id, **fields)
        if is_suspended:
            company.suspend(None)
        with (
            psycopg.connect(database.app, autocommit=True) as connection,
            transaction(connection, company_id) as db,
        ):
            db.execute("SELECT found_company(%(company)s)", {"company": company_id})
            WRITER.record(db, company.new_events(), Metadata(at=BEGIN))
        return Catalog(database, company_id)

    return make


@pytest.fixture
def catalog(open_catalog: Callable[..., Catalog]) -> Catalog:
    """The catalog of a new company."""
    return open_catalog()


@pytest.fixture
def look(database: Database) -> Callable[[datetime], int]:
    """Does the job as a worker does it, at a time."""

    def do(now: datetime) -> int:
        with psycopg.connect(database.worker, autocommit=True) as connection:
            return launch_what_is_due(connection, WRITER, now)

    return do


def test_nothing_is_launched_before_its_time(catalog: Catalog, look: Any) -> None:
    catalog.announce()
    look(LAUNCH - SECOND)
    assert (catalog.statuses(), catalog.launched()) == (["coming_soon"], [])


def test_it_is_on_sale_at_its_time_and_launched_once(catalog: Catalog, look: Any) -> None:
    [product_id] = catalog.announce()
    look(LAUNCH)
    assert (catalog.statuses(), catalog.launched()) == (["active"], [product_id])
    assert look(LAUNCH + SECOND) == 0
    assert catalog.launched() == [product_id]


def test_one_that_cannot_be_read_holds_up_no_other(catalog: Catalog, look: Any) -> None:
    products = catalog.announce(3)
    with psycopg.connect(catalog.database.owner) as connection:
        connection.execute(
            "UPDATE events SET type = 'products.Product.Rebundled'"
            " WHERE company_id = %s AND stream_id = %s AND stream_version = 2",
            [catalog.company_id, products[1]],
        )
    assert look(LAUNCH) == 2
    assert set(catalog.launched()) == {products[0], products[2]}


def test_after_an_outage_what_was_missed_is_launched_the_earliest_first(catalog: Catalog, look: Any) -> None:
    [later] = catalog.announce(launch_at=LAUNCH + timedelta(days=5))
    [earlier] = catalog.announce()
    [ahead] = catalog.announce(launch_at=LAUNCH + timedelta(days=500))
    look(LAUNCH + timedelta(days=365))
    assert catalog.launched() == [earlier, later]
    assert ahead not in catalog.launched()


def test_what_was_put_off_or_taken_back_stays(catalog: Catalog, look: Any) -> None:
    product = Product.begin(Product.Registered, uuid4(), **_drafted())
    product.change_status("coming_soon", LAUNCH)
    product.change_status("archived")
    catalog.record(*product.new_events())
    look(LAUNCH)
    assert (catalog.statuses(), catalog.launched()) == (["archived"], [])


def test_that_the_company_is_suspended_makes_no_difference(
    open_catalog: Callable[..., Catalog], look: Any
) -> None:
    catalog = open_catalog(is_suspended=True)
    [product_id] = catalog.announce()
    look(LAUNCH)
    assert catalog.launched() == [product_id]


def test_more_than_one_transaction_takes_are_all_launched(catalog: Catalog, look: Any) -> None:
    products = catalog.announce(launches.AT_ONCE + 1)
    look(LAUNCH)
    assert set(catalog.launched()) == set(products)
    assert set(catalog.statuses()) == {"active"}


def test_of_several_workers_at_once_one_launches_each(
    database: Database, open_catalog: Callable[..., Catalog]
) -> None:
    catalogs = [open_catalog() for _ in range(4)]
    announced = [catalog.announce(5) for catalog in catalogs]
    ready = Barrier(2)

    def work(_: int) -> int:
        with psycopg.connect(database.worker, autocommit=True) as connection:
            ready.wait(PATIENCE)
            return launch_what_is_due(connection, WRITER, LAUNCH)

    with ThreadPoolExecutor(2) as workers:
        assert sum(workers.map(work, range(2))) >= 20
    for catalog, products in zip(catalogs, announced, strict=True):
        assert sorted(catalog.launched()) == sorted(products)


def test_what_somebody_is_just_editing_waits_for_the_next_time(catalog: Catalog, look: Any) -> None:
    edited, other = catalog.announce(2)
    with psycopg.connect(catalog.database.owner) as connection:
        connection.execute("SELECT FROM products WHERE id = %s FOR UPDATE", [edited])
        look(LAUNCH)
        assert catalog.launched() == [other]
    look(LAUNCH)
    assert catalog.launched() == [other, edited]


def test_a_company_whose_log_cannot_be_read_stops_no_other(
    open_catalog: Callable[..., Catalog], look: Any
) -> None:
    broken, catalog = open_catalog(), open_catalog()
    [unreadable] = broken.announce()
    [product_id] = catalog.announce(launch_at=LAUNCH + SECOND)
    with psycopg.connect(broken.database.owner, autocommit=True) as connection:
        # The log allows no change, except when it is restored.
        connection.execute("SET session_replication_role = replica")
        unread = "UPDATE events SET type = %s WHERE stream_id = %s AND stream_version = 1"
        connection.execute(unread, ["unknown.Thing.Happened", unreadable])
        try:
            look(LAUNCH + SECOND)
            assert (broken.launched(), catalog.launched()) == ([], [product_id])
        finally:
            connection.execute(unread, ["products.Product.Registered", unreadable])
    look(LAUNCH + SECOND)
    assert broken.launched() == [unreadable]


def test_the_fact_names_no_actor_and_the_read_model_agrees_with_the_log(catalog: Catalog, look: Any) -> None:
    catalog.announce()
    look(LAUNCH)
    query = "SELECT metadata::json FROM events WHERE company_id = %(company)s ORDER BY position DESC LIMIT 1"
    assert catalog.ask(query) == [({"at": LAUNCH.isoformat().replace("+00:00", "Z")},)]
    assert verify(catalog.database.worker, EVENT_TYPES, PRODUCTS, catalog.company_id).is_true


class TestTheSchedule:
    def test_has_every_job_once(self) -> None:
        names = [job.name for job in JOBS]
        assert len(set(names)) == len(names)

    def test_does_its_jobs_as_soon_as_it_starts(self, catalog: Catalog) -> None:
        [product_id] = catalog.announce()
        schedule = Schedule(catalog.database.worker, JOBS, WRITER)
        schedule.start()
        try:
            eventually(catalog.launched)
        finally:
            schedule.stop()
        assert catalog.launched() == [product_id]
