"""Clients that linger: every wait has an end, and takes no thread from others."""

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from io import BytesIO
from select import select
from typing import Any
from uuid import UUID, uuid4

import pytest

from infra.web import listening, requests
from tests.waiting import PATIENCE, eventually

ALIVE = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
COMPANY = UUID(int=1)


@pytest.fixture(scope="module")
def hasty(serve: Callable[..., Any]) -> Iterator[tuple[str, int]]:
    """Where a server waits for a second only."""
    with serve(MIPOS_WORKERS="1", MIPOS_HEAD_SECONDS="1", MIPOS_BODY_SECONDS="1") as running:
        yield running.host, running.port


class TestARequestThatDoesNotArrive:
    def refusal_while_sending(self, wire: Any, more: bytes) -> bytes:
        """What is answered to a client that goes on sending."""
        wire.socket.settimeout(0.2)

        def answer() -> bytes:
            wire.send(more)
            with suppress(TimeoutError):
                return bytes(wire.socket.recv(12))
            return b""

        return eventually(answer)

    def test_in_half_a_head_is_told_so(self, dial: Callable[..., Any], hasty: tuple[str, int]) -> None:
        wire = dial(hasty)
        wire.send(ALIVE[:30])
        assert wire.answer().refusal == (408, "request_timeout")
        assert wire.is_closed()

    def test_in_a_head_that_trickles_neither_has_more_time(
        self, dial: Callable[..., Any], hasty: tuple[str, int]
    ) -> None:
        wire = dial(hasty)
        wire.send(ALIVE[:-2] + b"X-A: ")
        assert self.refusal_while_sending(wire, b"a") == b"HTTP/1.1 408"

    def test_in_half_a_body_is_told_so(self, dial: Callable[..., Any], hasty: tuple[str, int]) -> None:
        for how in (b"Content-Length: 10\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"):
            wire = dial(hasty)
            wire.send(b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + how)
            assert wire.answer().refusal == (408, "request_timeout")
            assert wire.is_closed()

    def test_in_a_body_that_trickles_has_an_end(
        self, dial: Callable[..., Any], hasty: tuple[str, int]
    ) -> None:
        wire = dial(hasty)
        wire.send(b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n")
        assert self.refusal_while_sending(wire, b" ") == b"HTTP/1.1 408"

    def test_is_counted(self, dial: Callable[..., Any], hasty: tuple[str, int]) -> None:
        wire = dial(hasty)
        wire.send(ALIVE[:30])
        assert wire.answer().status == 408
        wire = dial(hasty)
        wire.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b'mipos_unserved_total{status="408"}' in wire.answer().body

    def test_at_all_is_not_waited_for(self, dial: Callable[..., Any], hasty: tuple[str, int]) -> None:
        assert dial(hasty).is_closed()

    def test_after_an_answer_may_take_longer(self, dial: Callable[..., Any], hasty: tuple[str, int]) -> None:
        wire = dial(hasty)
        wire.send(ALIVE)
        assert wire.answer().status == 200
        time.sleep(2.2)
        wire.send(ALIVE)
        assert wire.answer().status == 200


class TestWaitingForAPosition:
    def ask(self, shop: Any, position: int, path: str = "/api/admin/settings/brands") -> bytes:
        return (
            f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shop.token()}\r\n"
            f"X-Wait-For-Position: {position}\r\n\r\n"
        ).encode()

    def test_takes_no_thread(
        self, dial: Callable[..., Any], looped: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With an application of the test's own: who waits does so until the test has seen it."""
        monkeypatch.setattr(requests, "PATIENCE", 600)
        runs: Counter[str] = Counter()

        def application(environ: Any, start: Any) -> list[bytes]:
            runs[environ["HTTP_X_NAME"]] += 1
            if environ["HTTP_X_NAME"] != "other":
                environ["mipos.put_off"]()
            start("200 OK", [])
            return [b"done"]

        def ask(name: str) -> bytes:
            return ALIVE.replace(b"/health", b"/api").replace(b"Host", f"X-Name: {name}\r\nHost".encode())

        with looped(application, threads=2) as address:
            waiting = [dial(address) for _ in range(60)]
            for number, wire in enumerate(waiting):
                wire.send(ask(str(number)))
            eventually(lambda: len(runs) == 60)
            other = dial(address)
            for _ in range(10):
                other.send(ask("other"))
                assert other.answer().body == b"done"
            assert select([wire.socket for wire in waiting], [], [], 0)[0] == []
            monkeypatch.setattr(requests, "PATIENCE", 0)
            assert {wire.answer().body for wire in waiting} == {b"done"}

    def test_ends_when_it_is_reached(self, dial: Callable[..., Any], shop: Any) -> None:
        near = len(shop.events()) + 1
        waiting = [dial() for _ in range(5)]
        for wire in waiting:
            wire.send(self.ask(shop, near))
        saved = shop.client().post("/api/admin/settings/brands", {"name": "Acme"})
        assert saved.headers["x-event-position"] == str(near)
        for wire in waiting:
            answer = wire.answer()
            assert answer.status == 200
            assert int(answer.headers["x-read-position"]) >= near
            assert [brand["name"] for brand in answer.json["data"]] == ["Acme"]

    def test_is_one_request_to_the_limit(
        self,
        dial: Callable[..., Any],
        shop: Any,
        serve_here: Callable[..., Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # A minute that lasts as long as the test: a new one forgets what was counted.
        monkeypatch.setattr("api.rate_limits.WINDOW", 10**10)
        near = len(shop.events()) + 1
        with serve_here() as running:
            address = (running.host, running.port)
            wire, waiting = dial(address), dial(address)
            wire.send(self.ask(shop, 0))
            remaining = [int(wire.answer().headers["ratelimit-remaining"])]
            waiting.send(self.ask(shop, near))
            time.sleep(0.3)
            # By way of another server, where it counts for itself.
            assert shop.client().post("/api/admin/settings/brands", {"name": "Acme"}).status == 201
            remaining.append(int(waiting.answer().headers["ratelimit-remaining"]))
            wire.send(self.ask(shop, near))
            remaining.append(int(wire.answer().headers["ratelimit-remaining"]))
        assert remaining == [remaining[0], remaining[0] - 1, remaining[0] - 2]


class Bulletin:
    """An application that answers once it has something to tell, to each whose name stands before it."""

    def __init__(self) -> None:
        self.told: set[str] = set()
        self.seconds = 600.0
        self.runs: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()

    def __call__(self, environ: Any, start: Any) -> list[bytes]:
        name = environ["HTTP_X_NAME"]
        self.runs[name] += 1
        if name not in self.told:
            environ["mipos.listen"](self.seconds, lambda: self.has_news(name), patient="all" in self.told)
        start("200 OK", [])
        return [b"told" if name in self.told else b"nothing"]

    def has_news(self, name: str) -> bool:
        self.asked[name] += 1
        return name in self.told or "all" in self.told

    @staticmethod
    def ask(name: str) -> bytes:
        return ALIVE.replace(b"/health", b"/api").replace(b"Host", f"X-Name: {name}\r\nHost".encode())


class TestWaitingForNews:
    def test_is_not_run_again_until_there_is_some(
        self, dial: Callable[..., Any], looped: Callable[..., Any]
    ) -> None:
        bulletin = Bulletin()
        with looped(bulletin, threads=2) as address:
            waiting = {name: dial(address) for name in map(str, range(60))}
            for name, wire in waiting.items():
                wire.send(bulletin.ask(name))
            eventually(lambda: len(bulletin.asked) == 60)
            before = sum(bulletin.asked.values())
            eventually(lambda: sum(bulletin.asked.values()) > before + 300)
            assert set(bulletin.runs.values()) == {1}
            bulletin.told.add("7")
            assert waiting["7"].answer().body == b"told"
            assert bulletin.runs == Counter([*waiting, "7"])
            bulletin.told |= waiting.keys()
            assert {waiting[name].answer().body for name in waiting if name != "7"} == {b"told"}

    def test_ends_when_its_time_is_over(self, dial: Callable[..., Any], looped: Callable[..., Any]) -> None:
        bulletin = Bulletin()
        bulletin.seconds = 0.5
        with looped(bulletin) as address:
            wire = dial(address)
            wire.send(bulletin.ask("late"))
            assert wire.answer().body == b"nothing"
        assert bulletin.runs["late"] == 2
        assert bulletin.asked["late"] > 1

    def test_may_last_longer_than_anybody_stands_in_a_queue(
        self, dial: Callable[..., Any], looped: Callable[..., Any]
    ) -> None:
        bulletin = Bulletin()
        bulletin.seconds = 1.5
        with looped(bulletin, queue_seconds=0.3) as address:
            wire = dial(address)
            wire.send(bulletin.ask("late"))
            assert wire.answer().body == b"nothing"

    def test_patiently_is_left_alone_for_a_while(
        self, dial: Callable[..., Any], looped: Callable[..., Any]
    ) -> None:
        """Twenty who hear without end of what is not for them are run a hundred times a second together."""
        bulletin = Bulletin()
        bulletin.told.add("all")
        bulletin.seconds = 2
        with looped(bulletin) as address:
            waiting = [dial(address) for _ in range(20)]
            for number, wire in enumerate(waiting):
                wire.send(bulletin.ask(str(number)))
            assert {wire.answer().body for wire in waiting} == {b"nothing"}
        assert 40 < sum(bulletin.runs.values()) < 500

    def test_ends_for_everybody_when_the_process_does(
        self, dial: Callable[..., Any], looped: Callable[..., Any]
    ) -> None:
        bulletin = Bulletin()
        with looped(bulletin) as address:
            waiting = [dial(address) for _ in range(5)]
            for number, wire in enumerate(waiting):
                wire.send(bulletin.ask(str(number)))
            eventually(lambda: len(bulletin.asked) == 5)
        assert {wire.answer().body for wire in waiting} == {b"nothing"}

    def test_is_for_so_many_of_one_sender(
        self, dial: Callable[..., Any], looped: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listening, "MOST_OF_LANE", 2)
        bulletin = Bulletin()
        with looped(bulletin) as address:
            for name in ("first", "second"):
                dial(address).send(bulletin.ask(name))
            eventually(lambda: len(bulletin.asked) == 2)
            third = dial(address)
            third.send(bulletin.ask("third"))
            answer = third.answer()
            assert answer.refusal == (503, "overloaded")
            assert answer.headers["retry-after"] == "1"


class TestAClientThatDoesNotRead:
    """With an application of the test's own, whose answer is larger than all buffers on the way."""

    SIZE = 64 * 2**20

    def large(self, _environ: Any, start: Any) -> Any:
        start("200 OK", [("Content-Length", str(self.SIZE))])
        return _environ["wsgi.file_wrapper"](Zeros(self.SIZE), 8192)

    def test_is_cut_off(self, dial: Callable[..., Any], looped: Callable[..., Any]) -> None:
        with looped(self.large, answer_seconds=0.5) as address:
            wire = dial(address, buffer=4096)
            wire.send(ALIVE)
            eventually(lambda: hung_up(wire.socket))

    def test_holds_no_thread(self, dial: Callable[..., Any], looped: Callable[..., Any]) -> None:
        with looped(self.large, threads=2) as address:
            for _ in range(20):
                dial(address, buffer=4096).send(ALIVE)
            wire = dial(address)
            wire.send(ALIVE)
            assert len(wire.answer().body) == self.SIZE

    @pytest.mark.parametrize("answers", [2**25, 0], ids=["from memory", "from the disk"])
    def test_gets_what_was_kept_for_it(
        self, dial: Callable[..., Any], looped: Callable[..., Any], answers: int
    ) -> None:
        content = bytes(range(256)) * 2**15

        def application(_environ: Any, start: Any) -> list[bytes]:
            start("200 OK", [])
            return [content]

        with looped(application, answers=answers) as address:
            wires = [dial(address, buffer=65_536) for _ in range(2)]
            for wire in wires:
                wire.send(ALIVE * 2)
            time.sleep(0.2)
            for wire in wires:
                assert wire.answer().body == content
                assert wire.answer().body == content

    def test_gets_all_of_it_when_it_reads_on(
        self, dial: Callable[..., Any], looped: Callable[..., Any]
    ) -> None:
        with looped(self.large, answer_seconds=2) as address:
            wire = dial(address, buffer=65_536)
            wire.send(ALIVE)
            received = 0
            for turn in range(6):
                received += len(wire.reader.read(2**20))
                time.sleep(0.5 if turn else 0)
            wire.reader.read(self.SIZE - received)


class Zeros(BytesIO):
    """A file of so many zeros, which takes no room."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.remaining = size

    def read(self, size: int | None = -1) -> bytes:
        """The next ones."""
        size_of_read = min(self.remaining, size or 0)
        self.remaining -= size_of_read
        return bytes(size_of_read)


def hung_up(connection: socket.socket) -> bool:
    """Whether the other side has closed, as the kernel knows it, without reading what it sent."""
    # The first byte of TCP_INFO is the state; 1 is ESTABLISHED.
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) != b"\x01"


class TestLargeBodies:
    def test_beyond_what_there_is_room_for_are_to_come_again(
        self, dial: Callable[..., Any], looped: Callable[..., Any]
    ) -> None:
        def application(environ: Any, start: Any) -> list[bytes]:
            content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            start("200 OK", [])
            return [b"%d" % len(content)]

        size = 300_000
        post = f"POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()
        with looped(application, bodies=2 * size) as address:
            first, second = dial(address), dial(address)
            for wire in (first, second):
                wire.send(post + b"x" * (size - 1))

            def is_refused() -> bool:
                """Whether there is no room for one more, as soon as both have arrived."""
                third = dial(address)
                third.socket.settimeout(1)
                third.send(post)
                try:
                    return bool(third.answer().refusal == (503, "overloaded"))
                except TimeoutError:
                    third.socket.close()
                    return False

            eventually(is_refused)
            small = dial(address)
            small.send(post.replace(str(size).encode(), b"2") + b"{}")
            assert small.answer().body == b"2"
            for wire in (first, second):
                wire.send(b"x")
                assert wire.answer().body == b"%d" % size
            again = dial(address)
            again.send(post + b"x" * size)
            assert again.answer().body == b"%d" % size


class TestACompanyThatIsStuck:
    """With an application of the test's own, in which one company's requests wait for the test."""

    def test_leaves_others_and_probes_their_threads(
        self, dial: Callable[..., Any], looped: Callable[..., Any]
    ) -> None:
        go_on, running = threading.Event(), threading.Semaphore(0)

        def application(environ: Any, start: Any) -> list[bytes]:
            if environ.get("HTTP_AUTHORIZATION") == "stuck":
                running.release()
                go_on.wait(PATIENCE)
            start("200 OK", [])
            return [b"done"]

        stuck = ALIVE.replace(b"/health", b"/api").replace(b"Host", b"Authorization: stuck\r\nHost")
        company = {"stuck": COMPANY}.get
        with looped(application, threads=4, company_of=company) as address, ExitStack() as ends:
            ends.callback(go_on.set)
            held = [dial(address) for _ in range(20)]
            for wire in held:
                wire.send(stuck)
            for _ in range(2):
                assert running.acquire(timeout=PATIENCE)
            for path in (b"/api", b"/health", b"/ready"):
                wire = dial(address)
                for _ in range(3):
                    wire.send(ALIVE.replace(b"/health", path))
                    assert wire.answer().body == b"done"
            assert not running.acquire(blocking=False)
            go_on.set()
            assert [wire.answer().status for wire in held] == [200] * 20

    def test_is_told_to_come_again_when_its_queue_is_full_or_it_waits_too_long(
        self, dial: Callable[..., Any], looped: Callable[..., Any]
    ) -> None:
        go_on, running = threading.Event(), threading.Event()

        def application(_environ: Any, start: Any) -> list[bytes]:
            running.set()
            go_on.wait(PATIENCE)
            start("200 OK", [])
            return [b"done"]

        stuck = ALIVE.replace(b"/health", b"/api")
        with looped(application, threads=1, queue_seconds=1.0) as address, ExitStack() as ends:
            ends.callback(go_on.set)
            first = dial(address)
            first.send(stuck)
            assert running.wait(PATIENCE)
            wire = dial(address)
            wire.send(stuck)
            answer = wire.answer()
            assert answer.refusal == (503, "overloaded")
            assert answer.headers["retry-after"] == "1"
            # The client goes on over the same connection: nothing was wrong with its request.
            assert answer.headers["connection"] == "keep-alive"
            crowd = dial(address)
            crowd.send(stuck * 3)
            assert crowd.answer().headers["connection"] == "close"
            go_on.set()
            assert first.answer().body == b"done"


class TestConnections:
    def test_the_one_idle_longest_makes_room(
        self, dial: Callable[..., Any], looped: Callable[..., Any]
    ) -> None:
        def application(_environ: Any, start: Any) -> list[bytes]:
            start("200 OK", [])
            return [b"done"]

        with looped(application, connections=4) as address:
            wires = []
            for _ in range(4):
                wire = dial(address)
                wire.send(ALIVE)
                assert wire.answer().status == 200
                wires.append(wire)
                time.sleep(0.02)
            wires[0].send(ALIVE)
            assert wires[0].answer().status == 200
            late = dial(address)
            late.send(ALIVE)
            assert late.answer().status == 200
            assert wires[1].is_closed()
            for wire in (wires[0], wires[2], wires[3], late):
                wire.send(ALIVE)
                assert wire.answer().status == 200


def test_an_application_that_fails_is_answered_for(
    dial: Callable[..., Any], looped: Callable[..., Any]
) -> None:
    def application(environ: Any, start: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/split":
            start("200 OK", [("X-A", "1\r\nX-B: 2")])
            return [b""]
        raise ZeroDivisionError(str(uuid4()))

    with looped(application) as address:
        wire = dial(address)
        for path in (b"/split", b"/fails"):
            wire.send(ALIVE.replace(b"/health", path))
            answer = wire.answer()
            assert (answer.status, json.loads(answer.body)["error"]["code"]) == (500, "internal_error")
