"""Refusals for now: nothing is wrong with the request, but the service cannot do its part at the moment."""

from typing import ClassVar

from domain.errors import Refusal


class Unavailable(Refusal):
    """The service cannot answer at the moment; try again shortly."""

    code = "unavailable"
    remedy = "Wait for as many seconds as `Retry-After` says, then repeat the request."
    #: After how many seconds it is worth trying again.
    retry_after: ClassVar[int] = 1


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached; nothing was recorded. Try again shortly."""

    code = "database_unavailable"
    remedy = "Wait for as many seconds as `Retry-After` says, then repeat the request; nothing was recorded."
    retry_after = 2


class DatabaseFull(Unavailable):
    """The database has no room left; nothing was recorded. Its operator has to make some."""

    code = "database_full"
    remedy = "Tell whoever runs the service to make room, then repeat the request; nothing was recorded."
    retry_after = 30


class Busy(Unavailable):
    """Another request holds what this one needs; nothing was recorded. Try again shortly."""

    code = "busy"
    remedy = "Repeat the request after `Retry-After` seconds; nothing was recorded."


class TimedOut(Unavailable):
    """This took longer than a request may; nothing was recorded. Try again shortly, or ask for less."""

    code = "timed_out"
    remedy = "Repeat the request, or ask for less at once: a shorter period, a smaller page."
    retry_after = 5


class OutcomeUnknown(Unavailable):
    """Whether this was recorded is not known: the database was lost in that very moment.

    Repeat it with the same id or Idempotency-Key, and it is done once, whichever it was.
    """

    code = "outcome_unknown"
    remedy = "Repeat it with the same `id` or `Idempotency-Key`: it is done once, whichever it was."

    def __init__(self) -> None:
        super().__init__(
            "Whether this was recorded is not known: the database was lost in that very moment. "
            "Repeat it with the same id or Idempotency-Key, and it is done once, whichever it was."
        )
