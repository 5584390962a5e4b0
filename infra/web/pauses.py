"""Ways to stop in the middle of a request without holding its thread: the request is run again later.

They are no failures and must pass whoever handles those, so they are no Exceptions.
"""

from collections.abc import Callable
from typing import IO


class Pause(BaseException):
    """The request is to be run again."""


class BodyWanted(Pause):
    """The application wants this many bytes of a body that has not arrived."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class NotYet(Pause):
    """What the request waits for has not happened."""


class NoNews(Pause):
    """Nothing has happened yet that the request waits for; `has_news` says at once when something has.

    It waits no longer than until this moment of the monotonic clock. One that is `patient`, because the last
    news were none for it, is left alone for a while first.
    """

    def __init__(self, has_news: Callable[[], bool], until: float, *, patient: bool) -> None:
        super().__init__(has_news, until)
        self.has_news = has_news
        self.until = until
        self.patient = patient


class ArrivingBody:
    """A body of which only the beginning has arrived: whoever reads on waits for the rest.

    What was refused before anybody read it is never waited for.
    """

    def __init__(self, beginning: IO[bytes], received: int) -> None:
        self._beginning = beginning
        self._received = received

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises BodyWanted."""
        start = self._beginning.tell()
        if size < 0:
            raise BodyWanted(2**62)
        if start + size > self._received:
            raise BodyWanted(start + size)
        return self._beginning.read(size)

    readline = read
