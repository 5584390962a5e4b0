"""Long work of the audit is done by one worker, to its end, whatever dies or stops on the way."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from multiprocessing import get_context
from threading import Event
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest

from commands.audit_jobs import RequestAuditJob, TooManyAuditJobs
from commands.ports import Caller, DuplicateId
from domain.errors import Refusal
from infra.jobs.audit_desk import MOST_WAITING, AuditJobDesk
from infra.jobs.audit_jobs import KEPT, MOST_TAKEN_UP, AuditJob, AuditJobs
from infra.jobs.expired_audit_files import expire_audit_files
from infra.postgres.transactions import transaction
from projections.audit_jobs import find_audit_job, read_audit_file
from projections.file_parts import PART_SIZE
from tests.waiting import eventually

if TYPE_CHECKING:
    from .conftest import LogDatabase

Result = Mapping[str, Any]


class WithoutInk(Refusal):
    """There is no ink."""

    code = "without_ink"


class Office:
    """Where jobs are asked for and looked at, as the web server does, and done, as workers do."""

    def __init__(self, database: LogDatabase, connection: psycopg.Connection[Any], company_id: UUID) -> None:
        self.database = database
        self.company_id = company_id
        self._connection = connection

    def ask_for(self, job_id: UUID | None = None, *, by: UUID | None = None, **asked: Any) -> UUID:
        job = RequestAuditJob(id=job_id or uuid4(), kind="count", asked=asked)
        caller = Caller(company_id=self.company_id, user_id=by)
        with transaction(self._connection, self.company_id) as db:
            desk = AuditJobDesk(db, caller, datetime.now(UTC), lambda: None)
            if desk.find_earlier(job) is None:
                desk.open(job)
        return job.id

    def job(self, job_id: UUID) -> dict[str, Any]:
        with transaction(self._connection, self.company_id, reading=True) as db:
            return find_audit_job(db, "count", job_id) or {}

    def status(self, job_id: UUID) -> str:
        return str(self.job(job_id)["status"])

    def file(self, job_id: UUID, first: int, last: int) -> bytes:
        with transaction(self._connection, self.company_id, reading=True) as db:
            return b"".join(read_audit_file(db, job_id, first, last))

    def worker(self, do: Callable[[AuditJob], Result], kind: str = "count") -> AuditJobs:
        return AuditJobs(self.database.conninfo("worker"), {kind: do})

    def attempts(self, job_id: UUID, attempts: int) -> None:
        with self.database.connect("postgres") as owner:
            owner.execute("UPDATE audit_jobs SET attempts = %s WHERE id = %s", (attempts, job_id))


@pytest.fixture
def office(log_database: LogDatabase, company: UUID) -> Iterator[Office]:
    with log_database.connect() as connection:
        yield Office(log_database, connection, company)
    with log_database.connect("postgres") as owner:
        owner.execute("DELETE FROM audit_jobs")


def count(job: AuditJob) -> Result:
    """Count as far as is asked."""
    upto = job.asked["upto"]
    for number in range(upto):
        job.tell(number, upto)
    return {"counted": upto}


def write(job: AuditJob) -> Result:
    """Write a file of more than one part."""
    job.keep(BytesIO(b"a" * PART_SIZE + b"b" * 10))
    return {}


class TestAJob:
    def test_is_done_and_says_what_came_of_it(self, office: Office) -> None:
        job_id = office.ask_for(upto=3)
        assert office.status(job_id) == "queued"
        assert office.worker(count).step() == 1
        job = office.job(job_id)
        assert (job["status"], job["result"], job["error"]) == ("done", {"counted": 3}, None)
        assert job["done"] == job["total"] == 3
        assert office.worker(count).step() == 0

    def test_fails_with_what_it_is_refused_for(self, office: Office) -> None:
        def refuse(_: AuditJob) -> Result:
            raise WithoutInk

        job_id = office.ask_for(upto=1)
        office.worker(refuse).step()
        assert (office.status(job_id), office.job(job_id)["error"]) == ("failed", "There is no ink.")

    def test_that_breaks_says_nothing_of_how(self, office: Office) -> None:
        def fall(_: AuditJob) -> Result:
            raise ZeroDivisionError("secret")

        job_id = office.ask_for(upto=1)
        office.worker(fall).step()
        assert office.status(job_id) == "failed"
        assert "secret" not in office.job(job_id)["error"]

    def test_of_a_kind_that_this_version_does_not_know_waits_for_another(self, office: Office) -> None:
        job_id = office.ask_for(upto=1)
        assert office.worker(count, kind="other").step() == 0
        assert office.status(job_id) == "queued"

    def test_is_asked_for_once(self, office: Office) -> None:
        job_id, somebody = uuid4(), uuid4()
        for _ in range(2):
            office.ask_for(job_id, by=somebody, upto=1)
        for by, upto in ((somebody, 2), (None, 1)):
            with pytest.raises(DuplicateId):
                office.ask_for(job_id, by=by, upto=upto)
        assert office.worker(count).step() == 1

    def test_waits_with_so_many_others_at_most(self, office: Office) -> None:
        for _ in range(MOST_WAITING):
            office.ask_for(upto=1)
        with pytest.raises(TooManyAuditJobs):
            office.ask_for(upto=1)


class TestAFile:
    def test_is_kept_in_parts_with_its_hash(self, office: Office) -> None:
        job_id = office.ask_for()
        office.worker(write).step()
        job = office.job(job_id)
        assert job["bytes"] == PART_SIZE + 10
        assert office.file(job_id, PART_SIZE - 2, PART_SIZE + 1) == b"aabb"
        assert job["expires_at"] - job["finished_at"] < KEPT + timedelta(seconds=1)

    def test_of_what_failed_is_dropped(self, office: Office) -> None:
        def write_and_refuse(job: AuditJob) -> Result:
            write(job)
            raise WithoutInk

        job_id = office.ask_for()
        office.worker(write_and_refuse).step()
        assert (office.job(job_id)["bytes"], office.file(job_id, 0, 10)) == (None, b"")

    def test_is_gone_when_its_time_is_over(self, office: Office) -> None:
        job_id = office.ask_for()
        office.worker(write).step()
        with office.database.connect("worker") as connection:
            for later, is_there in ((timedelta(0), True), (KEPT, False)):
                expire_audit_files(connection, None, datetime.now(UTC) + later)  # type: ignore[arg-type]
                assert bool(office.file(job_id, 0, 10)) is is_there
        assert office.status(job_id) == "done"


class TestAWorker:
    def test_that_is_told_to_stop_leaves_it_to_the_next(self, office: Office) -> None:
        stop = Event()

        def stop_and_count(job: AuditJob) -> Result:
            stop.set()
            return count(job)

        job_id = office.ask_for(upto=3)
        office.worker(stop_and_count).run(stop)
        assert office.status(job_id) == "queued"
        office.worker(count).step()
        assert office.status(job_id) == "done"

    def test_that_is_killed_leaves_it_to_the_next(self, office: Office) -> None:
        context = get_context("fork")
        is_at_work = context.Event()
        job_id = office.ask_for(upto=3)
        worker = context.Process(target=work_and_hang, args=(office, is_at_work))
        worker.start()
        eventually(is_at_work.is_set)
        assert office.status(job_id) == "running"
        assert office.worker(count).step() == 0
        os.kill(worker.pid or 0, signal.SIGKILL)
        worker.join()
        eventually(office.worker(count).step)
        assert (office.status(job_id), office.job(job_id)["result"]) == ("done", {"counted": 3})

    def test_does_one_of_a_company_at_a_time(self, office: Office) -> None:
        others = []

        def look_for_others(_: AuditJob) -> Result:
            others.append(office.worker(count).step())
            return {}

        for _ in range(2):
            office.ask_for(upto=1)
        office.worker(look_for_others).step()
        assert others == [0, 0]

    def test_gives_up_what_kills_each(self, office: Office) -> None:
        job_id = office.ask_for(upto=1)
        office.attempts(job_id, MOST_TAKEN_UP)
        office.worker(count).step()
        assert (office.status(job_id), office.job(job_id)["error"]) == ("failed", "Its worker died 3 times.")


def work_and_hang(office: Office, is_at_work: Any) -> None:
    """What a worker does that never comes to its end."""

    def hang(job: AuditJob) -> Result:
        write(job)
        is_at_work.set()
        Event().wait()
        return {}

    office.worker(hang).step()
