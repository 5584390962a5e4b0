"""Refusals for now: nothing is wrong with the request, but the service cannot do its part at the moment."""

from typing import ClassVar

from domain.errors import Refusal


class Unavailable(Refusal):
    """The service cannot answer at the moment; try again shortly."""

    code = "unavailable"
    #: After how many seconds it is worth trying again.
    retry_after: ClassVar[int] = 1


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached; nothing was recorded. Try again shortly."""

    code = "database_unavailable"
    retry_after = 2


class DatabaseFull(Unavailable):
    """The database has no room left; nothing was recorded. Its operator has to make some."""

    code = "database_full"
    retry_after = 30


class Busy(Unavailable):
    """Another request holds what this one needs; nothing was recorded. Try again shortly."""

    code = "busy"


class TimedOut(Unavailable):
    """This took longer than a request may; nothing was recorded. Try again shortly, or ask for less."""

    code = "timed_out"
    retry_after = 5


class OutcomeUnknown(Unavailable):
    """Whether this was recorded is not known: the database was lost in that very moment.

    Repeat it with the same id or Idempotency-Key, and it is done once, whichever it was.
    """

    code = "outcome_unknown"

    def __init__(self) -> None:
        super().__init__(
            "Whether this was recorded is not known: the database was lost in that very moment. "
            "Repeat it with the same id or Idempotency-Key, and it is done once, whichever it was."
        )
