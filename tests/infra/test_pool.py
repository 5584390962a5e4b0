"""The pool of connections, and the bounds that each of them has."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Semaphore
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import errors

from commands.unavailable import Busy, DatabaseUnavailable, TimedOut
from infra.postgres.connections import (
    Bounds,
    CannotConnect,
    CommitUnknown,
    ConnectionLost,
    PoolExhausted,
    bounded,
)
from infra.postgres.pool import Pool, RequestPool
from infra.postgres.request_transactions import RequestConnection, request_transaction
from infra.runtime.services import make_application, open_pool
from tests.waiting import PATIENCE

COMPANY = UUID("0190f5a1-7c3e-7abc-8def-0123456789ab")
LOCK = "SELECT pg_advisory_xact_lock(8150)"
NOWHERE = "host=/nowhere/at/all dbname=none"


def one_after_another(conninfo: str, size: int = 2, wait: float = 5.0) -> Pool[psycopg.Connection[Any]]:
    return Pool(lambda: psycopg.connect(conninfo, autocommit=True), size, wait=wait)


def backend(connection: psycopg.Connection[Any]) -> int:
    return connection.info.backend_pid


@pytest.fixture
def end(database: Any) -> Callable[[int], None]:
    """Ends a process of the server and waits until it is gone."""

    def terminate(pid: int) -> None:
        with psycopg.connect(database.owner, autocommit=True) as owner:
            owner.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])

    return terminate


class Clock:
    """The clock of the pool, in which a pause is over at once."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("infra.postgres.pool.time", clock)
    return clock


class TestPool:
    def test_makes_no_connection_before_one_is_needed(self) -> None:
        with one_after_another(NOWHERE):
            pass

    def test_gives_the_one_used_last(self, database: Any) -> None:
        with one_after_another(database.app) as pool:
            with pool.connection(), pool.connection() as later:
                first_back = backend(later)
            with pool.connection() as again:
                assert backend(again) != first_back
            with pool.connection(), pool.connection() as second:
                assert backend(second) == first_back

    def test_replaces_what_ended_while_idle(self, database: Any, end: Callable[[int], None]) -> None:
        with one_after_another(database.app) as pool:
            with pool.connection() as connection:
                ended = backend(connection)
            end(ended)
            with pool.connection() as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
                assert backend(connection) != ended

    def test_takes_back_nothing_that_is_not_as_it_was(self, database: Any) -> None:
        with one_after_another(database.app) as pool:
            with pool.connection() as connection:
                connection.execute("BEGIN")
                backend_before = backend(connection)
            with pool.connection() as connection:
                assert backend(connection) != backend_before

    def test_drops_all_that_lead_to_a_server_that_only_reads(self, database: Any) -> None:
        with one_after_another(database.app) as pool:
            with pool.connection() as one, pool.connection() as other:
                before = {backend(one), backend(other)}
            with pytest.raises(errors.ReadOnlySqlTransaction), pool.connection() as connection:
                connection.execute("BEGIN READ ONLY")
                connection.execute("CREATE TABLE written (id int)")
            with pool.connection() as one, pool.connection() as other:
                assert not before & {backend(one), backend(other)}

    def test_lets_nobody_wait_for_ever(self, database: Any) -> None:
        with (
            one_after_another(database.app, size=1, wait=0.05) as pool,
            pool.connection(),
            pytest.raises(PoolExhausted),
            pool.connection(),
        ):
            pass

    def test_looks_for_a_server_that_is_away_for_a_while_and_then_no_more(self, clock: Clock) -> None:
        del clock
        attempts: list[int] = []

        def refuse() -> psycopg.Connection[Any]:
            attempts.append(1)
            raise psycopg.OperationalError("nobody is there")

        with Pool(refuse, 2) as pool:
            with pytest.raises(CannotConnect), pool.connection():
                pass
            assert len(attempts) > 10
            attempts.clear()
            with pytest.raises(CannotConnect), pool.connection():
                pass
            assert len(attempts) == 1

    def test_one_thread_looks_for_a_server_that_hangs(self, clock: Clock) -> None:
        del clock
        attempts: list[int] = []
        refused = Semaphore(0)
        others = 0

        def hang() -> psycopg.Connection[Any]:
            attempts.append(1)
            for _ in range(others):
                assert refused.acquire(timeout=PATIENCE)
            raise psycopg.OperationalError("no answer")

        def ask(_: int) -> None:
            with pytest.raises(CannotConnect), pool.connection():
                pass
            refused.release()

        with Pool(hang, 8, wait=PATIENCE) as pool, ThreadPoolExecutor(8) as people:
            ask(0)
            refused.acquire()
            attempts.clear()
            others = 7
            list(people.map(ask, range(8)))
        assert len(attempts) == 1


class TestBounds:
    @pytest.fixture
    def connection(self, database: Any) -> Iterator[RequestConnection]:
        with RequestConnection.open(
            database.app, Bounds(statement=0.3, lock=0.1, pause=0.2), "test"
        ) as opened:
            yield opened

    def test_are_in_force_and_leave_the_address_as_it_is(self, connection: RequestConnection) -> None:
        for name, value in {
            "statement_timeout": "300ms",
            "lock_timeout": "100ms",
            "idle_in_transaction_session_timeout": "200ms",
            "search_path": "mipos,pg_temp",
        }.items():
            assert connection.execute(f"SHOW {name}".encode()).fetchone() == (value,)

    def test_yield_to_what_the_address_says_itself(self, database: Any) -> None:
        address = database.app + "%20-c%20statement_timeout%3D7s"
        with psycopg.connect(bounded(address, Bounds.within(1))) as connection:
            assert connection.execute("SHOW statement_timeout").fetchone() == ("7s",)

    def test_a_pause_within_a_transaction_ends_it(self, connection: RequestConnection) -> None:
        with pytest.raises(ConnectionLost), request_transaction(connection, COMPANY) as db:
            db.ask("SELECT 1 AS one", {}).rows()
            time.sleep(0.4)
            db.ask("SELECT 1 AS one", {}).rows()
        assert connection.closed

    def test_a_transaction_may_have_its_own(self, connection: RequestConnection) -> None:
        with request_transaction(connection, COMPANY, bounds=Bounds.within(600)) as db:
            db.ask("SELECT pg_sleep(0.5)", {}).rows()
            time.sleep(0.4)
            db.ask("SELECT 1 AS one", {}).rows()
        assert connection.execute("SHOW statement_timeout").fetchone() == ("300ms",)

    def test_nothing_is_waited_for_beyond_the_deadline(self, connection: RequestConnection) -> None:
        deadline = time.monotonic() + 0.1
        with (
            pytest.raises(ConnectionLost) as lost,
            request_transaction(connection, COMPANY, deadline=deadline) as db,
        ):
            db.ask("SELECT pg_sleep(5)", {}).rows()
        assert lost.value.is_silent


class TestApplication:
    @pytest.fixture
    def pool(self, database: Any) -> Iterator[RequestPool]:
        with open_pool(database.app, 2, seconds=1) as connections:
            yield connections

    @pytest.fixture
    def patient(self, database: Any) -> Iterator[RequestPool]:
        with open_pool(database.app, 2) as connections:
            yield connections

    def ask(self, pool: RequestPool, *statements: str, seconds: float = 1) -> None:
        with make_application(pool, seconds=seconds).transaction(COMPANY) as db:
            for statement in statements:
                db.ask(statement, {}).rows()

    def test_a_lock_that_is_not_had_in_time_is_busy(self, database: Any, pool: RequestPool) -> None:
        with psycopg.connect(database.owner) as holder:
            holder.execute(LOCK)
            with pytest.raises(Busy):
                self.ask(pool, LOCK)

    def test_what_a_process_that_stands_still_holds_is_had_in_time(self, pool: RequestPool) -> None:
        with ExitStack() as stack:
            stack.enter_context(pytest.raises(CommitUnknown))
            holder = stack.enter_context(pool.connection())
            stack.enter_context(request_transaction(holder, COMPANY)).ask(LOCK, {}).rows()
            self.ask(pool, LOCK)

    def test_a_statement_that_takes_too_long_is_timed_out(self, pool: RequestPool) -> None:
        with pytest.raises(TimedOut):
            self.ask(pool, "SELECT pg_sleep(5)")

    def test_statements_that_take_too_long_together_are_timed_out(self, pool: RequestPool) -> None:
        with pytest.raises(TimedOut):
            self.ask(pool, *["SELECT pg_sleep(0.3)"] * 5)

    def test_what_goes_wrong_otherwise_is_no_trouble_of_the_database(self, patient: RequestPool) -> None:
        with pytest.raises(errors.DivisionByZero):
            self.ask(patient, "SELECT 1 / 0", seconds=PATIENCE)

    def test_work_is_begun_again_where_the_connection_breaks_off(
        self, patient: RequestPool, end: Callable[[int], None]
    ) -> None:
        served: list[int] = []

        def question(db: Any) -> int:
            row = db.ask("SELECT pg_backend_pid() AS pid", {}).row()
            served.append(row["pid"])
            if len(served) == 1:
                end(row["pid"])
            return int(db.ask("SELECT 42 AS answer", {}).row()["answer"])

        assert make_application(patient).perform(COMPANY, question) == 42
        assert len(set(served)) == 2

    def test_one_that_always_breaks_off_ends(self, patient: RequestPool, end: Callable[[int], None]) -> None:
        def question(db: Any) -> None:
            end(db.ask("SELECT pg_backend_pid() AS pid", {}).row()["pid"])
            db.ask("SELECT 42 AS answer", {}).rows()

        with pytest.raises(DatabaseUnavailable):
            make_application(patient).perform(COMPANY, question)
