"""The clock on the wall, watched: whoever acts by the time has to know when it jumped."""

import time
from collections.abc import Callable

#: How much the clock may gain or lose between two looks, in seconds; setting it by a time server is less.
JUMP_SECONDS = 5.0
#: How long a clock that jumped is not believed, in seconds: it may yet be set right.
DOUBT_SECONDS = 600.0

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady_seconds() -> float:
    """Seconds that pass whatever the clock on the wall is set to; where the system can tell, asleep too."""
    return time.clock_gettime(_STEADY)


class WatchedClock:
    """Compares the clock on the wall with one that nobody sets. Look often: only looks find a jump."""

    def __init__(
        self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = steady_seconds
    ) -> None:
        self._wall, self._steady = wall, steady
        self._difference = wall() - steady()
        self._jumped_at: float | None = None
        self.jumps = 0

    def look(self) -> bool:
        """Whether the clock can be believed: it has not jumped for some time."""
        difference, now = self._wall() - self._steady(), self._steady()
        if abs(difference - self._difference) > JUMP_SECONDS:
            self._jumped_at, self.jumps = now, self.jumps + 1
        self._difference = difference
        return self._jumped_at is None or now - self._jumped_at > DOUBT_SECONDS
