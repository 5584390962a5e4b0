"""Rebuilds while people read and sell: nobody notices, nothing is alarmed about, no killed worker matters."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from commands.ports import Caller
from commands.read_models import RequestJob
from domain.companies import PLATFORM_ID
from infra.jobs.projection_jobs import ProjectionJobs
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.transactions import transaction
from infra.projections.desk import ReadModelDesk
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.read_model_jobs import find_latest_job
from projections.reports.sales.sales_reports import SalesReports
from projections.stock.balances import StockBalances
from tests.api.conftest import Stocked, stock_shop
from tests.conftest import Database, Service, degradations, found_shop, fresh_database, serving
from tests.infra.upgrades import differences, selling
from tests.waiting import eventually, meanwhile

REPORT = "/api/admin/reports/sales-summary/overview?from=2021-01-01&to=2030-12-31"
READ = (REPORT, "/api/admin/inventory/levels", "/api/admin/orders", "/api/admin/products")
#: One that follows the log, and one that decisions are made on.
REBUILT = (SalesReports.name, StockBalances.name)
#: What would be false while rows are made anew that were right.
FALSE_ALARMS = {
    "stock_differs",
    "reports_differ",
    "projection_parked",
    "projection_filling",
    "company_closed",
}


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of these tests' own."""
    return fresh_database(server, "mipos_rebuilt")


@pytest.fixture(scope="module")
def service(database: Database) -> Iterator[Service]:
    """A server and a worker."""
    with serving(database, ("serve", "worker")) as running:
        yield running


@pytest.fixture
def stocked(service: Service, password_hash: str) -> Stocked:
    """A shop with plenty in stock."""
    stocked = stock_shop(found_shop(service, password_hash, {}))
    assert stocked.receive("9990", 60).status == 201
    return stocked


class Readers:
    """What somebody heard who reads again and again."""

    def __init__(self, stocked: Stocked) -> None:
        self._admin = stocked.shop.client()
        self._service = stocked.shop.service
        self.answers = 0
        self.wrong: list[Any] = []
        self.alarms: set[str] = set()

    def read(self) -> None:
        for path in READ:
            answer = self._admin.get(path)
            self.answers += 1
            if answer.status != 200:
                self.wrong.append((path, answer.status, answer.body))
        self.alarms |= degradations(self._service)
        time.sleep(0.01)


@contextmanager
def reading(stocked: Stocked) -> Iterator[Readers]:
    """Somebody reads while the block runs."""
    readers = Readers(stocked)
    with meanwhile(readers.read):
        yield readers


def ask_for(database: Database, name: str, company_id: UUID) -> UUID:
    """Have a rebuild made by whichever worker takes it up, as the web server does."""
    job = RequestJob(id=uuid4(), kind="rebuild", name=name, company_id=company_id)
    with psycopg.connect(database.app, autocommit=True) as app, transaction(app, PLATFORM_ID) as db:
        db.execute("SELECT found_company(%(company_id)s)", {"company_id": PLATFORM_ID})
        desk = ReadModelDesk(
            db, Caller(company_id=PLATFORM_ID, user_id=None), datetime.now(UTC), lambda: None
        )
        assert desk.open_job(job)
    return job.id


def job_of(database: Database, name: str) -> dict[str, Any]:
    with (
        psycopg.connect(database.app, autocommit=True) as app,
        transaction(app, PLATFORM_ID, reading=True) as db,
    ):
        return find_latest_job(db, "rebuild", name) or {}


def is_over(database: Database, name: str) -> bool:
    return job_of(database, name).get("status") in {"done", "failed"}


def test_nobody_who_reads_or_sells_notices_a_rebuild(database: Database, stocked: Stocked) -> None:
    company_id = stocked.shop.company_id
    with selling(stocked) as sales, reading(stocked) as readers:
        sales.go_on()
        for name in REBUILT:
            ask_for(database, name, company_id)
            eventually(partial(is_over, database, name))
            job = job_of(database, name)
            assert (job["status"], job["rows"], job["error"]) == ("done", 0, None)
        sales.go_on()
    assert set(sales.statuses) == {201}
    assert (readers.wrong, readers.answers > 0) == ([], True)
    assert readers.alarms & FALSE_ALARMS == set()
    assert differences(database, PROJECTIONS, company_id) == []


def rebuild_slowly(database: Database, is_at_work: Any) -> None:
    """What a worker does that is slow enough to be killed."""
    fold = SalesReports.apply

    def apply(*args: Any) -> None:
        is_at_work.set()
        time.sleep(0.2)
        fold(*args)

    SalesReports.apply = apply  # type: ignore[method-assign,assignment]
    ProjectionJobs(database.worker, EVENT_TYPES, PROJECTIONS).step()


def test_nobody_notices_that_a_worker_is_killed_at_one(server: EmbeddedServer, password_hash: str) -> None:
    database, context = fresh_database(server, "mipos_rebuilt_by_two"), get_context("fork")
    with serving(database, ("serve",)) as service:
        stocked = stock_shop(found_shop(service, password_hash, {}))
        assert stocked.receive("9990", 60).status == 201
        company_id = stocked.shop.company_id
        with selling(stocked) as sales:
            sales.go_on()
            ask_for(database, SalesReports.name, company_id)
            is_at_work = context.Event()
            worker = context.Process(target=rebuild_slowly, args=(database, is_at_work))
            worker.start()
            eventually(is_at_work.is_set)
            os.kill(worker.pid or 0, signal.SIGKILL)
            worker.join()
            sales.go_on()
            another = ProjectionJobs(database.worker, EVENT_TYPES, PROJECTIONS)
            eventually(lambda: another.step() or is_over(database, SalesReports.name))
            sales.go_on()
        job = job_of(database, SalesReports.name)
        assert (job["status"], job["error"]) == ("done", None)
        assert set(sales.statuses) == {201}
        assert differences(database, PROJECTIONS, company_id) == []
