"""One request from its head to its answer: what has arrived of it, and how the application runs it."""

import time
from collections.abc import Callable, Iterable
from typing import IO, Any

from infra.web.answers import Headers, StartResponse, body_of
from infra.web.bodies import Body
from infra.web.heads import Head
from infra.web.pauses import ArrivingBody, NoNews, NotYet

#: How long a request may wait for what has not happened yet, in seconds.
PATIENCE = 5.0

Environment = dict[str, Any]
Application = Callable[[Environment, Any], Iterable[bytes]]


class Request:
    """A request whose head has been read."""

    __slots__ = (
        "_environment",
        "_first_run",
        "_is_encrypted",
        "body",
        "head",
        "is_hurried",
        "pauses",
        "started_at",
    )

    def __init__(self, head: Head, now: float, *, is_encrypted: bool = False) -> None:
        self.head = head
        self.body = Body(head.length)
        self.started_at = now
        self._is_encrypted = is_encrypted
        self._environment: Environment | None = None
        #: How often it was put off.
        self.pauses = 0
        #: Whether it is to be answered now, whatever it waits for: the process is to end.
        self.is_hurried = False
        self._first_run = 0.0

    def run(
        self, application: Application, connection: Environment
    ) -> tuple[str, Headers, bytes, IO[bytes] | None]:
        """Have it answered: status, headers and body. Raises BodyWanted or NotYet when it is to run again.

        It keeps its environment from one run to the next, so the application can tell that it was there.
        """
        environment = self._environment
        if environment is None:
            environment = self._environment = {**connection, **self._described()}
            self._first_run = time.monotonic()
        body = self.body
        if body.is_whole:
            environment["wsgi.input"] = body.open()
            if self.head.length is None:
                environment["CONTENT_LENGTH"] = str(body.received)
        else:
            environment["wsgi.input"] = ArrivingBody(body.open(), body.received)
        answer = StartResponse()
        content, file = body_of(application(environment, answer))
        return answer.status, answer.headers, content, file

    def close(self) -> None:
        """Let go of all that belongs to it; its environment names it, too."""
        self.body.close()
        self._environment = None

    def put_off(self, patience: float | None = None) -> None:
        """Put the request off; returns only when it has been for so many seconds, else PATIENCE.

        Raises NotYet.
        """
        if time.monotonic() < self._first_run + (patience or PATIENCE):
            raise NotYet

    def listen(self, seconds: float, has_news: Callable[[], bool], *, patient: bool = False) -> None:
        """Put the request off until there is news; returns only when it has been for so many seconds.

        `has_news` is asked by the thread that polls, so it must be quick; a `patient` request, for which the
        last news were none, less often the more of its lane wait. Raises NoNews.
        """
        until = self._first_run + seconds
        if time.monotonic() < until and not self.is_hurried:
            raise NoNews(has_news, until, patient=patient)

    def _described(self) -> Environment:
        head = self.head
        return {
            **head.headers,
            "REQUEST_METHOD": head.method,
            "PATH_INFO": head.path,
            "QUERY_STRING": head.query,
            "RAW_URI": head.target,
            "SERVER_PROTOCOL": "HTTP/1.1" if head.is_http_1_1 else "HTTP/1.0",
            "wsgi.url_scheme": "https" if self._is_encrypted else "http",
            "mipos.put_off": self.put_off,
            "mipos.listen": self.listen,
        }
