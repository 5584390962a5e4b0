"""A worker that stands still without dying: another takes over, and it goes on when it can."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain.catalog.brands import Brand
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.heartbeats import Heart
from infra.postgres.transactions import transaction
from infra.projections.verify import verify
from infra.projections.worker import Worker
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests import forks
from tests.conftest import KEYS, fresh_database
from tests.waiting import PATIENCE, eventually

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(server: Any) -> Any:
    """A database of this module's own: workers that freeze would hold up others."""
    return fresh_database(server, "mipos_frozen")


class Shop:
    """A company whose brands are registered, and what its log is followed to."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self.company_id = uuid4()
        self.connection = psycopg.connect(database.app, autocommit=True)
        self.writer = EventWriter(EVENT_TYPES, PROJECTIONS)
        with transaction(self.connection, self.company_id) as db:
            db.execute("SELECT found_company(%(company_id)s)", {"company_id": self.company_id})

    def register(self, brands: int) -> None:
        events = [
            event
            for _ in range(brands)
            for event in Brand.begin(Brand.Registered, uuid4(), name=str(uuid4())).new_events()
        ]
        with transaction(self.connection, self.company_id) as db:
            self.writer.record(db, events, Metadata(at=NOW))

    def behind(self) -> int:
        """By how many events the read models lag, all together."""
        with psycopg.connect(self.database.worker, autocommit=True) as looking:
            row = looking.execute(
                "SELECT coalesce(sum(head.position - place.position), 0)"
                "  FROM projection_checkpoints AS place JOIN company_head AS head USING (company_id)"
                " WHERE place.company_id = %s",
                [self.company_id],
            ).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def shop(database: Any) -> Iterator[Shop]:
    example = Shop(database)
    yield example
    example.connection.close()


@contextmanager
def worker_process(database: Any) -> Iterator[forks.Process]:
    """A worker as `mipos worker` starts it."""
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("MIPOS_", "DATABASE_"))},
        **KEYS,
        "MIPOS_APP_DATABASE_URL": database.app,
        "MIPOS_WORKER_DATABASE_URL": database.worker,
        "MIPOS_LOG_LEVEL": "error",
    }
    process = forks.start("infra.cli.main", ["worker"], env)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(timeout=PATIENCE)


def test_what_a_frozen_worker_holds_is_taken_over_and_it_goes_on_when_it_thaws(
    database: Any, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands still between two statements, holding the company's checkpoints."""
    frozen, thaw = Event(), Event()
    slow = Worker(database.worker, EVENT_TYPES, PROJECTIONS)
    fold = slow._fold

    def freeze(*args: Any) -> None:
        if not frozen.is_set():
            frozen.set()
            thaw.wait(PATIENCE)
        fold(*args)

    monkeypatch.setattr(slow, "_fold", freeze)
    shop.register(3)
    stop = Event()
    thread = Thread(target=slow.run, args=(stop,), daemon=True)
    thread.start()
    assert frozen.wait(PATIENCE)
    other = Worker(database.worker, EVENT_TYPES, PROJECTIONS)
    assert other.step() == 0
    eventually(lambda: other.step() > 0)
    assert shop.behind() == 0
    thaw.set()
    shop.register(2)
    eventually(lambda: shop.behind() == 0)
    stop.set()
    thread.join(PATIENCE)
    other.close()
    assert not thread.is_alive()
    for model in PROJECTIONS:
        assert verify(database.worker, EVENT_TYPES, model, shop.company_id).differences == ()


def test_a_lock_that_goes_with_a_frozen_workers_connection_is_freed_by_the_others(database: Any) -> None:
    """As that of a job: nothing but the end of the connection frees it."""
    process, lock = uuid4().hex[:12], "SELECT pg_try_advisory_lock(4711)"
    frozen = Heart(database.worker, process)
    with (
        psycopg.connect(database.worker, autocommit=True, application_name=f"mipos jobs {process}") as held,
        psycopg.connect(database.worker, autocommit=True) as other,
    ):
        frozen.beat(held)
        assert held.execute(lock).fetchone() == (True,)
        assert other.execute(lock).fetchone() == (False,)
        alive = Heart(database.worker, uuid4().hex[:12], beat=0.1, still=1.0)
        alive.start()
        eventually(lambda: other.execute(lock).fetchone() == (True,))
        alive.stop()
        with pytest.raises(psycopg.OperationalError):
            held.execute("SELECT 1")


def test_a_worker_whose_heart_beats_is_left_alone(database: Any) -> None:
    hearts = [Heart(database.worker, uuid4().hex[:12], beat=0.05, still=2.0) for _ in range(3)]
    name = f"mipos jobs {hearts[0].process}"
    with psycopg.connect(database.worker, autocommit=True, application_name=name) as held:
        for heart in hearts:
            heart.start()
        time.sleep(3)
        assert held.execute("SELECT 1").fetchone() == (1,)
        for heart in hearts:
            heart.stop()
        rows = held.execute("SELECT process FROM worker_heartbeats").fetchall()
    assert not {heart.process for heart in hearts} & {process for (process,) in rows}


def test_frozen_processes_hold_nobody_up(database: Any, rounds: Callable[[int, int], int]) -> None:
    """Two workers; one after the other is stopped at any moment, for longer than the server waits."""
    chance, shops = Random(7), [Shop(database) for _ in range(4)]
    with worker_process(database) as first, worker_process(database) as second:
        for number in range(rounds(2, 20)):
            frozen = (first, second)[number % 2]
            for shop in shops:
                shop.register(200)
            time.sleep(chance.random() * 0.2)
            frozen.send_signal(signal.SIGSTOP)
            for shop in shops:
                shop.register(50)
            eventually(lambda: all(shop.behind() == 0 for shop in shops))
            frozen.send_signal(signal.SIGCONT)
            for shop in shops:
                shop.register(10)
            eventually(lambda: all(shop.behind() == 0 for shop in shops))
    for shop in shops:
        for model in PROJECTIONS:
            report = verify(database.worker, EVENT_TYPES, model, shop.company_id)
            assert report.differences == ()
        shop.connection.close()
