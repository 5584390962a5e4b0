"""What proving a stretch of a company's log found, for whoever asks for it."""

from dataclasses import dataclass
from typing import Literal, LiteralString, Self

from domain.errors import Detail, Invalid
from projections.base import Database

#: How many events one question proves at most; 200,000 take some five seconds of a processor.
MOST_EVENTS = 200_000


class RangeTooLarge(Invalid):
    """That is more than is proved at once."""

    code = "range_too_large"
    remedy = "Ask for a shorter range, several times."

    @classmethod
    def of(cls, events: int) -> Self:
        """So many events were asked for."""
        message = f"{events:,} events are more than {MOST_EVENTS:,}."
        return cls(details=[Detail("to", cls.code, message)])


#: What is wrong at a position.
FaultReason = Literal[
    "altered",
    "missing",
    "beyond_head",
    "head_differs",
    "no_head",
    "seal_differs",
    "signature_false",
    "epoch_forked",
]


@dataclass(frozen=True)
class LogFault:
    """The first position that is not what was recorded or sealed, and why; what follows was not looked at."""

    position: int
    reason: FaultReason
    message: str


@dataclass(frozen=True)
class LogProof:
    """Of a stretch, how many events were found sound, the hash of the last of them, and what was sealed."""

    first: int
    last: int
    verified: int
    last_hash: bytes
    fault: LogFault | None
    #: Up to which position the log was sealed; 0 if never.
    sealed_up_to: int


_HEAD: LiteralString = "SELECT position FROM company_head WHERE company_id = %(company_id)s"


def find_head(db: Database) -> int:
    """The last position of the company's log; 0 of an empty one."""
    row = db.ask(_HEAD, {"company_id": db.company_id}).row()
    return row["position"] if row else 0


def stretch_within(first: int, last: int | None, head: int) -> tuple[int, int]:
    """Which positions are meant: to the head at most. Raises Invalid."""
    end = head if last is None else min(last, head)
    if first > end + 1 or (last is not None and first > last):
        raise Invalid.in_fields("from", message="It lies behind the end of what is to be proved.")
    return first, end


def stretch_of(first: int, last: int | None, head: int) -> tuple[int, int]:
    """The same of what is proved while somebody waits. Raises Invalid, RangeTooLarge."""
    first, end = stretch_within(first, last, head)
    if end - first + 1 > MOST_EVENTS:
        raise RangeTooLarge.of(end - first + 1)
    return first, end
