"""The logs of a version of before are hashed anew, once, and none is taken for sound that was not."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest

from domain.companies import PLATFORM_ID
from infra.eventstore import rehash
from infra.eventstore.chain import Fault, Reason, verify_chain
from infra.postgres.embedded import EmbeddedServer
from infra.runtime.models import PROJECTIONS
from infra.upgrades.migrated import NotMigrated, check_migrated
from infra.upgrades.rehash import LogsAltered
from tests.api.conftest import Stocked, stock_shop
from tests.conftest import NOT_ON_DISK, Database, Service, found_shop, fresh_database, serving
from tests.infra.former_hashes import restore_former_hashes
from tests.infra.upgrades import Sales, differences, found_bakery, rows, selling, upgrade
from tests.waiting import eventually

ALTER: LiteralString = """
    UPDATE events SET state = replace(state, 'Salt', 'Gold')
     WHERE company_id = %s AND position = 2 RETURNING position
"""
RESTORE: LiteralString = """
    UPDATE events SET state = replace(state, 'Gold', 'Salt')
     WHERE company_id = %s AND position = 2 RETURNING position
"""
HASHES: LiteralString = "SELECT company_id, position, hash FROM events ORDER BY 1, 2"
CLOSED: LiteralString = "SELECT unnest(closed) FROM installation"
PARKED: LiteralString = """
    SELECT DISTINCT error FROM projection_checkpoints WHERE company_id = %s AND parked_at IS NOT NULL
"""
PARK_REPORTS: LiteralString = """
    UPDATE projection_checkpoints SET parked_at = now(), error = 'LogAltered: at position 2'
     WHERE company_id = %s AND projection = 'report_sales' RETURNING 1
"""
DAMAGES: dict[str, tuple[Fault, LiteralString]] = {
    "the first event removed": (
        Fault(1, Reason.MISSING),
        "DELETE FROM events WHERE company_id = %s AND position = 1 RETURNING 1",
    ),
    "the last event removed": (
        Fault(2, Reason.MISSING),
        "DELETE FROM events WHERE company_id = %s AND position = 2 RETURNING 1",
    ),
    "the head altered": (
        Fault(2, Reason.HEAD_DIFFERS),
        "UPDATE company_head SET hash = sha256(hash) WHERE company_id = %s RETURNING 1",
    ),
    "the head set back": (
        Fault(2, Reason.BEYOND_HEAD),
        """
        UPDATE company_head AS head SET position = 1, hash = event.hash FROM events AS event
         WHERE head.company_id = %s AND event.company_id = head.company_id AND event.position = 1
        RETURNING 1
        """,
    ),
}
WAITING: LiteralString = (
    "SELECT count(*) FROM pg_locks WHERE relation = 'installation'::regclass AND NOT granted"
)


@pytest.fixture
def database(server: EmbeddedServer) -> Database:
    """A database of one test's own."""
    return fresh_database(server, "mipos_rehash")


def fault_of(database: Database, company_id: UUID) -> Fault | None:
    """What proving a company's log finds wrong."""
    with psycopg.connect(database.worker, autocommit=True) as worker:
        return verify_chain(worker, company_id).fault


class TestLogsOfBefore:
    def test_are_hashed_anew_page_by_page(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("infra.eventstore.chain.PAGE_SIZE", 1)
        companies = [found_bakery(database, "Salt") for _ in range(2)]
        restore_former_hashes(database)
        assert {fault_of(database, one) for one in companies} == {Fault(1, Reason.ALTERED)}
        notes: list[str] = []
        progress: list[tuple[int, int]] = []
        upgrade(database, PROJECTIONS, tell=notes.append, progress=lambda *passed: progress.append(passed))
        assert [fault_of(database, one) for one in companies] == [None, None]
        unsafe, note = notes
        assert unsafe == NOT_ON_DISK
        assert re.fullmatch(r"Logs hashed anew, .*: 2, with 4 events, in [\d.]+ s; altered: 0\.", note)
        assert progress == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def test_are_hashed_anew_once(self, database: Database) -> None:
        company_id = found_bakery(database, "Salt")
        restore_former_hashes(database)
        upgrade(database, PROJECTIONS)
        before = rows(database, "SELECT xmin::text FROM events")
        notes: list[str] = []
        upgrade(database, PROJECTIONS, tell=notes.append)
        assert notes == [NOT_ON_DISK]
        assert rows(database, "SELECT xmin::text FROM events") == before
        assert fault_of(database, company_id) is None

    def test_go_on_in_the_layout_of_today(self, database: Database) -> None:
        found_bakery(database, "Salt")
        restore_former_hashes(database)
        upgrade(database, PROJECTIONS)
        later = found_bakery(database, "Pepper")
        assert fault_of(database, later) is None

    def test_are_as_they_were_when_that_is_interrupted(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        companies = [found_bakery(database, "Salt") for _ in range(2)]
        restore_former_hashes(database)
        before = rows(database, HASHES)
        with monkeypatch.context() as patch:
            patch.setattr(rehash, "rehash_log", until(max(companies), rehash.rehash_log))
            with pytest.raises(KeyboardInterrupt):
                upgrade(database, PROJECTIONS)
        assert rows(database, HASHES) == before
        with pytest.raises(NotMigrated):
            check_migrated(database.app, PROJECTIONS)
        upgrade(database, PROJECTIONS)
        assert [fault_of(database, one) for one in companies] == [None, None]


def until(last: UUID, whole: Callable[..., None]) -> Callable[..., None]:
    """Hashes logs anew, and is interrupted before the one of this company."""

    def rehash_log(connection: Any, company_id: UUID, progress: Callable[[int], None]) -> None:
        if company_id == last:
            raise KeyboardInterrupt
        whole(connection, company_id, progress)

    return rehash_log


class TestAnAlteredLog:
    def test_closes_its_company_until_it_is_what_was_recorded(self, database: Database) -> None:
        altered, *others = [found_bakery(database, "Salt") for _ in range(3)]
        restore_former_hashes(database)
        rows(database, ALTER, altered)
        notes: list[str] = []
        upgrade(database, PROJECTIONS, tell=notes.append)
        assert rows(database, CLOSED) == [(altered,)]
        assert [fault_of(database, one) for one in others] == [None, None]
        assert fault_of(database, altered) == Fault(2, Reason.ALTERED)
        assert (
            f"company {altered} is not what was recorded: at position 2 (brands.Brand.Registered)" in notes[2]
        )
        assert notes[2].endswith("Bring back what was recorded, then migrate again.")

        upgrade(database, PROJECTIONS)
        assert rows(database, CLOSED) == [(altered,)]
        rows(database, RESTORE, altered)
        assert fault_of(database, altered) == Fault(2, Reason.ALTERED)
        # A report that was to be made of the altered log waits as well.
        assert rows(database, PARK_REPORTS, altered) == [(1,)]
        upgrade(database, PROJECTIONS, tell=notes.append)
        assert rows(database, CLOSED) == []
        assert notes[-1].startswith(f"Made anew for company {altered}: ")
        assert "report_sales" in notes[-1]
        assert rows(database, PARKED, altered) == []
        assert fault_of(database, altered) is None
        assert differences(database, PROJECTIONS, altered) == []

    @pytest.mark.parametrize(("fault", "statement"), DAMAGES.values(), ids=DAMAGES.keys())
    def test_is_found_whatever_was_done_to_it(
        self, database: Database, fault: Fault, statement: LiteralString
    ) -> None:
        altered, *_ = [found_bakery(database, "Salt") for _ in range(3)]
        restore_former_hashes(database)
        rows(database, statement, altered)
        upgrade(database, PROJECTIONS)
        assert rows(database, CLOSED) == [(altered,)]
        [(error,)] = rows(database, PARKED, altered)
        assert f"at position {fault.position} " in error
        assert fault.reason.value in error

    @pytest.mark.parametrize("others", [0, 2], ids=["the only company's", "the platform's"])
    def test_stops_the_upgrade_where_it_concerns_everybody(self, database: Database, others: int) -> None:
        altered = found_bakery(database, "Salt", PLATFORM_ID if others else None)
        for _ in range(others):
            found_bakery(database, "Salt")
        restore_former_hashes(database)
        rows(database, ALTER, altered)
        before = rows(database, HASHES)
        with pytest.raises(LogsAltered, match=r"at position 2 \(brands.Brand.Registered\)"):
            upgrade(database, PROJECTIONS)
        assert rows(database, HASHES) == before
        assert rows(database, CLOSED) == []
        with pytest.raises(NotMigrated):
            check_migrated(database.app, PROJECTIONS)


class TestAServerOfBefore:
    @pytest.fixture
    def service(self, database: Database) -> Iterator[Service]:
        """It appends by the function that it finds in the database."""
        with serving(database, ("serve",)) as running:
            yield running

    @pytest.fixture
    def stocked(self, service: Service, password_hash: str) -> Stocked:
        return stock_shop(found_shop(service, password_hash, {}))

    def test_waits_while_logs_are_hashed_anew(self, database: Database, stocked: Stocked) -> None:
        restore_former_hashes(database)
        assert stocked.receive("1000000", 60).status == 201
        with selling(stocked) as sales:
            sales.go_on(5)
            upgrade(database, PROJECTIONS, progress=lambda *_: await_waiting(database, sales))
            sales.go_on(5)
        assert sales.refusals == set()
        company_id = stocked.shop.company_id
        assert fault_of(database, company_id) is None
        sold: LiteralString = "SELECT number FROM orders WHERE company_id = %s"
        assert {number for (number,) in rows(database, sold, company_id)} == set(sales.numbers)


def await_waiting(database: Database, sales: Sales) -> None:
    """Until both tills wait; nothing is sold meanwhile."""
    eventually(lambda: rows(database, WAITING) == [(2,)])
    sold = len(sales.numbers)
    time.sleep(0.1)
    assert len(sales.numbers) == sold
