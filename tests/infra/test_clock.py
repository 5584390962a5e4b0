"""The clock on the wall jumps: what is done from time to time goes on, and nothing is done too soon."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from infra.jobs.answers import KEEP_ANSWERS_HOURS, forget_old_answers
from infra.jobs.job import Job
from infra.jobs.schedule import Schedule, moments
from infra.postgres.embedded import EmbeddedServer
from infra.process.clock import DOUBT_SECONDS, WatchedClock
from infra.runtime.models import JOBS
from infra.runtime.services import make_event_writer
from tests.conftest import Database, fresh_database
from tests.waiting import eventually

YEAR = 366 * 86_400.0

WRITER = make_event_writer()


class Time:
    """A clock on the wall and a steady one, both moved by hand."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_000_000.0, 0.0
        self.watched = WatchedClock(lambda: self.wall, lambda: self.steady)

    def passes(self, seconds: float) -> None:
        self.wall, self.steady = self.wall + seconds, self.steady + seconds


@pytest.fixture
def clock() -> Time:
    return Time()


class TestWatchedClock:
    def test_is_believed_while_it_goes_steadily(self, clock: Time) -> None:
        for seconds in (1, 3600, YEAR):
            clock.passes(seconds)
            assert clock.watched.look()

    @pytest.mark.parametrize("seconds", [YEAR, -YEAR, 3600, -60])
    def test_is_doubted_for_a_while_after_a_jump(self, clock: Time, seconds: float) -> None:
        clock.wall += seconds

        assert not clock.watched.look()
        clock.passes(DOUBT_SECONDS)
        assert not clock.watched.look()
        clock.passes(1)
        assert clock.watched.look()
        assert clock.watched.jumps == 1

    def test_may_be_set_by_a_time_server_little_by_little(self, clock: Time) -> None:
        for _ in range(100):
            clock.passes(1)
            clock.wall += 0.5
            assert clock.watched.look()


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of its own, whose hours of running no other test counts."""
    return fresh_database(server, "mipos_clock")


class TestSchedule:
    @pytest.fixture
    def done(self) -> list[str]:
        return []

    @pytest.fixture
    def schedule(self, database: Database, clock: Time, done: list[str]) -> Any:
        jobs = (
            Job(name="cleaning", every=timedelta(hours=1), do=lambda *_: done.append("cleaning")),
            Job(
                name="launching",
                every=timedelta(hours=1),
                do=lambda *_: done.append("launching"),
                records_what_is_due=True,
            ),
        )
        schedule = Schedule(database.worker, jobs, WRITER, clock.watched)
        schedule.start()
        yield schedule
        schedule.stop()

    @pytest.mark.parametrize("seconds", [YEAR, -YEAR])
    @pytest.mark.usefixtures("schedule")
    def test_does_at_once_after_a_jump_what_would_wait_for_a_wrong_time(
        self, clock: Time, done: list[str], seconds: float
    ) -> None:
        eventually(lambda: sorted(done) == ["cleaning", "launching"])

        clock.wall += seconds

        eventually(lambda: done.count("cleaning") == 2)

    def test_records_nothing_as_due_while_the_clock_is_doubted(
        self, schedule: Schedule, clock: Time, done: list[str]
    ) -> None:
        eventually(lambda: len(done) == 2)
        job = Job(
            name="due", every=timedelta(hours=1), do=lambda *_: done.append("due"), records_what_is_due=True
        )
        clock.wall += YEAR

        schedule.run(job)
        assert "due" not in done

        clock.passes(DOUBT_SECONDS + 1)
        schedule.run(job)
        assert "due" in done

    def test_does_no_two_jobs_at_a_time_that_have_the_same_pace(self) -> None:
        now = datetime.now(UTC)
        following = moments(JOBS, now)
        assert all(now < moment <= now + job.every for job, moment in zip(JOBS, following, strict=True))
        assert len({(job.every, moment) for job, moment in zip(JOBS, following, strict=True)}) == len(JOBS)

    def test_outlives_a_database_that_cannot_be_reached(self, done: list[str]) -> None:
        job = Job(name="any", every=timedelta(hours=1), do=lambda *_: done.append("any"))

        Schedule("host=/nowhere connect_timeout=2", (job,), WRITER).run(job)

        assert done == []


class TestStoredAnswers:
    """An answer is kept for hours in which workers ran, whatever the clocks say."""

    @pytest.fixture
    def worker(self, database: Database) -> Any:
        with psycopg.connect(database.worker, autocommit=True) as connection:
            yield connection

    @pytest.fixture
    def company_id(self, database: Database) -> UUID:
        company_id = uuid4()
        with psycopg.connect(database.owner) as connection:
            entered = "SELECT set_config('app.company_id', %s, true), found_company(%s)"
            connection.execute(entered, [str(company_id), company_id])
        return company_id

    def store(self, worker: Any, company_id: UUID, age: str = "0") -> None:
        worker.execute(
            "INSERT INTO idempotency_keys"
            " (company_id, key, fingerprint, status, body, position, created_at, running_hours)"
            " SELECT %s, 'till-1', '', 201, '', 1, now() - %s::interval, hours FROM running_time",
            [company_id, age],
        )

    def is_stored(self, worker: Any, company_id: UUID) -> bool:
        query = "SELECT FROM idempotency_keys WHERE company_id = %s"
        return worker.execute(query, [company_id]).fetchone() is not None

    def run_for(self, worker: Any, hours: int) -> None:
        worker.execute("UPDATE running_time SET hours = hours + %s", [hours])

    def test_stay_when_the_clock_jumps_by_a_year(self, worker: Any, company_id: UUID) -> None:
        self.store(worker, company_id, age="366 days")
        worker.execute("UPDATE running_time SET counted_at = now() - interval '366 days'")

        forget_old_answers(worker)

        assert self.is_stored(worker, company_id)

    def test_go_after_three_days_of_running(self, worker: Any, company_id: UUID) -> None:
        self.store(worker, company_id)
        self.run_for(worker, KEEP_ANSWERS_HOURS)
        worker.execute("UPDATE running_time SET counted_at = now()")
        forget_old_answers(worker)
        assert self.is_stored(worker, company_id)

        worker.execute("UPDATE running_time SET counted_at = now() - interval '1 hour'")
        forget_old_answers(worker)

        assert not self.is_stored(worker, company_id)

    def test_age_by_an_hour_however_often_and_by_how_many_workers_they_are_looked_at(
        self, worker: Any
    ) -> None:
        worker.execute("UPDATE running_time SET counted_at = now() + interval '1 year'")
        before = worker.execute("SELECT hours FROM running_time").fetchone()[0]

        for _ in range(5):
            forget_old_answers(worker)

        assert worker.execute("SELECT hours FROM running_time").fetchone()[0] == before + 1
