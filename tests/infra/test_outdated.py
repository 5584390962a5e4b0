"""Servers and workers whose read models are not the database's any more: they do nothing, and say so."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest

from domain.companies import Company
from domain.orders import Order
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.jobs.job import Job
from infra.jobs.schedule import Schedule
from infra.postgres.definitions import digest_of, inline_digest
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.request_transactions import RequestConnection, request_transaction
from infra.postgres.transactions import transaction
from infra.projections.worker import Worker
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import ServerOutdated
from projections.orders import Orders
from projections.orders.readings import Sale
from tests.api.conftest import Stocked, stock_shop
from tests.conftest import Database, Service, found_shop, fresh_database, serving
from tests.infra.requests_of_a_shop import REPORT, REQUESTS
from tests.waiting import PATIENCE, eventually

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
ELSE: LiteralString = "UPDATE installation SET inline_models = 'of another version' || inline_models"
AGAIN: LiteralString = (
    "UPDATE installation SET inline_models = replace(inline_models, 'of another version', '')"
)
OTHER_REPORT: LiteralString = (
    "UPDATE projection_models SET digest = digest || '?' WHERE name = 'report_sales'"
)
SAME_REPORT: LiteralString = "UPDATE projection_models SET digest = rtrim(digest, '?')"
WAITING: LiteralString = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'installation'::regclass"


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of these tests' own."""
    return fresh_database(server, "mipos_outdated")


@pytest.fixture(scope="module")
def service(database: Database) -> Iterator[Service]:
    """A server over it, without a worker."""
    with serving(database, ("serve",)) as running:
        yield running


@pytest.fixture(scope="module")
def stocked(service: Service, password_hash: str) -> Stocked:
    """A shop that sells."""
    return stock_shop(found_shop(service, password_hash, {}))


@contextmanager
def altered(database: Database, statement: LiteralString, back: LiteralString) -> Iterator[None]:
    """While the database has other read models than the server."""
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute(statement)
        try:
            yield
        finally:
            owner.execute(back)


class TestAnOutdatedServer:
    @pytest.mark.parametrize("name", REQUESTS)
    def test_answers_503_to_everything(self, database: Database, stocked: Stocked, name: str) -> None:
        ask = REQUESTS[name]
        assert ask(stocked).status < 300
        with altered(database, ELSE, AGAIN):
            answer = ask(stocked)
        assert (answer.status, answer.code) == (503, "server_outdated")
        assert answer.headers["retry-after"] == "1"
        assert ask(stocked).status < 300

    def test_records_nothing(self, database: Database, stocked: Stocked) -> None:
        before = stocked.shop.events()
        with altered(database, ELSE, AGAIN):
            stocked.sell()
        assert stocked.shop.events() == before

    def test_is_not_ready(self, database: Database, service: Service) -> None:
        with altered(database, ELSE, AGAIN):
            eventually(lambda: service.client().get("/ready").status == 503)
            assert service.client().get("/health").status == 200
        eventually(lambda: service.client().get("/ready").status == 200)

    def test_does_not_fail_on_columns_that_are_gone(self, database: Database, stocked: Stocked) -> None:
        gone: LiteralString = "ALTER TABLE orders RENAME occurred_at TO sold_at"
        back: LiteralString = "ALTER TABLE orders RENAME sold_at TO occurred_at"
        with altered(database, ELSE, AGAIN), altered(database, gone, back):
            assert {stocked.sell().status for _ in range(4)} == {503}
            assert {stocked.shop.client().get("/api/cashier/orders").status for _ in range(4)} == {503}

    def test_sells_on_when_only_a_report_is_another(self, database: Database, stocked: Stocked) -> None:
        gone: LiteralString = "ALTER TABLE sales_store_day RENAME TO sales_by_day"
        there: LiteralString = "ALTER TABLE sales_by_day RENAME TO sales_store_day"
        with altered(database, OTHER_REPORT, SAME_REPORT), altered(database, gone, there):
            assert stocked.sell().status == 201
            answer = stocked.shop.client().get(REPORT)
            assert (answer.status, answer.code) == (503, "server_outdated")


@pytest.fixture
def connection(database: Database) -> Iterator[RequestConnection]:
    with RequestConnection.connect(database.app, autocommit=True) as opened:
        yield opened


class TestATransaction:
    def test_that_waited_while_other_read_models_were_put_in_place_is_refused(
        self, database: Database, connection: RequestConnection
    ) -> None:
        heard: list[BaseException] = []

        def decide() -> None:
            try:
                with request_transaction(connection, uuid4(), models=WRITER.models) as db:
                    db.ask("SELECT 1 AS one", {}).row()
            except ServerOutdated as refusal:
                heard.append(refusal)

        with psycopg.connect(database.owner) as owner:
            owner.execute("LOCK TABLE installation IN ACCESS EXCLUSIVE MODE")
            thread = Thread(target=decide, daemon=True)
            thread.start()
            with psycopg.connect(database.owner, autocommit=True) as looking:
                eventually(lambda: looking.execute(WAITING).fetchone())
            owner.execute(ELSE)
        thread.join(PATIENCE)
        with psycopg.connect(database.owner) as owner:
            owner.execute(AGAIN)
        assert len(heard) == 1

    def test_holds_off_whoever_would_put_others_in_place(
        self, database: Database, connection: RequestConnection
    ) -> None:
        with request_transaction(connection, uuid4(), reading=True, models=WRITER.models) as db:
            db.ask("SELECT 1 AS one", {}).row()
            with psycopg.connect(database.owner) as owner, pytest.raises(psycopg.errors.LockNotAvailable):
                owner.execute("LOCK TABLE installation IN ACCESS EXCLUSIVE MODE NOWAIT")

    def test_of_a_worker_is_refused_too(self, database: Database) -> None:
        with (
            altered(database, ELSE, AGAIN),
            psycopg.connect(database.worker, autocommit=True) as connection,
            pytest.raises(ServerOutdated),
            transaction(connection, uuid4(), models=WRITER.models),
        ):
            pass


class Another(Orders):
    """The same read model in another version."""

    version = Orders.version + 1


class TestAnOutdatedWorker:
    def test_leaves_other_read_models_alone(self, database: Database) -> None:
        company_id = uuid4()
        fields = {"name": "Bakery", "currency": "EUR", "timezone": "UTC"}
        with (
            psycopg.connect(database.app, autocommit=True) as app,
            transaction(app, company_id) as db,
        ):
            db.execute("SELECT found_company(%(company)s)", {"company": company_id})
            company = Company.begin(Company.Registered, company_id, **fields)
            WRITER.record(db, company.new_events(), Metadata(at=datetime.now(UTC)))
        worker = Worker(database.worker, EVENT_TYPES, PROJECTIONS)
        with altered(database, OTHER_REPORT, SAME_REPORT):
            worker.step()
            assert position(database, company_id, "report_sales") == 0
            assert position(database, company_id, "report_names") == 1
        worker.step()
        worker.close()
        assert position(database, company_id, "report_sales") == 1

    def test_does_no_jobs(self, database: Database) -> None:
        done: list[Any] = []
        job = Job(
            name="test",
            every=timedelta(hours=1),
            do=lambda *connection: done.append(connection),
            reads_models=True,
        )
        schedule = Schedule(database.worker, (job,), WRITER)
        with altered(database, ELSE, AGAIN):
            schedule.run(job)
        assert done == []
        schedule.run(job)
        assert len(done) == 1


def position(database: Database, company_id: Any, name: str) -> int:
    query = "SELECT position FROM projection_checkpoints WHERE company_id = %s AND projection = %s"
    with psycopg.connect(database.owner) as owner:
        row = owner.execute(query, [company_id, name]).fetchone()
    return int(row[0]) if row else -1


class GrownOrder(Order):
    """Orders whose sale has gained a field."""

    class Sold(Order.Sold):
        """It names the kiosk at which it was made."""

        kiosk_id: str | None = None


class TestADigest:
    def test_is_another_when_an_inline_read_model_is_another(self) -> None:
        others = [Another() if model.name == "orders" else model for model in PROJECTIONS]
        assert inline_digest(others) != inline_digest(PROJECTIONS)

    def test_is_the_same_whatever_the_asynchronous_ones_are(self) -> None:
        inline = [model for model in PROJECTIONS if model.mode == "inline"]
        assert inline_digest(inline) == inline_digest(PROJECTIONS)

    def test_is_another_when_a_read_model_reads_one_event_more(self) -> None:
        class Deaf(Orders):
            folds = {}

        assert digest_of(Deaf()) != digest_of(Orders())

    def test_is_another_when_a_read_model_reads_one_field_more(self) -> None:
        class NotingSale(Sale):
            note: str | None

        class Noting(Orders):
            folds = {**Orders.folds, Order.Sold: NotingSale}

        assert digest_of(Noting()) != digest_of(Orders())

    def test_is_the_same_when_an_event_gains_a_field_that_it_does_not_read(self) -> None:
        GrownOrder.Sold.__module__, GrownOrder.Sold.__qualname__ = Order.__module__, "Order.Sold"

        others = {event: read for event, read in Orders.folds.items() if event is not Order.Sold}

        class GrownOrders(Orders):
            folds = {GrownOrder.Sold: Sale, **others}

        class GrownWholeOrders(Orders):
            folds = {GrownOrder.Sold: GrownOrder.Sold}

        class WholeOrders(Orders):
            folds = {Order.Sold: Order.Sold}

        assert digest_of(GrownOrders()) == digest_of(Orders())
        assert digest_of(GrownWholeOrders()) != digest_of(WholeOrders())
