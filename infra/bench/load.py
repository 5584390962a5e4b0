"""Many tills at once: sends prepared requests over connections that stay open, and notes when answers come.

A process of its own and as little work as possible, so that it takes little time from the server beside it.
"""

import select
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

CREATED, SUCCESS = b"201", b"200"
_POSITION = b"x-event-position:"
_LENGTH = b"content-length:"
_CHUNK = 65_536


#: However short the parts are, a busy machine must have time to answer once, in seconds.
LEAST_SECONDS = 0.5
#: For how long the first answer is waited for beyond that.
MOST_SECONDS = 60.0


@dataclass
class Task:
    """What to send: the requests of each connection in turn, for `seconds` after `warm_up` seconds.

    With a `rate` (requests a second over all connections) each request has its time, and what it takes is
    counted from that time, so that a stall counts for all who would have come meanwhile. Without, each
    connection sends as soon as it has its answer. Connections are opened one after another during the
    warm-up, as tills are, with those before them already at work.
    """

    host: str
    port: int
    requests: Sequence[Sequence[bytes]]
    seconds: float
    warm_up: float = 0.0
    rate: float | None = None


@dataclass
class Result:
    """What came back in the timed part. Latencies are in seconds, times of the machine's monotonic clock.

    `positions` has each answer's time and X-Event-Position; `processor` is the share of one core that sending
    took.
    """

    answered: int = 0
    failed: int = 0
    seconds: float = 0.0
    processor: float = 0.0
    latencies: list[float] = field(default_factory=list)
    positions: list[tuple[float, int]] = field(default_factory=list)
    refusal: bytes = b""

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


class Till:
    """One connection, and the answer it waits for."""

    def __init__(self, host: str, port: int, requests: Sequence[bytes]) -> None:
        self.socket = socket.create_connection((host, port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests = requests
        self._next = 0
        self._received = b""
        self._length = -1
        self.since = 0.0

    def fileno(self) -> int:
        """For select."""
        return self.socket.fileno()

    def send(self, since: float) -> None:
        """Send the next request, whose time counts from `since`."""
        self.since = since
        self._received, self._length = b"", -1
        self.socket.sendall(self._requests[self._next])
        self._next = (self._next + 1) % len(self._requests)

    def receive(self) -> bytes | None:
        """The whole answer once it is there. Raises ConnectionError when the server hangs up."""
        data = self.socket.recv(_CHUNK)
        if not data:
            raise ConnectionError
        self._received = self._received + data if self._received else data
        if self._length < 0:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return None
            self._length = end + 4 + _number(self._received[:end].lower(), _LENGTH)
        return self._received if len(self._received) >= self._length else None


def _number(head: bytes, name: bytes) -> int:
    start = head.find(name)
    if start < 0:
        return 0
    return int(head[start + len(name) :].split(b"\r\n", 1)[0])


def run(task: Task) -> Result:
    """Send, and return what happened."""
    result = Result()
    start = time.monotonic()
    begin = start + task.warm_up
    end = begin + task.seconds
    due = _due_times(task, start)
    opened = 0
    used_before = None
    idle, busy = deque[Till](), list[Till]()
    next_due = next(due)
    while True:
        now = time.monotonic()
        if used_before is None and now >= begin:
            used_before, begin = time.process_time(), now
        until = end if result.answered or result.failed else end + MOST_SECONDS
        if now >= until:
            break
        while opened < len(task.requests) and now >= start + task.warm_up * opened / len(task.requests):
            idle.append(Till(task.host, task.port, task.requests[opened]))
            opened += 1
        while idle and next_due <= now:
            till = idle.popleft()
            till.send(now if task.rate is None else next_due)
            busy.append(till)
            next_due = next(due)
        patience = (until if not idle else min(until, next_due)) - now
        if opened < len(task.requests):
            patience = min(patience, 0.001)
        for till in select.select(busy, [], [], max(patience, 0))[0]:
            if (answer := till.receive()) is not None:
                busy.remove(till)
                idle.append(till)
                if used_before is not None:
                    _note(result, till.since, answer)
    result.seconds = time.monotonic() - begin
    result.processor = (time.process_time() - (used_before or 0.0)) / result.seconds
    return result


def _due_times(task: Task, start: float) -> Iterator[float]:
    number = 0
    while True:
        yield 0.0 if task.rate is None else start + number / task.rate
        number += 1


def _note(result: Result, since: float, answer: bytes) -> None:
    now = time.monotonic()
    if answer[9:12] not in (CREATED, SUCCESS):
        result.failed += 1
        result.refusal = result.refusal or answer
        return
    result.answered += 1
    result.latencies.append(now - since)
    head = answer[: answer.find(b"\r\n\r\n")].lower()
    if position := _number(head, _POSITION):
        result.positions.append((now, position))
