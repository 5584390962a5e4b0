"""Requests that wait for news, without a thread and without asking anybody, until there is some."""

import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from threading import Lock

from infra.web.connection import Connection
from infra.web.pauses import NoNews

#: How often they are looked at, in seconds: two hundred take 0.1 ms.
LOOK = 0.05
#: Who is patient is left alone for so long for each of its lane that waits, so that no more than a hundred of
#: it a second are run again in vain: each asks the database.
FOR_EACH = 0.01
#: How many may wait, of one lane and in all.
MOST_OF_LANE, MOST = 256, 1_024


@dataclass(frozen=True, slots=True)
class Listener:
    """A request that waits, when it is left alone until, and when it waits no longer."""

    connection: Connection
    has_news: Callable[[], bool]
    not_before: float
    until: float

    def is_due(self, now: float) -> bool:
        """Whether it is to be run again."""
        return now >= self.until or (now >= self.not_before and self.has_news())


class Listening:
    """All that wait for news in this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._listeners: list[Listener] = []
        self._counts = Counter[Hashable]()
        self._looked_at = 0.0
        self._is_over = False

    def add(self, connection: Connection, pause: NoNews) -> bool:
        """Have its request wait; False when too many do."""
        lane, now = connection.lane, time.monotonic()
        with self._lock:
            if len(self._listeners) >= MOST or self._counts[lane] >= MOST_OF_LANE:
                return False
            not_before = now + FOR_EACH * self._counts[lane] if pause.patient else now
            self._counts[lane] += 1
            self._listeners.append(Listener(connection, pause.has_news, not_before, pause.until))
        return True

    def seconds(self, most: float) -> float:
        """How long until they are looked at again, at most so many seconds."""
        if not self._listeners:
            return most
        return max(0.0, min(most, self._looked_at + LOOK - time.monotonic()))

    def end(self) -> None:
        """Have all answered now, and nobody wait any more."""
        self._is_over = True

    def take_due(self) -> Iterator[Connection]:
        """Those that are to be run again."""
        now = time.monotonic()
        if not self._listeners or (now < self._looked_at + LOOK and not self._is_over):
            return
        self._looked_at = now
        for listener in [one for one in list(self._listeners) if self._is_over or one.is_due(now)]:
            self._remove(listener)
            if listener.connection.request is not None:
                listener.connection.request.is_hurried = self._is_over
            yield listener.connection

    def _remove(self, listener: Listener) -> None:
        lane = listener.connection.lane
        with self._lock:
            self._listeners.remove(listener)
            self._counts[lane] -= 1
            if not self._counts[lane]:
                del self._counts[lane]
