"""One request over HTTPS to a server that somebody named: to a checked address, and within one limit of time.

Nothing here follows a redirect, asks a proxy or looks a name up twice: what was checked is connected to.
"""

import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from http.client import HTTPException, HTTPResponse
from types import MappingProxyType
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from domain.errors import Refusal
from domain.webhooks.attempts import Trial
from domain.webhooks.targets import HTTPS, Address, TargetRules, address_of
from infra.webhooks.background import in_background

#: How long all of it may take: the name, the connection, the request and the answer, in seconds.
PATIENCE = 15.0
#: How many bytes of an answer, or of what went wrong, are kept.
MOST_KEPT = 200

#: Looks up which addresses a name leads to. Raises OSError.
Resolve = Callable[[str, int], Sequence[Address]]


class AddressNotAllowed(OSError):
    """The name leads to an address where nothing may be sent."""


class TooSlow(TimeoutError):
    """There was no answer in time."""


def resolve(name: str, port: int) -> Sequence[Address]:
    """The addresses of a name, as the system knows them. Raises OSError."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return [address_of(str(info[4][0])) for info in found]


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is sent where."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class Deadline:
    """A moment after which nobody waits any more."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """How many seconds are left. Raises TooSlow."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TooSlow
        return seconds


class Wire:
    """Sends messages, from any number of threads."""

    def __init__(
        self,
        rules: TargetRules,
        *,
        resolver: Resolve = resolve,
        trust: ssl.SSLContext | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._rules = rules
        self._resolve = resolver
        self._trust = trust or ssl.create_default_context()
        self._patience = patience

    def send(self, message: Message) -> Trial:
        """Send it once, and say what became of it; whatever goes wrong is a failure."""
        try:
            return self._send(message, Deadline(self._patience))
        except (Refusal, OSError, HTTPException, ValueError) as error:
            return Trial(status=None, error=kept(_reason(error)))

    def _send(self, message: Message, deadline: Deadline) -> Trial:
        parts = urlsplit(message.url)
        self._rules.check_url(message.url)
        name, port = parts.hostname or "", parts.port or HTTPS
        # The system has no limit of time for it.
        looked_up = in_background(partial(self._resolve, name, port), "webhook-name")
        addresses = looked_up.result(deadline.left())
        if not self._rules.allow_all(addresses):
            raise AddressNotAllowed
        with self._connect(addresses, name, port, deadline) as connection:
            _write(connection, _request(parts, message), deadline)
            return _read(connection, deadline)

    def _connect(
        self, addresses: Sequence[Address], name: str, port: int, deadline: Deadline
    ) -> ssl.SSLSocket:
        """A connection to the first address that takes one, which proved to be of that name."""
        trouble: OSError = AddressNotAllowed()
        for address in dict.fromkeys(addresses):
            try:
                plain = socket.create_connection((str(address), port), timeout=deadline.left())
            except TooSlow:
                raise
            except OSError as error:
                trouble = error
                continue
            try:
                plain.settimeout(deadline.left())
                return self._trust.wrap_socket(plain, server_hostname=name)
            except BaseException:
                plain.close()
                raise
        raise trouble


#: What an operator need not be told in other words, the first that it is.
_WORDS: Mapping[type[Exception], str] = MappingProxyType(
    {
        AddressNotAllowed: "The name leads to an address where nothing may be sent.",
        TimeoutError: "There was no answer in time.",
        socket.gaierror: "The name is not known.",
    }
)


def _reason(error: Exception) -> str:
    """What went wrong, in a sentence that tells nothing of the own network."""
    if isinstance(error, Refusal):
        return error.message
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate is not good: {error.verify_message}"
    words = next((words for kind, words in _WORDS.items() if isinstance(error, kind)), None)
    return words or f"There was no answer: {type(error).__name__}"


def kept(text: str) -> str:
    """So much of a text as is kept, in characters that can be shown."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return shown.encode()[:MOST_KEPT].decode(errors="ignore").strip()


def _request(parts: SplitResult, message: Message) -> bytes:
    target = parts.path or "/"
    if parts.query:
        target = f"{target}?{parts.query}"
    host = parts.hostname or ""
    if parts.port not in (None, HTTPS):
        host = f"{host}:{parts.port}"
    headers = {
        "Host": host,
        "Content-Type": "application/json",
        "Content-Length": str(len(message.body)),
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": "mipos-webhooks",
        **message.headers,
    }
    lines = [f"POST {target} HTTP/1.1", *(f"{header}: {value}" for header, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + message.body


def _write(connection: ssl.SSLSocket, request: bytes, deadline: Deadline) -> None:
    left = memoryview(request)
    while left:
        connection.settimeout(deadline.left())
        left = left[connection.send(left[:65536]) :]


def _read(connection: ssl.SSLSocket, deadline: Deadline) -> Trial:
    """What the server answers; of a failure so much is kept that whoever runs it knows what it is."""
    response = HTTPResponse(cast("socket.socket", _Arriving(connection, deadline)), method="POST")
    response.begin()
    trial = Trial(status=response.status, retry_after=_pause(response.getheader("Retry-After")))
    if trial.verdict == "delivered":
        return trial
    return replace(trial, error=_words(response))


def _words(response: HTTPResponse) -> str | None:
    """What the server says of a failure; what it does not say in time is left out."""
    try:
        words = kept(response.read(MOST_KEPT).decode(errors="replace"))
    except (OSError, HTTPException):
        words = ""
    return words or kept(response.reason) or None


def _pause(header: str | None) -> timedelta | None:
    """How long the server asks to be left alone, in seconds or up to a date; None if that is not clear."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**7))
    try:
        moment = parsedate_to_datetime(text)
        return max(moment - datetime.now(UTC), timedelta(0))
    except (ValueError, TypeError, OverflowError):
        return None


class _Arriving:
    """The end of a connection from which an answer is read, in what is left of the time."""

    def __init__(self, connection: ssl.SSLSocket, deadline: Deadline) -> None:
        self._connection, self._deadline = connection, deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What the library reads."""
        return io.BufferedReader(_Bytes(self._connection, self._deadline))


class _Bytes(io.RawIOBase):
    """Bytes as they arrive. However slowly they drip, they end with the time."""

    def __init__(self, connection: ssl.SSLSocket, deadline: Deadline) -> None:
        super().__init__()
        self._connection, self._deadline = connection, deadline

    def readable(self) -> bool:
        """They can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there. Raises TooSlow, OSError."""
        self._connection.settimeout(self._deadline.left())
        return self._connection.recv_into(buffer)
