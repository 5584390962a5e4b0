"""Requests that wait for something to happen, without a thread: each is run again after a pause."""

import heapq
import itertools
import time
from collections.abc import Iterator
from threading import Lock

from infra.web.connection import Connection

#: The pauses of one request double from the first to the longest. The more wait the longer they are, so that
#: no more than a hundred a second are run again: each asks the database.
FIRST, LONGEST, FOR_EACH = 0.002, 0.1, 0.01
#: How many may wait.
MOST = 1_000


class PutOff:
    """Requests by the moment at which they are to run again."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers = itertools.count()
        self._heap: list[tuple[float, int, Connection]] = []

    def add(self, connection: Connection, pauses: int) -> bool:
        """Put its request off for the pause after so many others; False when too many wait."""
        pause = max(min(FIRST * 2.0**pauses, LONGEST), FOR_EACH * len(self._heap))
        with self._lock:
            if len(self._heap) >= MOST:
                return False
            heapq.heappush(self._heap, (time.monotonic() + pause, next(self._numbers), connection))
        return True

    def seconds(self, most: float) -> float:
        """How long until the next is due, at most so many seconds."""
        try:
            return max(0.0, min(most, self._heap[0][0] - time.monotonic()))
        except IndexError:
            return most

    def take_due(self) -> Iterator[Connection]:
        """Those whose pause is over."""
        now = time.monotonic()
        while self._heap:
            with self._lock:
                if not self._heap or self._heap[0][0] > now:
                    return
                connection = heapq.heappop(self._heap)[2]
            yield connection
