"""The life of a web process: it stops soon and in order, and never outlives its master."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests import forks
from tests.waiting import PATIENCE, eventually

ALIVE = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
WORKERS = 2
#: How /proc says that a connection is open at both ends.
ESTABLISHED = "01"


class Running:
    """The web server with an application that needs nothing behind it."""

    def __init__(self, workers: int = WORKERS) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = free.getsockname()
        own = ("MIPOS_", "DATABASE_")
        env = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        env |= {"MIPOS_PORT": str(self.address[1]), "MIPOS_WORKERS": str(workers)}
        self.process = forks.start("infra.bench.bare", [], env)
        eventually(lambda: self.answers() and len(self.workers()) == workers)

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

    def connections(self) -> list[int]:
        """How many clients each process has taken, the fewest first."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
        own = f":{self.address[1]:04X}"
        taken = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(own) and row[3] == ESTABLISHED}
        return sorted(len(taken.intersection(_files_of(pid))) for pid in self.workers())

    def cores(self) -> list[set[int]]:
        return sorted((os.sched_getaffinity(pid) for pid in self.workers()), key=min)


def _files_of(pid: int) -> Iterator[str]:
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            yield str(file.readlink())


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def kill_and_wait(server: Running, worker: int) -> None:
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: len(server.workers()) == WORKERS and worker not in server.workers())


@contextmanager
def all_at_once(address: tuple[str, int], count: int) -> Iterator[None]:
    """So many connections, none of which waits for another to be made."""
    with ExitStack() as opened:
        for _ in range(count):
            client = opened.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(address)
        yield


@contextmanager
def running_with(workers: int) -> Iterator[Running]:
    running = Running(workers)
    yield running
    running.process.kill()
    running.process.wait(PATIENCE)


@pytest.fixture
def bare() -> Iterator[Running]:
    with running_with(WORKERS) as running:
        yield running


@pytest.fixture
def two_cores() -> Iterator[list[int]]:
    """What the server is started with may run on these two cores alone."""
    allowed = os.sched_getaffinity(0)
    if len(allowed) < WORKERS:
        pytest.skip("there are no two cores")
    two = sorted(allowed)[:WORKERS]
    os.sched_setaffinity(0, two)
    yield two
    os.sched_setaffinity(0, allowed)


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
    kill_and_wait(bare, min(bare.workers()))
    assert bare.answers()


def test_a_process_that_has_only_just_begun_hears_that_it_is_to_end(bare: Running) -> None:
    for _ in range(5):
        end_what_begins(bare)


def end_what_begins(server: Running) -> None:
    before = server.workers()
    os.kill(min(before), signal.SIGKILL)
    (begun,) = eventually(lambda: server.workers() - before, pause=0)
    os.kill(begun, signal.SIGTERM)
    eventually(lambda: len(server.workers()) == WORKERS and begun not in server.workers())


def test_no_process_outlives_its_master(bare: Running) -> None:
    workers = bare.workers()
    bare.process.kill()
    eventually(lambda: not any(map(is_running, workers)))


def test_connections_that_come_at_once_are_shared_out(bare: Running) -> None:
    fewest = []
    for _ in range(5):
        eventually(lambda: bare.connections() == [0, 0])
        with all_at_once(bare.address, 40):
            eventually(lambda: sum(bare.connections()) == 40)
            fewest.append(bare.connections()[0])
    assert median(fewest) >= 10, fewest


def test_as_many_processes_as_cores_have_one_each(two_cores: list[int], bare: Running) -> None:
    each_its_own = [{core} for core in two_cores]
    eventually(lambda: bare.cores() == each_its_own)
    for dying in bare.workers():
        kill_and_wait(bare, dying)
        eventually(lambda: bare.cores() == each_its_own)


@pytest.mark.parametrize("workers", [1, 3])
def test_fewer_or_more_processes_than_cores_run_where_the_system_likes(
    two_cores: list[int], workers: int
) -> None:
    with running_with(workers) as running:
        assert running.cores() == [set(two_cores)] * workers
