"""Hundreds of clients that send half, take half or wait for ever, while two companies sell."""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.waiting import PATIENCE

ORDERS = "/api/pos/orders"
HEAD = "GET /health HTTP/1.1\r\nHost: x\r\nX-Sent-In-Half: "


@dataclass
class Till:
    """A till of a company of its own, with more of one product than it can sell."""

    shop: Any
    client: Any
    body: dict[str, Any]
    sold: list[str] = field(default_factory=list)

    def sell(self) -> None:
        """One sale, which must succeed."""
        sale_id = str(uuid4())
        answer = self.client.post(ORDERS, {"id": sale_id, **self.body})
        assert answer.status == 201, answer.body
        self.sold.append(sale_id)

    def recorded(self) -> list[str]:
        """The sales in the company's log."""
        return [
            str(event["stream_id"]) for event in self.shop.events() if event["type"] == "orders.Order.Sold"
        ]


def open_till(patient: Any, shop: Any) -> Till:
    admin = shop.client()
    store = admin.post("/api/admin/stores", {"name": "Main Street", "code": "MAIN"}).data
    storage = admin.post("/api/admin/storages", {"name": "Back", "code": "B", "store_id": store["id"]}).data
    register = admin.post(f"/api/admin/stores/{store['id']}/registers", {"name": "Till", "code": "1"}).data
    product = {"name": "Oat milk", "variants": [{"sku": "OAT", "price": 119, "cost": 60}]}
    registered = admin.post("/api/admin/products", product).data
    assert admin.post(f"/api/admin/products/{registered['id']}/status", {"status": "active"}).status == 200
    line = {"variant_id": registered["variants"][0]["id"], "quantity": "1"}
    delivery = {**line, "quantity": "1000000", "unit_cost": 60}
    received = admin.post("/api/admin/inventory/receipts", {"storage_id": storage["id"], "lines": [delivery]})
    assert received.status == 201, received.body
    payment = {"method": "cash", "amount": 119}
    body = {"register_id": register["id"], "lines": [line], "payments": [payment]}
    return Till(shop, patient.client(shop.token("Cashier")), body)


@pytest.fixture(scope="module")
def patient(serve: Callable[..., Any]) -> Iterator[Any]:
    """A server whose patience outlasts the test: what is stuck stays stuck."""
    with serve(MIPOS_HEAD_SECONDS="600", MIPOS_BODY_SECONDS="600") as running:
        yield running


@contextmanager
def crowd(patient: Any, many: int, request: bytes, **options: int) -> Iterator[list[socket.socket]]:
    """So many connections, each of which has sent this."""
    with ExitStack() as opened:
        sockets = []
        for _ in range(many):
            one = opened.enter_context(socket.socket())
            if "buffer" in options:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options["buffer"])
            one.settimeout(PATIENCE)
            one.connect((patient.host, patient.port))
            one.sendall(request)
            sockets.append(one)
        yield sockets


def sell_beside(patient: Any, tills: list[Till], sales: int) -> None:
    """All tills sell at once, and those who watch over the service are answered. All of it succeeds."""
    failures: list[BaseException] = []

    def sell(till: Till) -> None:
        try:
            for _ in range(sales):
                till.sell()
        except BaseException as failure:  # noqa: BLE001 the test's own thread raises it
            failures.append(failure)

    threads = [threading.Thread(target=sell, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    probes = 0
    while any(thread.is_alive() for thread in threads):
        assert patient.client().get("/health").status == 200
        assert patient.client().get("/ready").status == 200
        probes += 1
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert not failures, failures[0]
    assert probes > 0
    for till in tills:
        assert sorted(till.recorded()) == sorted(till.sold)


def as_post(token: str, body: bytes, more: str = "") -> bytes:
    return (
        f"POST {ORDERS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\n{more}\r\n"
    ).encode() + body


class TestTwoCompaniesSell:
    @pytest.fixture
    def tills(self, patient: Any, make_shop: Callable[..., Any]) -> list[Till]:
        return [open_till(patient, make_shop()) for _ in range(2)]

    @pytest.fixture
    def many(self, rounds: Callable[[int, int], int]) -> int:
        """How many are stuck. In the suite too they are many times the threads."""
        return rounds(60, 200)

    @pytest.fixture
    def sales(self, rounds: Callable[[int, int], int]) -> int:
        return rounds(10, 300)

    def test_beside_half_heads(self, patient: Any, tills: list[Till], many: int, sales: int) -> None:
        with crowd(patient, many, HEAD.encode()) as sockets:
            sell_beside(patient, tills, sales)
            assert all(are_open(sockets))

    def test_beside_half_bodies(self, patient: Any, tills: list[Till], many: int, sales: int) -> None:
        half = as_post(tills[0].shop.token("Cashier"), b'{"id": "', "Content-Length: 5000\r\n")
        with crowd(patient, many, half) as sockets:
            sell_beside(patient, tills, sales)
            assert all(are_open(sockets))

    def test_beside_half_chunks(self, patient: Any, tills: list[Till], many: int, sales: int) -> None:
        half = as_post(tills[0].shop.token("Cashier"), b"ff\r\n{", "Transfer-Encoding: chunked\r\n")
        with crowd(patient, many, half) as sockets:
            sell_beside(patient, tills, sales)
            assert all(are_open(sockets))

    def test_beside_clients_that_do_not_read(
        self, patient: Any, tills: list[Till], many: int, sales: int
    ) -> None:
        # Several of these are more than all buffers on the way take.
        ask = b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 40
        with crowd(patient, many, ask, buffer=4096):
            sell_beside(patient, tills, sales)

    def test_beside_clients_that_wait_for_a_far_position(
        self, patient: Any, tills: list[Till], many: int, sales: int, shop: Any
    ) -> None:
        ask = (
            f"GET /api/admin/settings/brands HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shop.token()}\r\n"
            "X-Wait-For-Position: 1000000\r\n\r\n"
        )
        with crowd(patient, many, ask.encode() * 20):
            sell_beside(patient, tills, sales)

    def test_beside_a_company_whose_rows_somebody_holds(
        self,
        patient: Any,
        tills: list[Till],
        many: int,
        sales: int,
        make_shop: Callable[..., Any],
    ) -> None:
        stuck = open_till(patient, make_shop())
        with psycopg.connect(patient.database.owner) as holding:
            held = "SELECT FROM stock_balances WHERE company_id = %s FOR UPDATE"
            assert holding.execute(held, [stuck.shop.company_id]).rowcount == 1
            with crowd(patient, many, sale_of(stuck)) as sockets:
                sell_beside(patient, tills, sales)
                holding.rollback()
                statuses = [status_of(one) for one in sockets]
        # Whoever was answered yes has sold, whoever was told to come again has not.
        assert set(statuses) <= {201, 503}
        assert len(stuck.recorded()) == statuses.count(201)
        stuck.sell()

    def test_beside_all_of_these_that_come_and_go(
        self, patient: Any, tills: list[Till], many: int, sales: int
    ) -> None:
        over = threading.Event()
        token = tills[0].shop.token("Cashier")
        halves = [
            HEAD.encode(),
            as_post(token, b'{"id": "', "Content-Length: 5000\r\n"),
            as_post(token, b"ff\r\n{", "Transfer-Encoding: chunked\r\n"),
            b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n",
            os.urandom(64) + b"\r\n\r\n",
        ]

        def come_and_go() -> None:
            while not over.is_set():
                with ExitStack() as opened:
                    for number in range(many // 4):
                        one = opened.enter_context(
                            socket.create_connection((patient.host, patient.port), PATIENCE)
                        )
                        one.sendall(halves[number % len(halves)])
                # It is not how fast they come that is tried here.
                over.wait(0.05)

        visitors = threading.Thread(target=come_and_go)
        visitors.start()
        try:
            sell_beside(patient, tills, sales)
        finally:
            over.set()
            visitors.join()


def sale_of(till: Till) -> bytes:

    body = json.dumps(till.body).encode()
    return as_post(till.shop.token("Cashier"), body, f"Content-Length: {len(body)}\r\n")


def status_of(one: socket.socket) -> int:
    answer = one.recv(65_536)
    return int(answer[9:12])


def are_open(sockets: list[socket.socket]) -> Iterator[bool]:
    """Whether each connection still waits, with nothing said to it."""
    for one in sockets:
        one.setblocking(False)
        try:
            one.recv(1)
        except BlockingIOError:
            yield True
        else:
            yield False
