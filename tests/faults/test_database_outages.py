"""The database dies, restarts, freezes or fills up while shops sell: no sale is lost, doubled or a bug."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from infra.postgres.embedded import EmbeddedServer
from infra.projections.staging import ignore_progress
from infra.projections.verify_stock import verify_stock
from infra.runtime.models import EVENT_TYPES
from tests.api.conftest import stock_shop
from tests.conftest import found_shop, fresh_database, serving
from tests.faults.cutter import Cutter, stall
from tests.faults.offline_day import begin_day
from tests.waiting import PATIENCE, eventually, meanwhile

#: What a client may hear while the database is in trouble, beside success.
TROUBLES = {"database_unavailable", "database_full", "busy", "timed_out", "outcome_unknown"}
#: Half of what a request has otherwise, so that what waits for it takes half as long here.
HASTY = {"MIPOS_REQUEST_SECONDS": "5"}


@dataclass(frozen=True)
class Services:
    """A database server of this module's own, and a web server with two processes."""

    server: EmbeddedServer
    service: Any
    password_hash: str

    def stocked(self, *, opens: bool = True) -> Any:
        """A new shop with much to sell, and an open shift at its till unless it `opens` later."""
        stocked = stock_shop(found_shop(self.service, self.password_hash, {}))
        stocked.receive("100000", 60)
        if not opens:
            return stocked
        opening = {"register_id": stocked.register["id"], "opening_float": 0}
        assert stocked.shop.client("Cashier").post("/api/pos/shifts/open", opening).status == 201
        return stocked

    def ask(self, statement: str, *params: Any) -> list[Any]:
        """What the owner of the database sees."""
        with psycopg.connect(self.service.database.owner, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), params)
            return cursor.fetchall() if cursor.description else []

    def backends(self) -> list[int]:
        """The processes that serve the web server."""
        served = "SELECT pid FROM pg_stat_activity WHERE application_name = 'mipos'"
        return [pid for (pid,) in self.ask(served)]

    def everything(self) -> list[int]:
        """Every process of the database server."""
        assert self.server.pid
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text()
        return [self.server.pid, *map(int, children.split())]


@pytest.fixture(scope="module")
def services(password_hash: str) -> Iterator[Services]:
    with (
        tempfile.TemporaryDirectory(prefix="mipos-outages-", ignore_cleanup_errors=True) as folder,
        services_in(Path(folder), password_hash) as built,
    ):
        yield built


@contextmanager
def services_in(folder: Path, password_hash: str) -> Iterator[Services]:
    folder.chmod(0o755)
    with EmbeddedServer(folder / "data") as server:
        database = fresh_database(server, "mipos")
        with serving(database, ("serve",), **HASTY) as service:
            yield Services(server, service, password_hash)


@dataclass
class Till:
    """Sells in one shop and gives a part back, and repeats each by its id until it hears that it is done."""

    stocked: Any
    sold: list[str] = field(default_factory=list)
    refunded: list[str] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)

    def sell(self) -> None:
        """One sale; every third is given back."""
        sale = str(uuid4())
        order = self._insist(lambda: self.stocked.sell(id=sale)).data
        self.sold.append(sale)
        if len(self.sold) % 3 == 0:
            self._give_back(order)

    def _give_back(self, order: Any) -> None:
        refund_id = str(uuid4())
        refund = {
            "id": refund_id,
            "lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}],
            "payments": [{"method": "cash", "amount": 119}],
            "reason": "sour",
        }
        path, manager = f"/api/pos/orders/{order['id']}/refunds", self.stocked.shop.client("Manager")
        self._insist(lambda: manager.post(path, refund))
        self.refunded.append(refund_id)

    def _insist(self, ask: Callable[[], Any]) -> Any:
        """The answer once it is done."""

        def attempt() -> Any:
            answer = ask()
            if answer.status == 201:
                return answer
            self.refused.append((answer.status, answer.code))
            return None

        return eventually(attempt)

    def check(self) -> None:
        """See that each is there exactly once, under numbers without a gap, and nothing was a bug."""
        events = self.stocked.shop.events()
        sales = [event for event in events if event["type"].endswith("Order.Sold")]
        refunds = [event for event in events if event["type"].endswith("Order.Refunded")]
        assert sorted(str(event["stream_id"]) for event in sales) == sorted(self.sold)
        assert sorted(event["state"]["refund_id"] for event in refunds) == sorted(self.refunded)
        for numbered in (sales, refunds):
            numbers = [event["state"]["series_number"] for event in numbered]
            assert numbers == list(range(1, len(numbers) + 1))
        path = f"/api/pos/shifts/current?register_id={self.stocked.register['id']}"
        shift = self.stocked.shop.client("Cashier").get(path).data
        assert shift["expected_cash"] == 119 * (len(sales) - len(refunds))
        assert {status for status, _ in self.refused} <= {503}
        assert {code for _, code in self.refused} <= TROUBLES


@contextmanager
def selling(services: Services) -> Iterator[list[Till]]:
    """Two companies with two tills each, which sell for as long as the context lasts."""
    shops = [services.stocked() for _ in range(2)]
    tills = [Till(shop) for shop in shops for _ in range(2)]
    with meanwhile(*(till.sell for till in tills)):
        yield tills
    for one, other in (tills[:2], tills[2:]):
        sold, refunded = one.sold + other.sold, one.refunded + other.refunded
        Till(one.stocked, sold, refunded, one.refused + other.refused).check()


def test_connections_that_died_idle_cost_no_request(services: Services, rounds: Any) -> None:
    stocked = services.stocked()
    for _ in range(rounds(3, 50)):
        for backend in services.backends():
            services.ask("SELECT pg_terminate_backend(%s)", backend)
        eventually(lambda: not services.backends())
        answers = [stocked.sell() for _ in range(6)]
        assert [answer.status for answer in answers] == [201] * 6


def test_connections_that_die_at_work_cost_no_sale(services: Services, rounds: Any) -> None:
    with selling(services) as tills:
        for _ in range(rounds(40, 1500)):
            for backend in services.backends():
                services.ask("SELECT pg_terminate_backend(%s)", backend)
            time.sleep(0.03)
    assert sum(len(till.sold) for till in tills) > 20
    # Taking a transaction again hides nearly all of it; what is left says so and is repeated.
    assert sum(len(till.refused) for till in tills) <= sum(len(till.sold) for till in tills)


def test_what_a_till_tells_of_later_is_recorded_once_while_connections_die(
    services: Services, rounds: Any
) -> None:
    stocked = services.stocked(opens=False)
    day = begin_day(stocked, rounds(12, 300))
    client, slices = stocked.shop.client(), day.slices()

    def cut() -> None:
        for backend in services.backends():
            services.ask("SELECT pg_terminate_backend(%s)", backend)
        time.sleep(0.05)

    def deliver(some: list[Any]) -> None:
        eventually(lambda: client.post("/api/pos/sync", day.delivery(some)).status == 200)

    with meanwhile(cut), ThreadPoolExecutor(3) as tabs:
        list(tabs.map(deliver, slices))
    # A last time in peace: what waited or was refused for want of a connection is decided.
    for _ in range(2):
        deliver(day.operations)
    day.check()


def test_a_server_that_starts_again_costs_no_sale(services: Services, rounds: Any) -> None:
    ways = (signal.SIGKILL, signal.SIGINT, signal.SIGQUIT)
    with selling(services) as tills:
        for number in range(rounds(2, 45)):
            time.sleep(0.5)
            os.kill(services.server.pid or 0, ways[number % 3])
            eventually(lambda: not services.server.is_running)
            services.server.stop()
            services.server.start()
            time.sleep(0.5)
    assert all(till.sold for till in tills)


def test_each_of_many_checkouts_is_there_once_though_the_server_is_killed(
    services: Services, rounds: Any
) -> None:
    stocked, sales = services.stocked(), rounds(80, 1250)
    tills = [Till(stocked) for _ in range(4)]

    def sell(till: Till) -> None:
        for _ in range(sales):
            till.sell()

    with ThreadPoolExecutor(len(tills)) as people:
        working = [people.submit(sell, till) for till in tills]
        while wait(working, timeout=0.8).not_done:
            os.kill(services.server.pid or 0, signal.SIGKILL)
            eventually(lambda: not services.server.is_running)
            services.server.stop()
            services.server.start()
        for one in working:
            one.result()
    every = Till(stocked)
    for till in tills:
        every.sold += till.sold
        every.refunded += till.refunded
        every.refused += till.refused
    assert len(every.sold) == 4 * sales
    every.check()
    company_id = stocked.shop.company_id
    verified = verify_stock(services.service.database.worker, EVENT_TYPES, company_id, ignore_progress)
    assert verified.differences == ()


def test_while_the_server_is_away_everybody_hears_so(services: Services) -> None:
    stocked = services.stocked()
    guest, admin = services.service.client(), stocked.shop.client()
    services.server.stop()
    try:
        sign_in = {"username": stocked.shop.username("Admin"), "password": "wrong, but that is not known"}
        for ask in (
            stocked.sell,
            lambda: admin.get("/api/admin/products"),
            lambda: admin.get("/api/admin/reports/sales-summary/overview?from=2026-01-01&to=2026-01-02"),
            lambda: guest.post("/api/auth/login", sign_in),
            lambda: guest.get(f"/api/images/{uuid4()}"),
        ):
            answer = ask()
            assert (answer.status, answer.code) == (503, "database_unavailable")
            assert int(answer.headers["retry-after"]) >= 1
        assert guest.get("/ready").status == 503
        assert guest.get("/health").status == 200
    finally:
        services.server.start()
    eventually(lambda: guest.get("/ready").status == 200)
    assert stocked.sell().status == 201


def test_a_frozen_server_holds_nobody_up_for_ever(services: Services) -> None:
    stocked = services.stocked()
    guest, sale = services.service.client(), str(uuid4())
    assert stocked.sell().status == 201
    with frozen(services.everything()):
        answer = stocked.sell(id=sale)
        assert (answer.status, answer.code in TROUBLES) == (503, True)
        assert guest.get("/ready").status == 503
        assert guest.get("/health").status == 200
    eventually(lambda: stocked.sell(id=sale).status == 201)
    eventually(lambda: guest.get("/ready").status == 200)
    eventually(lambda: all(stocked.sell().status == 201 for _ in range(10)))


def test_a_frozen_connection_is_given_up_and_the_sale_made_over_another(
    services: Services, rounds: Any
) -> None:
    till = Till(services.stocked())
    for _ in range(rounds(1, 5)):
        with frozen(services.backends()):
            till.sell()
    till.check()


def test_a_row_that_somebody_holds_is_told_and_stops_no_other_company(
    services: Services, rounds: Any
) -> None:
    held, other, tills = services.stocked(), services.stocked(), rounds(1, 3)
    with psycopg.connect(services.service.database.owner) as holder, ThreadPoolExecutor(tills) as people:
        holder.execute("SELECT 1 FROM company_head WHERE company_id = %s FOR UPDATE", [held.shop.company_id])
        waiting = [people.submit(held.sell) for _ in range(tills)]
        assert all(other.sell().status == 201 for _ in range(10))
        answers = [one.result() for one in waiting]
    assert {(answer.status, answer.code) for answer in answers} <= {(503, "busy"), (503, "timed_out")}
    assert held.sell().status == 201


def test_a_frozen_web_process_holds_its_till_only_for_a_while(services: Services) -> None:
    stocked = services.stocked()
    database, folder = services.service.database, Path(tempfile.mkdtemp(prefix="cut-"))
    with ExitStack() as stack:
        cutter = stack.enter_context(Cutter(database.app, folder))
        settings = {"MIPOS_APP_DATABASE_URL": cutter.conninfo, "MIPOS_WORKERS": "1", **HASTY}
        far = stack.enter_context(serving(database, ("serve",), **settings))
        cutter.fault = stall
        people = stack.enter_context(ThreadPoolExecutor(1))
        first, till = str(uuid4()), far.client(stocked.shop.token("Cashier"))
        stuck = people.submit(till.post, "/api/pos/orders", stocked.sale(id=first))
        assert cutter.happened.wait(PATIENCE)
        with frozen(web_processes(far.port)):
            # It has read and locked everything, and will say COMMIT, if only later.
            assert stocked.sell().status == 201
        late = stuck.result(PATIENCE)
        assert late.status in (201, 503)
        assert stocked.sell(id=first).status == 201
    sold = [event for event in stocked.shop.events() if event["type"].endswith("Order.Sold")]
    assert len(sold) == 2


def test_a_full_disk_is_told_and_costs_no_sale(services: Services) -> None:
    owner = (services.server.data_dir / "data").stat().st_uid
    ((size,),) = services.ask("SELECT pg_table_size('events')")
    with small_disk(8 + size // 2**20, owner) as disk:
        stocked = services.stocked()
        services.ask(f"CREATE TABLESPACE small LOCATION '{disk}'")
        services.ask("ALTER TABLE events SET TABLESPACE small")
        try:
            fill(disk)
            till, codes = Till(stocked), []
            for _ in range(200):
                answer = stocked.sell(id=str(uuid4()), note="x" * 1000)
                if answer.status != 201:
                    codes.append((answer.status, answer.code))
                else:
                    till.sold.append(answer.data["id"])
            assert set(codes) == {(503, "database_full")}
            assert services.service.client().get("/ready").status == 200
            (disk / "ballast").unlink()
            till.sell()
            till.check()
        finally:
            (disk / "ballast").unlink(missing_ok=True)
            services.ask("ALTER TABLE events SET TABLESPACE pg_default")
            services.ask("DROP TABLESPACE small")


def test_a_disk_that_is_full_for_the_whole_server_costs_no_sale(password_hash: str, rounds: Any) -> None:
    if not rounds(0, 1):
        pytest.skip("it takes a database server on a disk of its own: in the large form only")
    with small_disk(300, os.getuid()) as disk, services_in(disk, password_hash) as services:
        till, codes = Till(services.stocked()), set()
        for _ in range(rounds(0, 5)):
            fill(disk)
            for _ in range(100):
                answer = till.stocked.sell(id=str(uuid4()), note="x" * 1000)
                if answer.status == 201:
                    till.sold.append(answer.data["id"])
                else:
                    codes.add((answer.status, answer.code))
            (disk / "ballast").unlink()
            # Without room for its log the server gives up, and whoever looks after it starts it again.
            if not services.server.is_running:
                services.server.stop()
                services.server.start()
            eventually(lambda: services.service.client().get("/ready").status == 200)
            till.sell()
        assert codes
        assert codes <= {(503, code) for code in TROUBLES}
        till.check()


@contextmanager
def frozen(processes: list[int]) -> Iterator[None]:
    """These processes do nothing for as long as the context lasts, the first of them first."""
    assert processes
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(processes):
            os.kill(pid, signal.SIGCONT)


def web_processes(port: int) -> list[int]:
    """The processes of the web server that listens on this port."""
    listening = f":{port:04X} 00000000:0000 0A"
    inodes = {line.split()[9] for line in Path("/proc/net/tcp").read_text().splitlines() if listening in line}
    processes = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            links = {str(one.readlink()) for one in (process / "fd").iterdir()}
        except OSError:
            continue
        if links & {f"socket:[{inode}]" for inode in inodes}:
            processes.append(int(process.name))
    return processes


@contextmanager
def small_disk(megabytes: int, owner: int) -> Iterator[Path]:
    """A file system of its own that belongs to this user."""
    with tempfile.TemporaryDirectory(prefix="mipos-small-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,uid={owner},mode=755", "none", folder]
        if subprocess.run(mount, capture_output=True, check=False).returncode != 0:  # noqa: S603
            pytest.skip("a file system cannot be mounted here")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)  # noqa: S603, S607


def fill(disk: Path) -> None:
    """Leave no room on the disk."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"\0" * 4096)
        except OSError:
            return
