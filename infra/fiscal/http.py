"""One question to a signing service over HTTP, within one limit of time; it follows nobody anywhere else."""

import io
import socket
import ssl
import time
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import cast
from urllib.parse import urlsplit

#: The longest answer that is read, in bytes.
LONGEST = 64 * 1024


class NoAnswer(Exception):
    """The service did not answer as it should."""


@dataclass(frozen=True)
class Service:
    """Where it is, by which token it knows us, and how many seconds all of an answer may take."""

    url: str
    token: str | None = field(repr=False)
    seconds: float

    def post(self, body: bytes) -> bytes:
        """The body of its answer. Raises NoAnswer, which never repeats what it said."""
        try:
            return self._post(body, time.monotonic() + self.seconds)
        except TimeoutError as error:
            raise NoAnswer("no answer in time") from error
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswer(type(error).__name__) from error

    def _post(self, body: bytes, end: float) -> bytes:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with socket.create_connection((host, port), timeout=_left(end)) as plain:
            plain.settimeout(_left(end))
            if parts.scheme != "https":
                return self._exchange(plain, body, end)
            with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as wrapped:
                return self._exchange(wrapped, body, end)

    def _exchange(self, connection: socket.socket, body: bytes, end: float) -> bytes:
        connection.settimeout(_left(end))
        connection.sendall(self._request(body))
        response = HTTPResponse(cast("socket.socket", _Arriving(connection, end)), method="POST")
        response.begin()
        if response.status != 200:  # noqa: PLR2004 anything else, a redirect included, is no answer
            raise NoAnswer(f"status {response.status}")
        answer = response.read(LONGEST + 1)
        if len(answer) > LONGEST:
            raise NoAnswer("an answer that is too long")
        return answer

    def _request(self, body: bytes) -> bytes:
        parts = urlsplit(self.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {
            "Host": parts.netloc.rpartition("@")[2],
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Accept-Encoding": "identity",
            "Connection": "close",
            "User-Agent": "mipos",
        }
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode("ascii") + body


def _left(end: float) -> float:
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


class _Arriving(io.RawIOBase):
    """The end of a connection from which an answer is read, in what is left of the time."""

    def __init__(self, connection: socket.socket, end: float) -> None:
        self._connection, self._end = connection, end

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What the library reads."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """What has arrived."""
        self._connection.settimeout(_left(self._end))
        return self._connection.recv_into(buffer)
