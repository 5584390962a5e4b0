"""The life of a web process: it stops soon and in order, and never outlives its master."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import forks
from tests.waiting import PATIENCE, eventually

ALIVE = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
WORKERS = 2


class Running:
    """The web server with an application that needs nothing behind it."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = free.getsockname()
        own = ("MIPOS_", "DATABASE_")
        env = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        env |= {"MIPOS_PORT": str(self.address[1]), "MIPOS_WORKERS": str(WORKERS)}
        self.process = forks.start("infra.bench.bare", [], env)
        eventually(lambda: self.answers() and len(self.workers()) == WORKERS)

    def answers(self) -> bool:
        try:
            with socket.create_connection(self.address, timeout=PATIENCE) as client:
                client.sendall(ALIVE)
                return client.recv(12) == b"HTTP/1.1 200"
        except OSError:
            return False

    def workers(self) -> set[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(pid) for pid in children.read_text().split()}


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def bare() -> Iterator[Running]:
    running = Running()
    yield running
    running.process.kill()
    running.process.wait(PATIENCE)


def test_it_stops_though_clients_stay_connected(bare: Running, dial: Callable[..., Any]) -> None:
    wires = [dial(bare.address) for _ in range(20)]
    for wire in wires[:10]:
        wire.send(ALIVE)
        assert wire.answer().status == 200
    bare.process.terminate()
    assert bare.process.wait(timeout=PATIENCE) == 0
    for wire in wires:
        assert wire.is_closed()


def test_what_is_being_sent_when_it_stops_is_answered(bare: Running, dial: Callable[..., Any]) -> None:
    wire = dial(bare.address)
    # What arrived together was read together.
    wire.send(ALIVE + ALIVE[:30])
    assert wire.answer().status == 200
    bare.process.terminate()
    eventually(lambda: not bare.answers())
    time.sleep(0.2)
    wire.send(ALIVE[30:])
    answer = wire.answer()
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert bare.process.wait(timeout=PATIENCE) == 0


def test_a_process_that_dies_is_replaced(bare: Running) -> None:
    first = min(bare.workers())
    os.kill(first, signal.SIGKILL)
    eventually(lambda: len(bare.workers()) == WORKERS and first not in bare.workers())
    assert bare.answers()


def test_no_process_outlives_its_master(bare: Running) -> None:
    workers = bare.workers()
    bare.process.kill()
    eventually(lambda: not any(map(is_running, workers)))
