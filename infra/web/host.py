"""What a connection is busy with, and what it needs of the loop it belongs to."""

from enum import Enum
from typing import TYPE_CHECKING, Protocol

from infra.web.answers import Headers
from infra.web.bounds import Bounds
from infra.web.heads import Head
from infra.web.requests import Request
from infra.web.room import Room

if TYPE_CHECKING:
    from infra.web.connection import Connection


class Phase(Enum):
    """What a connection is busy with."""

    IDLE = "nothing of a request has arrived"
    HEAD = "a head is arriving"
    BODY = "a body is arriving"
    RUNNING = "a request waits for its thread, or runs"
    ANSWER = "an answer is being taken"
    LINGERING = "what is still being sent is thrown away, so that the client comes to read the answer"
    CLOSED = "it is over"


class Host(Protocol):
    """What a connection needs of the loop it belongs to."""

    bounds: Bounds
    bodies: Room
    answers: Room
    is_stopping: bool

    def watch(self, connection: "Connection", events: int) -> None:
        """Wait for the socket, in place of what it was watched for so far, if at all."""

    def unwatch(self, connection: "Connection") -> None:
        """Wait for it no more."""

    def forget(self, connection: "Connection") -> None:
        """It is closed."""

    def begin(self, connection: "Connection", head: Head, now: float) -> Request:
        """The request that begins with this head; the connection takes the lane it waits in."""

    def submit(self, connection: "Connection") -> bool:
        """Queue the connection's request, which can be run; False when too many wait."""

    def refusal(self, status: int) -> tuple[str, Headers, bytes]:
        """What is answered in place of the application."""
