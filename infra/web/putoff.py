"""Requests that wait for something to happen, without a thread: each is run again after a pause."""

import heapq
import itertools
import time
from collections import Counter
from collections.abc import Hashable, Iterator
from threading import Lock

from infra.web.connection import Connection

#: The pauses of one request double from the first to the longest. The more of a lane wait, the longer,
#: so that no more than a hundred of it a second are run again: each asks the database.
FIRST, LONGEST, FOR_EACH = 0.002, 0.1, 0.01
#: How many may wait, of one lane and in all.
MOST_OF_LANE, MOST = 256, 1_024


class PutOff:
    """Requests by the moment at which they are to run again."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers = itertools.count()
        self._heap: list[tuple[float, int, Connection]] = []
        self._counts = Counter[Hashable]()

    def add(self, connection: Connection, pauses: int) -> bool:
        """Put its request off for the pause after so many others; False when too many wait."""
        lane = connection.lane
        with self._lock:
            if len(self._heap) >= MOST or self._counts[lane] >= MOST_OF_LANE:
                return False
            pause = max(min(FIRST * 2.0**pauses, LONGEST), FOR_EACH * self._counts[lane])
            self._counts[lane] += 1
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
                self._counts[connection.lane] -= 1
                if not self._counts[connection.lane]:
                    del self._counts[connection.lane]
            yield connection
