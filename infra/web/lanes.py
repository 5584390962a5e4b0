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
class Rotation(Generic[W]):
    """Lanes that take turns."""

    #: How many of all its requests run.
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

    def next_lane(self, free: int) -> Hashable | None:
        """The lane whose turn it is, of those that may have one of so many free threads."""
        return next((lane for lane in self.queues if self._busy.get(lane, 0) < free), None)

    def take(self, lane: Hashable) -> W:
        """The next request of this lane, which is to run."""
        queue = self.queues.pop(lane)
        request = queue.popleft()
        if queue:
            self.queues[lane] = queue
        self._busy[lane] = self._busy.get(lane, 0) + 1
        self.running += 1
        return request

    def release(self, lane: Hashable) -> None:
        """A request of this lane has run."""
        self.running -= 1
        self._busy[lane] -= 1
        if not self._busy[lane]:
            del self._busy[lane]


class Lanes(Generic[W]):
    """Requests that wait for one of so many threads.

    A lane gets one more thread only while more threads are free than it has already: alone it has half of
    them, and whatever holds up the requests of one, or of two, leaves others a way through. All strangers
    together, who may be many, get no more than a single company would.

    Half of six threads serve one company as fast as four that are all its own, since its sales wait for each
    other in the log; beside it, the slowest requests of others take a fifth of the time they took so.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._lock = Lock()
        self._waiting = 0
        self._probes, self._companies, self._strangers = Rotation[W](), Rotation[W](), Rotation[W]()
        #: Companies and strangers in the order of their turns.
        self._turns = deque((self._companies, self._strangers))

    def put(self, request: W) -> bool:
        """Queue a request; False when too many wait."""
        with self._lock:
            if self._waiting >= MOST_IN_ALL or not self._rotation_of(request.lane).put(request):
                return False
            self._waiting += 1
            return True

    def take(self) -> W | None:
        """The request to run now, if there is one; `release` must follow when it has run."""
        if not self._waiting:
            return None
        with self._lock:
            rotation, lane = self._next()
            if lane is None:
                return None
            self._turns.rotate()
            self._waiting -= 1
            return rotation.take(lane)

    @property
    def has_next(self) -> bool:
        """Whether one more could run now."""
        if not self._waiting:
            return False
        with self._lock:
            return self._next()[1] is not None

    def _next(self) -> tuple[Rotation[W], Hashable | None]:
        """The lane whose turn it is, with its rotation, or None."""
        # Each probe has a thread of its own.
        rotation, lane = self._probes, self._probes.next_lane(1)
        free = self._threads - self._companies.running - self._strangers.running
        for one in self._turns:
            if lane is None and (one is self._companies or one.running < free):
                rotation, lane = one, one.next_lane(free)
        return rotation, lane

    def release(self, lane: Hashable) -> None:
        """A request that was taken from this lane has run."""
        with self._lock:
            self._rotation_of(lane).release(lane)

    def take_late(self, before: float) -> list[W]:
        """Those that have waited since before this moment; they are in no lane any more."""
        late: list[W] = []
        with self._lock:
            for rotation in (self._probes, *self._turns):
                for lane, queue in list(rotation.queues.items()):
                    while queue and queue[0].queued_at < before:
                        late.append(queue.popleft())
                    if not queue:
                        del rotation.queues[lane]
            self._waiting -= len(late)
        return late

    def _rotation_of(self, lane: Hashable) -> Rotation[W]:
        if lane in PROBES:
            return self._probes
        return self._companies if isinstance(lane, UUID) else self._strangers
