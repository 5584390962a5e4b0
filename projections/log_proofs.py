"""What proving a stretch of a company's log found, for whoever asks for it."""

from dataclasses import dataclass
from typing import Literal, Self

from domain.errors import Detail, Invalid

#: How many events one question proves at most; 200,000 take some five seconds of a processor.
MOST_EVENTS = 200_000


class RangeTooLarge(Invalid):
    """That is more than is proved at once."""

    code = "range_too_large"

    @classmethod
    def of(cls, events: int) -> Self:
        """So many events were asked for."""
        message = f"{events:,} events are more than {MOST_EVENTS:,}."
        return cls(details=[Detail("to", cls.code, message)])


@dataclass(frozen=True)
class LogFault:
    """The first position that is not what was recorded, and why; what follows it was not looked at."""

    position: int
    reason: Literal["altered", "missing", "beyond_head", "head_differs", "no_head"]
    message: str


@dataclass(frozen=True)
class LogProof:
    """Of a stretch, how many events were found sound, and the hash of the last of them."""

    first: int
    last: int
    verified: int
    last_hash: bytes
    fault: LogFault | None


def stretch_of(first: int, last: int | None, head: int) -> tuple[int, int]:
    """Which positions are to be proved: to the head at most. Raises Invalid, RangeTooLarge."""
    end = head if last is None else min(last, head)
    if first > end + 1 or (last is not None and first > last):
        raise Invalid.in_fields("from", message="It lies behind the end of what is to be proved.")
    if end - first + 1 > MOST_EVENTS:
        raise RangeTooLarge.of(end - first + 1)
    return first, end
