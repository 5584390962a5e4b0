"""Request lines and headers: read strictly, so that nobody before or behind us reads them otherwise."""

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes, urlsplit

import msgspec

#: The largest head, and the largest line of one, in bytes.
MOST_BYTES, LONGEST_LINE = 32_768, 8_190
#: The most headers.
MOST_HEADERS = 100

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_LINE = re.compile(rb"(" + _TOKEN + rb") ([!-\"$-~]+) HTTP/1\.([01])\r\n")
# Neither part can match what the other does, so reading takes one pass whatever is sent.
_HEADER = re.compile(rb"(" + _TOKEN + rb"):([^\x00-\x08\x0a-\x1f\x7f]*)\r\n")
_LENGTH = re.compile(r"[0-9]{1,18}\Z")
#: Headers that mean nothing when they are there twice.
_SINGLE = frozenset({"HTTP_HOST", "CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT"})
#: Headers that have one value, in which a comma is a letter like others. Several lines of one are kept apart
#: by what no line can hold, for whoever reads the header to refuse.
_NO_LISTS = frozenset({"HTTP_IDEMPOTENCY_KEY"})
_NAMED_OTHERWISE = {b"CONTENT-LENGTH": "CONTENT_LENGTH", b"CONTENT-TYPE": "CONTENT_TYPE"}
#: Of how many names it is remembered how WSGI calls them: clients send the same few again and again.
_REMEMBERED = 512

_END = b"\r\n\r\n"


class Malformed(Exception):
    """What arrived is no request of HTTP/1.1; `status` is what it is answered with."""

    def __init__(self, status: int = 400) -> None:
        super().__init__(status)
        self.status = status


class Head(msgspec.Struct, frozen=True):
    """A request's line and headers; the headers are named as WSGI names them."""

    method: str
    target: str
    path: str
    query: str
    is_http_1_1: bool
    headers: dict[str, str]
    #: How many bytes of body follow; None when they come in chunks.
    length: int | None

    @property
    def expects_continue(self) -> bool:
        """Whether the client sends the body only when told to."""
        return self.is_http_1_1 and "HTTP_EXPECT" in self.headers

    @property
    def keeps_alive(self) -> bool:
        """Whether the client wants to go on over the same connection."""
        wishes = self.headers.get("HTTP_CONNECTION")
        if wishes is None:
            return self.is_http_1_1
        options = {wish.strip().lower() for wish in wishes.split(",")}
        return "close" not in options if self.is_http_1_1 else "keep-alive" in options


def take_head(arrived: bytearray, searched: int) -> Head | None:
    """Take a head off the beginning of what has arrived, or None when its end has not.

    No end lies within the first `searched` bytes. Raises Malformed, also for what can become no head.
    """
    end = arrived.find(_END, max(0, searched - len(_END)))
    if end < 0:
        _check_beginning(arrived)
        return None
    if end > MOST_BYTES:
        raise Malformed(431)
    head = bytes(arrived[: end + 2])
    del arrived[: end + len(_END)]
    # One empty line before a request is overlooked, as the standard advises.
    return read_head(head.removeprefix(b"\r\n"))


def _check_beginning(arrived: bytearray) -> None:
    line = arrived.find(b"\r\n", 2)
    if (len(arrived) if line < 0 else line) > LONGEST_LINE:
        raise Malformed(414)
    if len(arrived) > MOST_BYTES:
        raise Malformed(431)
    if arrived.count(b"\n") != arrived.count(b"\r\n"):
        raise Malformed


def read_head(head: bytes) -> Head:
    """Read the lines of a head, each with its end. Raises Malformed."""
    line = _LINE.match(head)
    if line is None:
        raise Malformed(414 if head.find(b"\r\n") > LONGEST_LINE else 400)
    if line.end() > LONGEST_LINE:
        raise Malformed(414)
    method, target, minor = line.groups()
    headers = _read_headers(head, line.end())
    is_http_1_1 = minor == b"1"
    if is_http_1_1 and "HTTP_HOST" not in headers:
        raise Malformed
    if headers.get("HTTP_EXPECT", "100-continue").lower() != "100-continue":
        raise Malformed(417)
    path, query = _read_target(method, target.decode("ascii"))
    length = _read_length(headers, is_http_1_1=is_http_1_1)
    return Head(method.decode("ascii"), target.decode("ascii"), path, query, is_http_1_1, headers, length)


def _read_headers(head: bytes, start: int) -> dict[str, str]:
    headers: dict[str, str] = {}
    count = 0
    for match in _HEADER.finditer(head, start):
        if match.start() != start:
            raise Malformed
        start, count = match.end(), count + 1
        if start - match.start() > LONGEST_LINE or count > MOST_HEADERS:
            raise Malformed(431)
        name = match[1]
        if b"_" in name:
            # WSGI could not tell it from the header with a hyphen, and it might pass for an environment's.
            continue
        key = _key_of(name)
        value = match[2].decode("latin-1").strip(" \t")
        if key in headers:
            if key in _SINGLE:
                raise Malformed
            value = ("\n" if key in _NO_LISTS else ",").join((headers[key], value))
        headers[key] = value
    if start != len(head):
        raise Malformed(431 if len(head) - start > LONGEST_LINE else 400)
    return headers


@lru_cache(_REMEMBERED)
def _key_of(name: bytes) -> str:
    upper = name.upper()
    return _NAMED_OTHERWISE.get(upper) or "HTTP_" + upper.decode("ascii").replace("-", "_")


def _read_target(method: bytes, target: str) -> tuple[str, str]:
    """Path, as WSGI has it, and query."""
    if not target.startswith("/"):
        if target == "*" and method == b"OPTIONS":
            return target, ""
        if method == b"CONNECT" or not target.lower().startswith(("http://", "https://")):
            raise Malformed
        try:
            parts = urlsplit(target)
        except ValueError:
            raise Malformed from None
        return _unquoted(parts.path or "/"), parts.query
    path, _, query = target.partition("?")
    return _unquoted(path), query


def _unquoted(path: str) -> str:
    return unquote_to_bytes(path).decode("latin-1") if "%" in path else path


def _read_length(headers: dict[str, str], *, is_http_1_1: bool) -> int | None:
    """How long the body is; None for chunks. Whoever says both, or what is neither, is not believed."""
    coding = headers.pop("HTTP_TRANSFER_ENCODING", None)
    length = headers.get("CONTENT_LENGTH")
    if coding is None:
        if length is None:
            return 0
        if not _LENGTH.match(length):
            raise Malformed
        return int(length)
    if length is not None or not is_http_1_1:
        raise Malformed
    if coding.lower() != "chunked":
        raise Malformed(501)
    return None
