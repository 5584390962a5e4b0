"""Who is served next: a queue for each company and each unknown address, taken in turn."""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, Protocol, TypeVar
from uuid import UUID

#: How many requests may wait in one lane, and in all.
MOST_IN_LANE, MOST_IN_ALL = 256, 1_024
#: Lanes of those who watch over the service. Each has a thread of its own.
PROBES = frozenset({"/health", "/ready", "/metrics"})


class Waiting(Protocol):
    """What waits in a lane: `lane` is the id of a company, the address of a stranger, or one of PROBES."""

    lane: Hashable
    queued_at: float


W = TypeVar("W", bound=Waiting)


@dataclass
class Ring(Generic[W]):
    """Lanes that take turns for at most `threads` threads, no lane having more than `each` at a time."""

    threads: int
    each: int
    running: int = 0
    _busy: dict[Hashable, int] = field(default_factory=dict)
    #: Requests by lane; the lane whose turn it is comes first.
    queues: dict[Hashable, deque[W]] = field(default_factory=dict)

    def put(self, request: W) -> bool:
        """Queue a request; False when its lane is full."""
        queue = self.queues.setdefault(request.lane, deque())
        if len(queue) >= MOST_IN_LANE:
            return False
        queue.append(request)
        return True

    def take(self) -> W | None:
        """The next request that may run."""
        if self.running >= self.threads:
            return None
        for lane, queue in self.queues.items():
            busy = self._busy.get(lane, 0)
            if busy < self.each:
                request = queue.popleft()
                del self.queues[lane]
                if queue:
                    self.queues[lane] = queue
                self._busy[lane] = busy + 1
                self.running += 1
                return request
        return None

    def release(self, lane: Hashable) -> None:
        """A request of this lane has run."""
        self.running -= 1
        self._busy[lane] -= 1
        if not self._busy[lane]:
            del self._busy[lane]


class Lanes(Generic[W]):
    """Requests that wait for one of so many threads.

    One lane never has all threads, so that whatever holds its requests up leaves others a way through; nor
    have all strangers together, who may be many.
    """

    def __init__(self, threads: int) -> None:
        most = max(1, threads - 1)
        self._threads = threads
        self._lock = Lock()
        self._waiting = 0
        self._probes = Ring[W](len(PROBES), 1)
        self._companies = Ring[W](threads, most)
        self._strangers = Ring[W](most, most)
        #: Companies and strangers in the order of their turns.
        self._turns = deque((self._companies, self._strangers))

    def put(self, request: W) -> bool:
        """Queue a request; False when too many wait."""
        with self._lock:
            if self._waiting >= MOST_IN_ALL or not self._ring(request.lane).put(request):
                return False
            self._waiting += 1
            return True

    def take(self) -> W | None:
        """The request to run now, if there is one; `release` must follow when it has run."""
        if not self._waiting:
            return None
        with self._lock:
            request = self._probes.take()
            if request is None and self._companies.running + self._strangers.running < self._threads:
                request = self._turns[0].take() or self._turns[1].take()
                self._turns.rotate()
            if request is not None:
                self._waiting -= 1
            return request

    def release(self, lane: Hashable) -> None:
        """A request that was taken from this lane has run."""
        with self._lock:
            self._ring(lane).release(lane)

    def take_late(self, before: float) -> list[W]:
        """Those that have waited since before this moment; they are in no lane any more."""
        late: list[W] = []
        with self._lock:
            for ring in (self._probes, *self._turns):
                for lane, queue in list(ring.queues.items()):
                    while queue and queue[0].queued_at < before:
                        late.append(queue.popleft())
                    if not queue:
                        del ring.queues[lane]
            self._waiting -= len(late)
        return late

    def _ring(self, lane: Hashable) -> Ring[W]:
        if lane in PROBES:
            return self._probes
        return self._companies if isinstance(lane, UUID) else self._strangers
