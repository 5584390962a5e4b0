"""Upgrades that are killed again and again while the version of before sells."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from threading import Event, Thread
from typing import LiteralString, Self

import psycopg
import pytest

from infra.postgres.embedded import EmbeddedServer
from infra.projections.verify import verify
from infra.projections.worker import Worker
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.upgrades.upgrade import Upgrade
from tests.api.conftest import Stocked, stock_shop
from tests.conftest import Database, Service, found_shop, fresh_database, serving
from tests.faults.upgrading import MODELS
from tests.waiting import PATIENCE, eventually

SOLD: LiteralString = """
    SELECT number FROM orders WHERE company_id = %s AND clash = 0 ORDER BY series_number
"""
REPORT = "/api/admin/reports/sales-summary/overview?from=2026-01-01&to=2099-01-01"


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of these tests' own."""
    return fresh_database(server, "mipos_killed_upgrades")


@pytest.fixture(scope="module")
def service(database: Database) -> Iterator[Service]:
    """The version of before: a server and a worker."""
    with serving(database, ("serve", "worker")) as running:
        yield running


class Tills:
    """Some who sell over HTTP, each sale once, and one who looks at the report."""

    def __init__(self, stocked: Stocked, number: int) -> None:
        self.stocked = stocked
        self.sold: list[str] = []
        self.others: set[tuple[int, str]] = set()
        self.reports: list[tuple[int, int]] = []
        self._stop = Event()
        self._threads = [Thread(target=self._sell, daemon=True) for _ in range(number)]
        self._threads.append(Thread(target=self._look, daemon=True))

    def _sell(self) -> None:
        while not self._stop.is_set():
            answer = self.stocked.sell()
            if answer.status == 201:
                self.sold.append(answer.data["number"])
            else:
                self.others.add((answer.status, answer.code))

    def _look(self) -> None:
        admin = self.stocked.shop.client()
        while not self._stop.is_set():
            answer = admin.get(REPORT)
            if answer.status == 200:
                self.reports.append((answer.data["orders"], len(self.sold)))
            self._stop.wait(0.05)

    def have_sold(self, number: int) -> bool:
        """Whether they sold so often."""
        return len(self.sold) >= number

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE)


def begin(database: Database) -> "subprocess.Popen[str]":
    """An upgrade that is about to begin."""
    own = database.installation
    command = [
        sys.executable,
        "-m",
        "tests.faults.upgrading",
        database.owner,
        own.schema,
        own.app,
        own.worker,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def timed(database: Database) -> float:
    """How many seconds an upgrade takes that nobody kills; the database is as it was again."""
    process = begin(database)
    began = time.monotonic()
    assert process.wait(PATIENCE) == 0, process.stderr
    took = time.monotonic() - began
    back(database)
    return took


def test_killed_upgrades_leave_a_shop_that_sells(
    database: Database, service: Service, password_hash: str, rounds: Callable[[int, int], int]
) -> None:
    draw = random.Random(3)
    stocked = stock_shop(found_shop(service, password_hash, {}))
    assert stocked.receive("1000000", 60).status == 201
    # Half of the kills should come near the end: how long an upgrade takes is seen first, and on the way.
    killed, took = 0, timed(database)
    with Tills(stocked, 2) as tills:
        for _ in range(rounds(2, 60)):
            process = begin(database)
            time.sleep(took * draw.choice((draw.uniform(0, 1), draw.uniform(0.8, 1))))
            process.kill()
            process.wait(PATIENCE)
            killed += process.returncode != 0
            took *= 1.2 if process.returncode else 0.8
            so_far = len(tills.sold)
            if sells(stocked):
                eventually(partial(tills.have_sold, so_far + 1))
            else:
                back(database)
        process = begin(database)
        assert process.wait(PATIENCE) == 0, process.stderr
    assert killed > 0
    assert tills.others == {(503, "server_outdated")}
    whole(database, stocked, tills)


def sells(stocked: Stocked) -> bool:
    """Whether the version of before is still the database's."""
    return bool(stocked.shop.client().get("/api/admin/stores").status == 200)


def back(database: Database) -> None:
    """Bring the version of before back, whose servers go on at once."""
    Upgrade(database.owner, database.installation, EVENT_TYPES, PROJECTIONS).run()


def whole(database: Database, stocked: Stocked, tills: Tills) -> None:
    """Every sale that was acknowledged is there under its number, no number twice, none left out."""
    company_id = stocked.shop.company_id
    with psycopg.connect(database.owner) as owner:
        numbers = [number for (number,) in owner.execute(SOLD, [company_id]).fetchall()]
    assert numbers == sorted(tills.sold)
    assert [int(number.rpartition("-")[2]) for number in numbers] == list(range(1, len(numbers) + 1))
    worker = Worker(database.worker, EVENT_TYPES, MODELS)
    while worker.step():
        pass
    worker.close()
    for model in MODELS:
        assert verify(database.worker, EVENT_TYPES, model, company_id).differences == (), model.name
    # No report ever knew fewer sales than one before it.
    known = [orders for orders, _ in tills.reports]
    assert known == sorted(known)
