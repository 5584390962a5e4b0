"""Upgrades that are killed again and again while the version of before sells."""

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString

import pytest

from infra.postgres.embedded import EmbeddedServer
from infra.runtime.models import PROJECTIONS
from tests import forks
from tests.api.conftest import Stocked, stock_shop
from tests.conftest import Database, Service, found_shop, fresh_database, serving
from tests.faults.upgrading import MODELS
from tests.infra.requests_of_a_shop import REPORT
from tests.infra.upgrades import Sales, differences, rows, selling, upgrade
from tests.waiting import PATIENCE, meanwhile

SOLD: LiteralString = """
    SELECT number FROM orders WHERE company_id = %s AND clash = 0 ORDER BY series_number
"""


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of these tests' own."""
    return fresh_database(server, "mipos_killed_upgrades")


@pytest.fixture(scope="module")
def service(database: Database) -> Iterator[Service]:
    """The version of before: a server and a worker."""
    with serving(database, ("serve", "worker")) as running:
        yield running


class Reports:
    """The numbers of sales that one knew after the other who looks at the report again and again."""

    def __init__(self, stocked: Stocked) -> None:
        self.admin = stocked.shop.client()
        self.sales: list[int] = []

    def look(self) -> None:
        answer = self.admin.get(REPORT)
        if answer.status == 200:
            self.sales.append(answer.data["overall"]["orders"])
        time.sleep(0.05)


def begin(database: Database) -> forks.Process:
    """An upgrade that is about to begin."""
    own = database.installation
    ready, tells = os.pipe()
    with Path(os.devnull).open("rb") as nothing, os.fdopen(ready, encoding="utf-8") as told:
        process = forks.start(
            "tests.faults.upgrading",
            [database.owner, own.schema, own.app, own.worker],
            os.environ,
            [nothing.fileno(), tells, 2],
        )
        os.close(tells)
        assert told.readline() == "ready\n"
    return process


def timed(database: Database) -> float:
    """How many seconds an upgrade takes that nobody kills; the database is as it was again."""
    process = begin(database)
    began = time.monotonic()
    assert process.wait(PATIENCE) == 0
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
    reports = Reports(stocked)
    with selling(stocked) as sales, meanwhile(reports.look):
        for _ in range(rounds(2, 60)):
            process = begin(database)
            time.sleep(took * draw.choice((draw.uniform(0, 1), draw.uniform(0.8, 1))))
            process.kill()
            process.wait(PATIENCE)
            killed += process.returncode != 0
            took *= 1.2 if process.returncode else 0.8
            if sells(stocked):
                sales.go_on(1)
            else:
                back(database)
        process = begin(database)
        assert process.wait(PATIENCE) == 0
    assert killed > 0
    assert sales.refusals == {(503, "server_outdated")}
    # No report ever knew fewer sales than one before it.
    assert reports.sales == sorted(reports.sales)
    whole(database, stocked, sales)


def sells(stocked: Stocked) -> bool:
    """Whether the version of before is still the database's."""
    return bool(stocked.shop.client().get("/api/admin/stores").status == 200)


def back(database: Database) -> None:
    """Bring the version of before back, whose servers go on at once."""
    upgrade(database, PROJECTIONS)


def whole(database: Database, stocked: Stocked, sales: Sales) -> None:
    """Every sale that was acknowledged is there under its number, no number twice, none left out."""
    company_id = stocked.shop.company_id
    numbers = [number for (number,) in rows(database, SOLD, company_id)]
    assert numbers == sorted(sales.numbers)
    assert [int(number.rpartition("-")[2]) for number in numbers] == list(range(1, len(numbers) + 1))
    assert differences(database, MODELS, company_id) == []
