"""How many requests somebody may send in a minute; counted in this process alone, so roughly."""

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

#: The length of a window, in seconds.
WINDOW = 60
#: Of how many senders counts are kept; those beyond share one.
MOST_SENDERS = 100_000
_THE_OTHERS = object()


@dataclass(frozen=True, slots=True)
class Allowance:
    """What somebody has left: of `limit` requests `remaining`, until `reset` seconds from now.

    `is_exceeded` means that this very request is one too many.
    """

    limit: int
    remaining: int
    reset: int
    is_exceeded: bool


class RequestLimits:
    """Counts requests by sender in minutes of the clock.

    The processes of the server do not tell each other what they count. Each takes its own count times their
    number for the whole, which is right on average, as connections spread over them. Two threads may count
    one request less between them; a lock would cost every request more than that is worth.
    """

    def __init__(self, per_minute: int, processes: int = 1, now: Callable[[], float] = time.time) -> None:
        self._limit = per_minute
        self._processes = processes
        self._now = now
        self._window = 0
        self._counts: dict[Hashable, int] = {}

    def take(self, sender: Hashable) -> Allowance:
        """Count one request of this sender."""
        now = self._now()
        window = int(now // WINDOW)
        if window != self._window:
            self._window, self._counts = window, {}
        counts = self._counts
        if sender not in counts and len(counts) >= MOST_SENDERS:
            sender = _THE_OTHERS
        counts[sender] = count = counts.get(sender, 0) + 1
        remaining = self._limit - count * self._processes
        # A process of many grants at least one request, or a low limit would shut everybody out.
        is_exceeded = remaining < 0 and count > 1
        return Allowance(self._limit, max(0, remaining), math.ceil((window + 1) * WINDOW - now), is_exceeded)
