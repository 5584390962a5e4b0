"""Rebuilds and checks that a worker does: to the end, whatever dies or stops on the way."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from multiprocessing import get_context
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from commands.ports import Caller
from commands.read_models import JobKind, RequestJob
from domain.companies import PLATFORM_ID
from infra.jobs.projection_jobs import MOST_TAKEN_UP, ProjectionJobs
from infra.postgres.transactions import transaction
from infra.projections.desk import ReadModelDesk
from infra.runtime.models import EVENT_TYPES
from projections.read_model_jobs import find_latest_job
from tests.infra.projections.conftest import BrandInitials
from tests.waiting import eventually

NOW = datetime.now(UTC)


class Office:
    """Where jobs are asked for and looked at, as the web server does, and done, as workers do."""

    def __init__(self, database: Any, connection: psycopg.Connection[Any]) -> None:
        self.database = database
        self._connection = connection

    def ask_for(self, name: str, about: UUID | None, kind: JobKind = "rebuild") -> UUID:
        job = RequestJob(id=uuid4(), kind=kind, name=name, company_id=about)
        assert self._with_desk(lambda desk: desk.open_job(job))
        return job.id

    def pause(self, name: str, about: UUID | None) -> None:
        self._with_desk(lambda desk: desk.pause(name, about))

    def resume(self, name: str, about: UUID | None) -> None:
        self._with_desk(lambda desk: desk.resume(name, about))

    def _with_desk(self, act: Callable[[ReadModelDesk], Any]) -> Any:
        with transaction(self._connection, PLATFORM_ID) as db:
            caller = Caller(company_id=PLATFORM_ID, user_id=None)
            return act(ReadModelDesk(db, caller, datetime.now(UTC), lambda: None))

    def latest(self, name: str, kind: str = "rebuild") -> dict[str, Any]:
        with transaction(self._connection, PLATFORM_ID, reading=True) as db:
            return find_latest_job(db, kind, name) or {}

    def worker(self) -> ProjectionJobs:
        return ProjectionJobs(self.database.worker, EVENT_TYPES, self.database.models)

    def attempts(self, job_id: UUID, attempts: int) -> None:
        self.database.rows(
            "UPDATE projection_jobs SET attempts = %s WHERE id = %s RETURNING id", attempts, job_id
        )


@pytest.fixture
def office(database: Any) -> Iterator[Office]:
    with psycopg.connect(database.app, autocommit=True) as connection:
        with transaction(connection, PLATFORM_ID) as db:
            db.execute("SELECT found_company(%(company_id)s)", {"company_id": PLATFORM_ID})
        yield Office(database, connection)
        database.rows("UPDATE projection_jobs SET status = 'failed' WHERE status <> 'done' RETURNING id")


@pytest.fixture
def busy(database: Any, shop: Any) -> Any:
    """A shop whose rows a worker has, and one of them wrong."""
    shop.register_brands("Arabica", "Altura", "Bourbon")
    database.follow().step()
    database.rows("UPDATE brand_initials SET brands = 9 WHERE company_id = %s RETURNING 1", shop.company_id)
    return shop


def test_a_rebuild_puts_rows_right_and_says_how_many(office: Office, busy: Any) -> None:
    office.ask_for("brand_initials", busy.company_id)
    assert office.latest("brand_initials")["status"] == "queued"
    assert office.worker().step() == 1
    job = office.latest("brand_initials")
    assert (job["status"], job["rows"], job["error"]) == ("done", 2, None)
    assert job["done"] == job["total"] == 3
    assert busy.verify("brand_initials").is_true


def test_a_rebuild_of_all_companies_is_one_of_each(office: Office, busy: Any) -> None:
    office.ask_for("brand_initials", None)
    office.worker().step()
    assert office.latest("brand_initials")["rows"] >= 2
    assert busy.verify("brand_initials").is_true


def test_a_check_counts_what_differs_and_changes_nothing(office: Office, busy: Any) -> None:
    office.ask_for("brand_initials", busy.company_id, "verify")
    office.worker().step()
    job = office.latest("brand_initials", "verify")
    assert (job["status"], job["rows"], job["done"]) == ("done", 2, job["total"])
    assert not busy.verify("brand_initials").is_true


def test_what_cannot_be_made_is_said_to_have_failed(office: Office, shop: Any) -> None:
    shop.register_brands("Cursed Beans")
    office.ask_for("brand_initials", shop.company_id)
    office.worker().step()
    job = office.latest("brand_initials")
    assert job["status"] == "failed"
    assert str(shop.company_id) in job["error"]
    assert "CheckViolation" in job["error"]


def test_a_worker_that_is_told_to_stop_leaves_it_to_the_next(
    office: Office, busy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Event()
    fold = BrandInitials.apply

    def interrupted(*args: Any) -> None:
        stop.set()
        fold(*args)

    monkeypatch.setattr(BrandInitials, "apply", interrupted)
    office.ask_for("brand_initials", busy.company_id)
    office.worker().run(stop)
    monkeypatch.undo()
    assert office.latest("brand_initials")["status"] == "queued"
    assert office.worker().step() == 1
    assert office.latest("brand_initials")["status"] == "done"


def work_and_hang(office: Office, is_at_work: Any) -> None:
    """What a worker does that never comes to its end."""

    def hang(*_: Any) -> None:
        is_at_work.set()
        Event().wait()

    BrandInitials.apply = hang  # type: ignore[method-assign,assignment]
    office.worker().step()


def test_a_killed_worker_leaves_it_to_the_next(office: Office, busy: Any) -> None:
    context = get_context("fork")
    is_at_work = context.Event()
    office.ask_for("brand_initials", busy.company_id)
    worker = context.Process(target=work_and_hang, args=(office, is_at_work))
    worker.start()
    eventually(is_at_work.is_set)
    assert office.latest("brand_initials")["status"] == "running"
    assert office.worker().step() == 0
    os.kill(worker.pid or 0, signal.SIGKILL)
    worker.join()
    eventually(lambda: office.latest("brand_initials")["status"] == "queued")
    eventually(office.worker().step)
    assert (office.latest("brand_initials")["status"], office.latest("brand_initials")["rows"]) == ("done", 2)


def test_what_kills_each_worker_is_given_up(office: Office, busy: Any) -> None:
    office.attempts(office.ask_for("brand_initials", busy.company_id), MOST_TAKEN_UP)
    office.worker().step()
    job = office.latest("brand_initials")
    assert (job["status"], job["error"]) == ("failed", "Its worker died 3 times.")


def test_what_another_version_defines_otherwise_is_left_to_its_workers(
    office: Office, busy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.ask_for("brand_initials", busy.company_id)
    older = office.worker()
    monkeypatch.setitem(older._digests, "brand_initials", "another")
    assert older.step() == 0
    assert office.latest("brand_initials")["status"] == "queued"
    assert office.worker().step() == 1


def test_what_there_is_no_more_is_not_waited_for(office: Office, database: Any) -> None:
    job_id = office.ask_for("brand_initials", None)
    database.rows("UPDATE projection_jobs SET projection = 'gone' WHERE id = %s RETURNING id", job_id)
    office.worker().step()
    assert office.latest("gone")["status"] == "failed"


class TestPauses:
    def test_a_read_model_that_rests_stays_where_it_is(
        self, database: Any, office: Office, shop: Any
    ) -> None:
        office.pause("brand_initials", shop.company_id)
        shop.register_brands("Arabica")
        worker = database.follow()
        worker.step()
        assert shop.checkpoint("brand_initials")[0] == 0
        assert shop.checkpoint("turnover")[0] == 1
        assert worker.step() == 0
        office.resume("brand_initials", shop.company_id)
        eventually(worker.step)
        assert shop.checkpoint("brand_initials") == (1, False, None)

    def test_one_of_all_rests_for_companies_that_are_founded_too(
        self, database: Any, office: Office, open_shop: Callable[..., Any]
    ) -> None:
        office.pause("brand_initials", None)
        try:
            shop = open_shop()
            shop.register_brands("Arabica")
            database.follow().step()
            assert shop.checkpoint("brand_initials")[0] == 0
        finally:
            office.resume("brand_initials", None)
        eventually(database.follow().step)
        assert shop.checkpoint("brand_initials")[0] == 1

    def test_one_that_rests_is_made_anew_all_the_same_and_rests_on(
        self, database: Any, office: Office, busy: Any
    ) -> None:
        office.pause("brand_initials", busy.company_id)
        assert busy.rebuild("brand_initials").rows_changed == 2
        busy.register_brands("Catuai")
        database.follow().step()
        assert busy.checkpoint("brand_initials")[0] == 3
