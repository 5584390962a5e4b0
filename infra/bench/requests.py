"""Requests that one client sends one after another, and how long their answers take."""

import json
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from infra.bench.load import LEAST_SECONDS, Task
from infra.bench.rounds import percentile
from infra.bench.sending import send
from infra.bench.site import HOST, MeasurementFailed, Site

WARM_UP_SECONDS = 0.5
_SHARES = (0.50, 0.95, 0.99)


def get(token: str, path: str, **query: str) -> bytes:
    """A whole HTTP request that reads."""
    parameters = {name: value for name, value in query.items() if value}
    target = f"{path}?{urlencode(parameters)}" if parameters else path
    return f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def times(site: Site, port: int, requests: Sequence[bytes]) -> dict[str, float]:
    """Percentiles in milliseconds of answers to one client that sends these one after another."""
    seconds = max(site.seconds / 10, LEAST_SECONDS)
    answered = send(Task(HOST, port, [requests], seconds, warm_up=WARM_UP_SECONDS), "requests")
    return {f"p{round(100 * share)}": 1000 * percentile(answered.latencies, share) for share in _SHARES}


class Client:
    """Somebody who sends requests, one after another."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = HTTPConnection(HOST, port)
        self._head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def read(self, path: str, query: Mapping[str, str]) -> float:
        """The seconds that an answer took. Raises MeasurementFailed."""
        return self.ask(path, query)[1]

    def ask(self, path: str, query: Mapping[str, str]) -> tuple[Any, float]:
        """The data of an answer, and the seconds that it took. Raises MeasurementFailed."""
        return self._send("GET", f"{path}?{urlencode(query)}" if query else path)

    def send(self, method: str, path: str, body: Any) -> tuple[Any, float]:
        """The data of the answer, and the seconds it took. Raises MeasurementFailed."""
        return self._send(method, path, json.dumps(body))

    def size_of(self, method: str, path: str, body: Any) -> int:
        """How many bytes the answer's body has. Raises MeasurementFailed."""
        return len(self._answer(method, path, json.dumps(body)))

    def _send(self, method: str, path: str, body: str | None = None) -> tuple[Any, float]:
        began = time.perf_counter()
        content = self._answer(method, path, body)
        return json.loads(content)["data"], time.perf_counter() - began

    def _answer(self, method: str, path: str, body: str | None) -> bytes:
        self._connection.request(method, path, body, self._head)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 201):
            raise MeasurementFailed(f"{method} {path} was refused: {content[:300].decode()}")
        return content
