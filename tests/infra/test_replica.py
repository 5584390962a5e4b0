"""Questions go to a replica that has all that the primary has, to the primary else, and no client notices."""

import os
import re
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest

from commands.access import TokenRevoked
from commands.ports import Caller
from commands.unavailable import TimedOut
from domain.users import User
from infra.decisions.application import Application
from infra.decisions.reading import Reading
from infra.eventstore.codec import Metadata
from infra.postgres.addresses import in_schema
from infra.postgres.connections import Bounds
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.pool import Pool
from infra.postgres.replica import Replica
from infra.postgres.request_transactions import RequestConnection
from infra.postgres.transactions import transaction
from infra.runtime.databases import replica_address
from infra.runtime.doctor import CHECKS, Finding, examine
from infra.runtime.doctor.patient import Patient
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.services import make_application, open_pool
from infra.runtime.settings import load_settings
from infra.runtime.work import RequestWork
from tests.conftest import KEYS, WRITER, Database, Service, Shop, found_shop, fresh_database, serving
from tests.infra.backups import settings_of
from tests.infra.databases import connected
from tests.infra.replicas import Standby, copy_of
from tests.waiting import eventually, meanwhile

_IS_COPY: LiteralString = "SELECT pg_is_in_recovery() AS is_copy"
_PRODUCTS = "/api/admin/products"
REPORT = "/api/admin/reports/sales-summary/by-product?from=2021-01-01&to=2030-12-31"
BASKETS = "/api/admin/analytics/market-basket/itemsets"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mipos-replica-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def primary(folder: Path) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(folder / "primary") as server:
        yield server


@pytest.fixture(scope="module")
def own(primary: EmbeddedServer) -> Database:
    return fresh_database(primary, "mipos_replica")


@pytest.fixture(scope="module")
def replica(folder: Path, primary: EmbeddedServer, own: Database) -> Iterator[Standby]:
    del own  # It is there before it is copied.
    with copy_of(primary, folder / "replica") as server:
        yield server


@pytest.fixture(scope="module")
def address(replica: Standby) -> str:
    """Where the replica answers, as whoever looks after it would write it down."""
    return replica.conninfo("postgres", "mipos_replica")


class Asking:
    """Somebody signed in who asks of whom the answer is."""

    def __init__(self, application: Application[RequestWork], shop: Shop, replica: Replica) -> None:
        self.application = application
        self.shop = shop
        self.replica = replica
        user_id = shop.users["Admin"]
        self.caller = Caller(company_id=shop.company_id, user_id=user_id, session_id=user_id, role="Admin")

    def ask(self, question: Callable[[Reading], Any] | None = None, **more: Any) -> Any:
        return self.application.read(self.caller, question or _is_copy, **more)[0]

    def is_answered_by_copy(self) -> bool:
        return bool(self.ask())


def _is_copy(reading: Reading) -> bool:
    row = reading.db.ask(_IS_COPY, {}).row()
    return bool(row and row["is_copy"])


@pytest.fixture
def opened(own: Database, password_hash: str) -> Callable[..., Any]:
    """Opens an application over the primary and what is said to be its replica."""

    @contextmanager
    def open_application(address: str, **more: Any) -> Iterator[Asking]:
        shop = found_shop(Service("", 0, own, Path()), password_hash, {})
        user = own.installation.app
        named = in_schema(address.replace("//postgres@", f"//{user}@"), "mipos")
        copies = Pool(
            lambda: RequestConnection.open(named, Bounds.within(4), "mipos replica"), 4, wait=0.1, restart=0
        )
        with open_pool(own.app, 4) as pool, copies:
            replica = Replica(copies, pool, **{"first_pause": 0.05, **more})
            yield Asking(make_application(pool, 4, 4, replica=replica), shop, replica)

    return open_application


@pytest.fixture
def asking(opened: Callable[..., Any], address: str, replica: Standby) -> Iterator[Asking]:
    del replica
    with opened(address) as one:
        eventually(one.is_answered_by_copy)
        yield one


def write(asking: Asking) -> int:
    """Have the company take somebody on. Returns the position of that."""
    company_id, user_id = asking.shop.company_id, uuid4()
    user = User.begin(User.Registered, user_id, username=f"{user_id}@x", role="Cashier")
    with connected(asking.shop.service.database.app) as connection, transaction(connection, company_id) as db:
        WRITER.record(db, user.new_events(), Metadata(at=datetime.now(UTC)))
        [row] = db.ask("SELECT position FROM company_head WHERE company_id = %(c)s", {"c": company_id}).rows()
        return int(row["position"])


def ask_users(reading: Reading) -> tuple[bool, int]:
    """Whether a copy answers, and how many users there are."""
    params = {"c": reading.db.company_id}
    [row] = reading.db.ask("SELECT count(*) AS n FROM users WHERE company_id = %(c)s", params).rows()
    return _is_copy(reading), row["n"]


class TestAnswers:
    def test_come_from_the_replica(self, asking: Asking) -> None:
        assert [asking.is_answered_by_copy() for _ in range(20)] == [True] * 20

    def test_know_what_was_written_before_they_were_asked_for(self, asking: Asking) -> None:
        _, users = asking.ask(ask_users)
        for more in range(1, 51):
            write(asking)
            assert asking.ask(ask_users)[1] == users + more

    def test_wait_for_the_replica_to_have_it(
        self, opened: Callable[..., Any], address: str, replica: Standby
    ) -> None:
        with opened(address, patience=60) as asking:
            eventually(asking.is_answered_by_copy)
            _, users = asking.ask(ask_users)
            replica.pause()
            position = write(asking)
            resumption = Timer(0.3, replica.resume)
            resumption.start()
            assert asking.ask(ask_users, wait_for=position) == (True, users + 1)
            resumption.join()

    def test_come_from_the_primary_when_it_takes_too_long(self, asking: Asking, replica: Standby) -> None:
        _, users = asking.ask(ask_users)
        replica.pause()
        try:
            position = write(asking)
            assert asking.ask(ask_users, wait_for=position) == (False, users + 1)
            assert {asking.ask(ask_users) for _ in range(20)} == {(False, users + 1)}
        finally:
            replica.resume()
        eventually(asking.is_answered_by_copy)
        assert asking.ask(ask_users) == (True, users + 1)

    def test_are_given_to_nobody_who_signed_out_a_moment_ago(self, asking: Asking, replica: Standby) -> None:
        replica.pause()
        try:
            with connected(asking.shop.service.database.owner) as connection:
                connection.execute("DELETE FROM sessions WHERE id = %s", [asking.caller.session_id])
            with pytest.raises(TokenRevoked):
                asking.ask()
        finally:
            replica.resume()

    def test_that_take_too_long_are_not_asked_for_twice(self, asking: Asking) -> None:
        with pytest.raises(TimedOut):
            asking.ask(lambda reading: reading.db.ask("SELECT pg_sleep(60)", {}).row())
        assert asking.is_answered_by_copy()

    def test_that_only_the_primary_can_give_come_from_it(self, asking: Asking) -> None:
        assert asking.ask(of_primary=True) is False

    def test_that_were_kept_are_looked_up_in_the_primary(self, asking: Asking) -> None:
        def question(reading: Reading) -> list[Any]:
            kept = "SELECT count(*) AS n FROM range_cache WHERE company_id = %(c)s"
            params = {"c": reading.kept.company_id}
            return [_is_copy(reading), reading.kept.ask(kept, params).row()]

        assert asking.ask(question) == [True, {"n": 0}]

    def test_leave_something_for_the_primary_to_keep(self, asking: Asking) -> None:
        def question(reading: Reading) -> bool:
            statement: LiteralString = (
                "INSERT INTO range_cache (company_id, question, state, keys, answer, bytes)"
                " VALUES (%(c)s, 'q', 's', '{}', '', 0)"
            )
            reading.run_afterwards(statement, {"c": reading.db.company_id})
            return _is_copy(reading)

        assert asking.ask(question) is True
        with connected(asking.shop.service.database.owner) as connection:
            kept = connection.execute(
                "SELECT FROM range_cache WHERE company_id = %s", [asking.shop.company_id]
            )
            assert kept.rowcount == 1


class TestTrouble:
    def test_a_connection_that_breaks_is_none_of_the_clients(self, asking: Asking) -> None:
        def question(reading: Reading) -> bool:
            if _is_copy(reading):
                reading.db.ask("SELECT pg_terminate_backend(pg_backend_pid())", {}).row()
            return _is_copy(reading)

        assert asking.ask(question) is False
        eventually(asking.is_answered_by_copy)

    def test_a_question_that_only_fails_there_is_asked_of_the_primary(self, asking: Asking) -> None:
        unlogged: LiteralString = "SELECT count(*) AS n FROM range_cache WHERE company_id = %(c)s"

        def question(reading: Reading) -> Any:
            return reading.db.ask(unlogged, {"c": reading.db.company_id}).row()

        assert asking.ask(question) == {"n": 0}

    def test_a_replica_that_hangs_holds_nobody_up_for_long(self, asking: Asking) -> None:
        with asking.replica.having("0/0") as connection:
            backend = connection.requests.backend
        os.kill(backend, signal.SIGSTOP)
        try:
            assert asking.is_answered_by_copy() is False
        finally:
            os.kill(backend, signal.SIGCONT)
        eventually(asking.is_answered_by_copy)

    def test_a_replica_that_dies_and_comes_back_is_noticed_by_nobody(
        self, asking: Asking, replica: Standby
    ) -> None:
        answered: list[bool] = []
        with meanwhile(lambda: answered.append(asking.is_answered_by_copy()), lambda: write(asking)):
            eventually(lambda: True in answered)
            os.kill(replica.process.pid, signal.SIGKILL)
            replica.process.wait()
            eventually(lambda: answered[-1:] == [False])
            replica.stop()
            replica.start()
            eventually(lambda: answered[-1:] == [True])

    @pytest.mark.parametrize("server", ["nobody", "the primary itself"])
    def test_what_is_no_replica_is_never_asked(
        self, opened: Callable[..., Any], primary: EmbeddedServer, tmp_path: Path, server: str
    ) -> None:
        elsewhere = f"postgresql://postgres@/mipos_replica?host={tmp_path}"
        address = primary.conninfo("postgres", "mipos_replica") if server != "nobody" else elsewhere
        with opened(address) as asking:
            ends = time.monotonic() + 0.5
            while time.monotonic() < ends:
                assert asking.is_answered_by_copy() is False

    def test_a_copy_of_another_server_is_never_asked(
        self, database: Database, address: str, password_hash: str
    ) -> None:
        shop = found_shop(Service("", 0, database, Path()), password_hash, {})
        with open_pool(database.app, 2) as pool, open_pool(address, 2) as copies:
            replica = Replica(copies, pool, first_pause=0.05)
            asking = Asking(make_application(pool, 4, 4, replica=replica), shop, replica)
            ends = time.monotonic() + 0.5
            while time.monotonic() < ends:
                assert asking.is_answered_by_copy() is False

    def test_one_that_was_made_a_primary_is_asked_no_more(
        self, opened: Callable[..., Any], primary: EmbeddedServer, folder: Path
    ) -> None:
        with (
            copy_of(primary, folder / "second") as second,
            opened(second.conninfo("postgres", "mipos_replica")) as asking,
        ):
            eventually(asking.is_answered_by_copy)
            with connected(second.conninfo("postgres", "postgres")) as connection:
                connection.execute("SELECT pg_promote()")
            _, users = asking.ask(ask_users)
            write(asking)
            assert asking.ask(ask_users) == (False, users + 1)


@pytest.fixture(scope="module")
def shop(own: Database, address: str, password_hash: str) -> Iterator[Shop]:
    """A company of a web server that has a replica."""
    with serving(own, ("serve", "worker"), DATABASE_REPLICA_URL=address) as service:
        shop = found_shop(service, password_hash, {})
        eventually(lambda: shop.client().get(_PRODUCTS).status == 200 and answered(shop, "replica"))
        yield shop


def answered(shop: Shop, by: str) -> float:
    """How many questions the replica, or the primary in its place, has answered."""
    text = shop.service.client().get("/metrics").body.decode()
    found = re.search(rf'mipos_replica_questions_total\{{answered_by="{by}"\}} (\S+)', text)
    return float(found[1]) if found else 0.0


class TestServed:
    def test_a_client_sees_what_it_wrote(self, shop: Shop) -> None:
        client, before = shop.client(), answered(shop, "replica")
        for number in range(20):
            made = client.post(
                _PRODUCTS, {"name": f"N{number}", "variants": [{"sku": f"N{number}", "price": 1}]}
            )
            assert client.get(f"{_PRODUCTS}/{made.data['id']}").data["name"] == f"N{number}"
            position = made.headers["x-event-position"]
            waited = client.get(_PRODUCTS, X_Wait_For_Position=position)
            assert int(waited.headers["x-read-position"]) >= int(position)
        assert answered(shop, "replica") > before

    def test_a_report_is_kept_and_given_again(self, shop: Shop) -> None:
        client = shop.client()
        before = answered(shop, "replica")
        first, second = (client.get(REPORT).data for _ in range(2))
        assert first["rows"] == second["rows"]
        assert answered(shop, "replica") == before + 2

    def test_what_is_bought_together_is_counted_by_the_primary(self, shop: Shop) -> None:
        before = answered(shop, "replica"), answered(shop, "primary")
        assert shop.client().get(BASKETS).status == 200
        assert (answered(shop, "replica"), answered(shop, "primary")) == before

    def test_no_client_notices_that_the_replica_is_away(self, shop: Shop, replica: Standby) -> None:
        client, statuses = shop.client(), set[int]()

        def sell_and_look() -> None:
            sku = uuid4().hex
            made = client.post(_PRODUCTS, {"name": sku, "variants": [{"sku": sku, "price": 1}]})
            found = client.get(_PRODUCTS, X_Wait_For_Position=made.headers["x-event-position"])
            statuses.update({made.status, found.status})

        before = answered(shop, "primary")
        with meanwhile(sell_and_look):
            replica.pause()
            eventually(lambda: answered(shop, "primary") > before)
            replica.resume()
            os.kill(replica.process.pid, signal.SIGKILL)
            replica.process.wait()
            before = answered(shop, "primary")
            eventually(lambda: answered(shop, "primary") > before)
            replica.stop()
            replica.start()
            before = answered(shop, "replica")
            eventually(lambda: answered(shop, "replica") > before)
        assert statuses == {200, 201}


class TestDoctor:
    def found(self, own: Database, address: str, folder: Path) -> Finding:
        settings = load_settings({**settings_of(own, folder), "DATABASE_REPLICA_URL": address})
        with psycopg.connect(own.app, autocommit=True) as connection:
            patient = Patient(connection, settings, EVENT_TYPES, PROJECTIONS)
            [finding] = examine(patient, {"replica": CHECKS["replica"]})
            return finding

    def test_finds_one_that_follows_well(self, own: Database, address: str, tmp_path: Path) -> None:
        eventually(lambda: self.found(own, address, tmp_path).status == "ok")

    def test_names_one_that_is_behind(
        self, own: Database, address: str, replica: Standby, tmp_path: Path
    ) -> None:
        replica.pause()
        try:
            with connected(own.owner) as connection:
                connection.execute("SELECT pg_logical_emit_message(true, 'test', repeat('x', 10000))")
            found = self.found(own, address, tmp_path)
        finally:
            replica.resume()
        assert (found.status, "behind by" in found.says) == ("warn", True), found

    def test_names_one_that_is_away(self, own: Database, tmp_path: Path) -> None:
        found = self.found(own, f"postgresql://me@/shop?host={tmp_path}", tmp_path)
        assert (found.status, "cannot be asked" in found.says) == ("warn", True), found

    def test_names_a_server_that_follows_none(self, own: Database, tmp_path: Path) -> None:
        found = self.found(own, own.app, tmp_path)
        assert (found.status, "follows none" in found.says) == ("fail", True), found

    def test_names_a_copy_of_another_server(
        self, database: Database, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        named = in_schema(address.replace("postgres@", f"{database.installation.app}@"), "mipos")
        monkeypatch.setattr("infra.runtime.doctor.checks.replica.replica_address", lambda _: address)
        found = self.found(database, named, tmp_path)
        assert (found.status, "of another one" in found.says) == ("fail", True), found


def test_its_user_is_that_of_the_web_server() -> None:
    environ = {
        **KEYS,
        "DATABASE_URL": "postgresql://owner:secret@db/shop",
        "DATABASE_REPLICA_URL": "postgresql://owner:secret@copy:6432/shop?sslmode=require",
    }
    address = replica_address(load_settings(environ)) or ""
    assert address.startswith("postgresql://mipos_shop_app:")
    assert "secret" not in address
    assert "@copy:6432/shop?sslmode=require" in address
    assert "search_path%3Dmipos" in address


def test_without_one_everything_is_the_primarys() -> None:
    assert replica_address(load_settings({**KEYS, "DATABASE_URL": "postgresql://owner@db/shop"})) is None
