"""Answers as bytes: a head, and a body that lies in memory or is read from a file while it is being sent."""

import time
from collections.abc import Callable, Iterable
from email.utils import formatdate
from tempfile import SpooledTemporaryFile
from typing import IO, Any

#: How many bytes of an answer that is made piece by piece are kept in memory; the rest goes to the disk.
_IN_MEMORY = 1_048_576

Headers = list[tuple[str, str]]


class StartResponse:
    """What the application calls to begin its answer."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: Headers = []

    def __call__(self, status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
        """Note status and headers."""
        del exc_info
        self.status, self.headers = status, headers
        return self._write

    def _write(self, data: bytes) -> None:
        raise NotImplementedError("answers are returned, not written")


class FileAnswer:
    """A file as the body of an answer (WSGI's `wsgi.file_wrapper`)."""

    def __init__(self, file: IO[bytes], size: int = 0) -> None:
        del size
        self.file = file

    def __iter__(self) -> "FileAnswer":
        raise TypeError("a file is sent, not iterated over")


def body_of(answered: Iterable[bytes]) -> tuple[bytes, IO[bytes] | None]:
    """The body that an application answered: what is in memory, or the file it is in."""
    if isinstance(answered, FileAnswer):
        return b"", answered.file
    if isinstance(answered, (list, tuple)):
        return b"".join(answered), None
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 closed when it has been sent
    try:
        for piece in answered:
            file.write(piece)
    finally:
        close: Callable[[], None] | None = getattr(answered, "close", None)
        if close is not None:
            close()
    file.seek(0)
    return b"", file


def head_of(status: str, headers: Headers, *, keeps_alive: bool) -> bytes:
    """The head of an answer. Raises ValueError for a header that would be more than one line."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Date: {_date()}",
        "Connection: keep-alive" if keeps_alive else "Connection: close",
    ]
    lines += [f"{name}: {value}" for name, value in headers]
    text = "\r\n".join(lines)
    if text.count("\n") >= len(lines) or text.count("\r") >= len(lines):
        raise ValueError("a header has a line break in it")
    return f"{text}\r\n\r\n".encode("latin-1")


class _Clock:
    second = 0
    text = ""


def _date() -> str:
    second = int(time.time())
    if second != _Clock.second:
        _Clock.text = formatdate(second, usegmt=True)
        _Clock.second = second
    return _Clock.text
