"""What became of jobs: noted by whichever worker does them, and told by the doctor."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from infra.jobs.job import Job
from infra.jobs.schedule import Schedule
from tests.conftest import WRITER, Database

RUN = "SELECT last_error, next_run - last_run FROM job_runs WHERE name = %s"


def job(do: Any) -> Job:
    return Job(name=f"job {uuid4()}", every=timedelta(minutes=5), do=do)


def run_of(database: Database, done: Job) -> Any:
    with psycopg.connect(database.worker) as connection:
        return connection.execute(RUN, [done.name]).fetchone()


def do(database: Database, done: Job) -> None:
    Schedule(database.worker, (done,), WRITER).run(done)


def test_a_job_that_was_done_is_noted_with_when_it_follows(database: Database) -> None:
    done = job(lambda *_: None)
    do(database, done)
    assert run_of(database, done) == (None, timedelta(minutes=5))


def test_a_job_that_failed_is_noted_with_what_was_wrong_until_it_is_done(database: Database) -> None:
    troubles = [ValueError("odd")]

    def fail(*_: Any) -> None:
        if troubles:
            raise troubles.pop()

    failing = job(fail)
    with pytest.raises(ValueError, match="odd"):
        do(database, failing)
    assert run_of(database, failing)[0].startswith("ValueError")
    do(database, failing)
    assert run_of(database, failing)[0] is None


def test_a_job_whose_statement_failed_is_noted_over_the_same_connection(database: Database) -> None:
    failing = job(lambda connection, *_: connection.execute("SELECT 1 / 0"))
    do(database, failing)
    assert run_of(database, failing)[0].startswith("DivisionByZero")


def test_a_job_whose_connection_was_lost_is_not_noted(database: Database) -> None:
    lost = job(lambda connection, *_: connection.execute("SELECT pg_terminate_backend(pg_backend_pid())"))
    do(database, lost)
    assert run_of(database, lost) is None
