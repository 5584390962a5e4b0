"""When what a till or a store room tells of has happened."""

from datetime import datetime, timedelta

from domain.errors import Detail, Invalid

#: How far the clock of whoever tells may run ahead of ours.
CLOCK_SKEW = timedelta(minutes=10)


def moment_of(occurred_at: datetime | None, now: datetime, what: str) -> datetime:
    """The moment that was told, or now if none was. Raises Invalid, naming `what`, for one in the future."""
    if occurred_at is not None and occurred_at > now + CLOCK_SKEW:
        message = f"{what} cannot lie in the future."
        raise Invalid(details=[Detail("occurred_at", "in_the_future", message)])
    return occurred_at or now
