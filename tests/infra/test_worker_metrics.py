"""What workers and commands count, added up in the database; and what this process counts of itself."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from prometheus_client import REGISTRY, Counter, Gauge, Histogram

from infra.decisions.unit_of_work import EventWriter
from infra.jobs.measured import measured
from infra.postgres.connections import ConnectionLost, PoolExhausted
from infra.postgres.outages import insist
from infra.postgres.pool import Pool
from infra.postgres.worker_metrics import KNOWN, WorkerMetrics, hand_over_once, metrics_of
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.conftest import Database
from tests.waiting import eventually

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)


def counted(name: str, /, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def own() -> Iterator[str]:
    """The beginning of names that only this test uses; what has them is forgotten afterwards."""
    before = set(REGISTRY._collector_to_names)
    yield f"mipos_test_{uuid4().hex}"
    for collector in set(REGISTRY._collector_to_names) - before:
        REGISTRY.unregister(collector)


def known(database: Database, name: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """What the web server would tell of a family."""
    with psycopg.connect(database.app, autocommit=True, row_factory=psycopg.rows.dict_row) as connection:
        families = metrics_of(connection.execute(KNOWN).fetchall())
        return {
            (sample.name.removeprefix(name), tuple(sample.labels.items())): sample.value
            for family in families
            if family.name == name
            for sample in family.samples
        }


class TestHandingOver:
    def test_adds_what_was_counted_since_and_nothing_twice(self, database: Database, own: str) -> None:
        counter = Counter(own, "Of a test.", ["kind"])
        one, another = WorkerMetrics(database.worker), WorkerMetrics(database.worker)
        counter.labels("big")
        one.hand_over()
        assert known(database, own) == {("_total", (("kind", "big"),)): 0}
        counter.labels("big").inc(3)
        one.hand_over()
        one.hand_over()
        assert known(database, own) == {("_total", (("kind", "big"),)): 3}
        counter.labels("big").inc(2)
        one.hand_over()
        # Another process, which would have counted as much.
        another.hand_over()
        assert known(database, own) == {("_total", (("kind", "big"),)): 5 + 5}

    def test_adds_up_each_bucket(self, database: Database, own: str) -> None:
        histogram = Histogram(own, "Of a test.", ["kind"], buckets=(1, 10))
        metrics = WorkerMetrics(database.worker)
        for seconds in (0.5, 5):
            histogram.labels("big").observe(seconds)
            metrics.hand_over()
        kind = ("kind", "big")
        assert known(database, own) == {
            ("_bucket", (kind, ("le", "1.0"))): 1,
            ("_bucket", (kind, ("le", "10.0"))): 2,
            ("_bucket", (kind, ("le", "+Inf"))): 2,
            ("_count", (kind,)): 2,
            ("_sum", (kind,)): 5.5,
        }

    def test_keeps_the_latest_of_moments_and_no_other_gauge(self, database: Database, own: str) -> None:
        moment = Gauge(f"{own}_timestamp_seconds", "Of a test.", ["kind"])
        Gauge(own, "Of a test.", ["kind"]).labels("big").set(7)
        metrics = WorkerMetrics(database.worker)
        for seconds in (100, 300, 200):
            moment.labels("big").set(seconds)
            metrics.hand_over()
        assert known(database, f"{own}_timestamp_seconds") == {("", (("kind", "big"),)): 300}
        assert known(database, own) == {}

    def test_is_made_up_for_when_the_database_was_away(self, database: Database, own: str) -> None:
        counter = Counter(own, "Of a test.", ["kind"])
        metrics = WorkerMetrics(database.worker)
        counter.labels("big").inc()
        address = metrics._conninfo
        setattr(metrics, "_conninfo", "host=/nowhere dbname=none")  # noqa: B010
        with pytest.raises(psycopg.OperationalError):
            metrics.hand_over()
        hand_over_once("host=/nowhere dbname=none")
        setattr(metrics, "_conninfo", address)  # noqa: B010
        metrics.hand_over()
        assert known(database, own) == {("_total", (("kind", "big"),)): 1}

    def test_is_done_once_more_at_the_end(self, database: Database, own: str) -> None:
        metrics = WorkerMetrics(database.worker)
        metrics.start()
        Counter(own, "Of a test.", ["kind"]).labels("big").inc()
        metrics.stop()
        assert known(database, own) == {("_total", (("kind", "big"),)): 1}


class TestJobs:
    def test_are_counted_by_outcome(self) -> None:
        job, began = uuid4().hex, time.time()
        with measured(job):
            pass
        with pytest.raises(ZeroDivisionError), measured(job):
            raise ZeroDivisionError
        assert counted("mipos_job_runs_total", name=job, outcome="done") == 1
        assert counted("mipos_job_runs_total", name=job, outcome="failed") == 1
        assert counted("mipos_job_seconds_count", name=job) == 2
        assert counted("mipos_job_last_success_timestamp_seconds", name=job) >= began


class TestTransactions:
    def test_that_are_begun_again_are_counted(self) -> None:
        left = [ConnectionLost("gone", backend=1, is_silent=False)] * 2

        def attempt() -> str:
            if left:
                raise left.pop()
            return "done"

        labels = {"reason": "connection", "process": "command"}
        before = counted("mipos_transactions_retried_total", **labels)
        deadline = time.monotonic() + 5
        assert insist(attempt, deadline) == "done"
        assert counted("mipos_transactions_retried_total", **labels) == before + 2


class TestThePool:
    def test_tells_what_is_in_use_and_who_waits(self, database: Database) -> None:
        def now() -> tuple[float, ...]:
            names = ("size", "connections_in_use", "waiting", "wait_seconds_count")
            return tuple(counted(f"mipos_pool_{name}", process="command") for name in names)

        def since(before: tuple[float, ...]) -> tuple[float, ...]:
            return tuple(one - other for one, other in zip(now(), before, strict=True))

        def connect() -> psycopg.Connection[Any]:
            return psycopg.connect(database.app, autocommit=True)

        before = now()
        with Pool(connect, 1, wait=0.3) as pool, ThreadPoolExecutor(1) as another:
            with pool.connection():
                assert since(before) == (1, 1, 0, 0)
                waiting = another.submit(pool.connection().__enter__)
                eventually(lambda: since(before) == (1, 1, 1, 0))
                assert isinstance(waiting.exception(), PoolExhausted)
            assert since(before) == (1, 0, 0, 1)
        assert since(before) == (0, 0, 0, 1)
