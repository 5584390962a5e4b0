"""The schedule of attempts: when a delivery is tried again, when it is given up, and what an answer means."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

#: After which pauses it is tried: at once, then ever more rarely, 47 hours and 36 minutes in all.
PAUSES = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=16),
)
#: By which part of it a pause is longer or shorter, so that what failed together is not tried together.
JITTER = 0.1
#: The longest pause that a receiver is granted, however long it asks for.
LONGEST_PAUSE = max(PAUSES)
#: How long an address may fail before it is disabled.
PATIENCE = timedelta(days=5)

_SUCCESS = range(200, 300)
_GONE = 410
#: Too many requests, and not available just now: these may say when to come again.
_LATER = (429, 503)

Verdict = Literal["delivered", "failed", "gone"]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What became of an attempt; `status` is that of HTTP, None where there was no answer.

    `retry_after` is how long the receiver asked to be left alone, `milliseconds` how long the attempt took.
    """

    status: int | None
    error: str | None = None
    retry_after: timedelta | None = None
    milliseconds: int = 0

    @property
    def verdict(self) -> Verdict:
        """What the answer means. A redirect is a failure: nobody is led elsewhere."""
        if self.status in _SUCCESS:
            return "delivered"
        return "gone" if self.status == _GONE else "failed"


def next_attempt_at(attempts: int, trial: Trial, now: datetime, luck: float) -> datetime | None:
    """When a delivery that failed so many times is tried again; None: it is dead.

    `luck` is from 0 to 1, and decides on the jitter. A receiver that asks for a longer pause gets it.
    """
    if attempts >= len(PAUSES):
        return None
    pause = PAUSES[attempts] * (1 + JITTER * (2 * luck - 1))
    if trial.status in _LATER and trial.retry_after is not None:
        pause = max(pause, min(trial.retry_after, LONGEST_PAUSE))
    return now + pause


def has_failed_for_long(failing_since: datetime | None, now: datetime) -> bool:
    """Whether an address that began to fail then, and took nothing since, is to be disabled."""
    return failing_since is not None and now - failing_since >= PATIENCE
