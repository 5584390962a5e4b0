"""Heads of requests: read in one way only, whoever stands before us."""

from collections.abc import Callable
from typing import Any

import pytest

ALIVE = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
#: What another server may take for a request of its own.
HIDDEN = b"GET /api/hidden HTTP/1.1\r\nHost: x\r\n\r\n"

AMBIGUOUS = {
    "both a length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 35\r\n\r\n",
    "the same length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "a length with a sign": POST + b"Content-Length: +2\r\n\r\n{}",
    "a length below zero": POST + b"Content-Length: -1\r\n\r\n",
    "a length in hexadecimal": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "a length in other digits": POST + "Content-Length: ٢\r\n\r\n{}".encode(),
    "an empty length": POST + b"Content-Length: \r\n\r\n{}",
    "a length without end": POST + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n",
    "two codings": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a folded header": b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n 2\r\n\r\n",
    "a folded first header": b"GET /health HTTP/1.1\r\n Host: x\r\n\r\n",
    "a space before the colon": POST + b"Content-Length : 2\r\n\r\n{}",
    "a header without a name": b"GET /health HTTP/1.1\r\nHost: x\r\n: 1\r\n\r\n",
    "a line feed alone": b"GET /health HTTP/1.1\nHost: x\n\n",
    "a line feed alone between headers": b"GET /health HTTP/1.1\r\nHost: x\nX-A: 1\r\n\r\n",
    "a carriage return alone": b"GET /health HTTP/1.1\r\nHost: x\rX-A: 1\r\n\r\n",
    "a zero byte": b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\x00b\r\n\r\n",
    "no host": b"GET /health HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "two types": POST + b"Content-Type: text/csv\r\nContent-Length: 2\r\n\r\n{}",
    "two spaces": b"GET  /health HTTP/1.1\r\nHost: x\r\n\r\n",
    "a space in the target": b"GET /hea lth HTTP/1.1\r\nHost: x\r\n\r\n",
    "a fragment": b"GET /health#x HTTP/1.1\r\nHost: x\r\n\r\n",
    "a target in other letters": "GET /hälth HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "a target that is no path": b"GET health HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "another version": b"GET /health HTTP/2.0\r\nHost: x\r\n\r\n",
    "a version in other letters": b"GET /health http/1.1\r\nHost: x\r\n\r\n",
    "no version": b"GET /health\r\nHost: x\r\n\r\n",
    "a method of other signs": b"G@T /health HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("request_", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_what_could_be_read_in_two_ways_is_refused_with_all_that_follows(
    dial: Callable[..., Any], request_: bytes
) -> None:
    wire = dial()
    wire.send(request_ + HIDDEN)
    answer = wire.answer()
    assert answer.refusal == (400, "malformed_request")
    assert answer.headers["connection"] == "close"
    assert wire.is_closed()


@pytest.mark.parametrize("coding", [b"gzip", b"gzip, chunked", b"chunked, identity", b"xchunked", b""])
def test_a_coding_that_is_not_chunks_alone_is_not_taken(dial: Callable[..., Any], coding: bytes) -> None:
    wire = dial()
    wire.send(POST + b"Transfer-Encoding: " + coding + b"\r\n\r\n" + HIDDEN)
    assert wire.answer().refusal == (501, "coding_unsupported")
    assert wire.is_closed()


def test_an_expectation_that_nobody_knows_is_not_met(dial: Callable[..., Any]) -> None:
    wire = dial()
    wire.send(POST + b"Expect: coffee\r\nContent-Length: 2\r\n\r\n{}")
    assert wire.answer().refusal == (417, "expectation_failed")


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", (414, "uri_too_long")),
        (b"GET /" + b"x" * 9_000, (414, "uri_too_long")),
        (ALIVE[:-2] + b"X-A: " + b"x" * 9_000 + b"\r\n\r\n", (431, "headers_too_large")),
        (ALIVE[:-2] + b"X-A: 1\r\n" * 200 + b"\r\n", (431, "headers_too_large")),
        (ALIVE[:-2] + (b"X-A: " + b"x" * 8_000 + b"\r\n") * 5, (431, "headers_too_large")),
    ],
)
def test_a_head_has_an_end(dial: Callable[..., Any], request_: bytes, refusal: tuple[int, str]) -> None:
    wire = dial()
    wire.send(request_)
    assert wire.answer().refusal == refusal
    assert wire.is_closed()


class TestGoodRequests:
    def test_arrive_byte_by_byte_as_well(self, dial: Callable[..., Any]) -> None:
        wire = dial()
        for offset in range(len(ALIVE)):
            wire.send(ALIVE[offset : offset + 1])
        assert wire.answer().status == 200

    def test_are_answered_in_their_order_when_they_come_at_once(self, dial: Callable[..., Any]) -> None:
        wire = dial()
        login = POST + b"Content-Length: 2\r\n\r\n{}"
        wire.send(ALIVE + login + b"\r\n" + HIDDEN + ALIVE[:20])
        assert [wire.answer().status for _ in range(3)] == [200, 422, 404]
        wire.send(ALIVE[20:])
        assert wire.answer().status == 200

    def test_come_over_one_connection_as_long_as_the_client_likes(self, dial: Callable[..., Any]) -> None:
        wire = dial()
        for _ in range(5):
            wire.send(ALIVE)
            answer = wire.answer()
            assert (answer.status, answer.headers["connection"]) == (200, "keep-alive")
        wire.send(ALIVE[:-2] + b"Connection: TE, Close\r\n\r\n")
        assert wire.answer().headers["connection"] == "close"
        assert wire.is_closed()

    def test_of_the_first_version_end_the_connection_unless_they_ask(self, dial: Callable[..., Any]) -> None:
        wire = dial()
        wire.send(b"GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert wire.answer().headers["connection"] == "keep-alive"
        wire.send(b"GET /health HTTP/1.0\r\n\r\n")
        assert wire.answer().status == 200
        assert wire.is_closed()

    def test_may_name_the_whole_address(self, dial: Callable[..., Any]) -> None:
        wire = dial()
        wire.send(b"GET http://shop.example/health HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        assert wire.answer().status == 200


class TestWhatALocalProxySays:
    def test_the_path_is_what_the_line_says(self, dial: Callable[..., Any]) -> None:
        wire = dial()
        for name in (b"SCRIPT_NAME", b"Script-Name", b"PATH_INFO", b"X-Script-Name"):
            wire.send(ALIVE[:-2] + name + b": /health\r\n\r\n")
            assert wire.answer().status == 200
            wire.send(HIDDEN[:-2] + name + b": /api/hidden\r\n\r\n")
            assert wire.answer().refusal == (404, "not_found")

    def test_no_header_passes_for_another(self, dial: Callable[..., Any], shop: Any) -> None:
        wire = dial()
        token = shop.token().encode()
        wire.send(b"GET /api/auth/me HTTP/1.1\r\nHost: x\r\nAUTHORIZATION_: Bearer " + token + b"\r\n\r\n")
        assert wire.answer().status == 401
        wire.send(b"POST /api/auth/me HTTP/1.1\r\nHost: x\r\nContent_Length: 5\r\n\r\n")
        assert wire.answer().status == 405
        wire.send(ALIVE)
        assert wire.answer().status == 200

    @pytest.mark.parametrize("name", [b"X-Forwarded-Proto", b"X-Forwarded-Protocol", b"X-Forwarded-Ssl"])
    def test_nobody_is_believed_to_have_come_encrypted(self, dial: Callable[..., Any], name: bytes) -> None:
        wire = dial()
        for value in (b"https", b"ssl", b"on"):
            wire.send(ALIVE[:-2] + name + b": " + value + b"\r\n\r\n")
            assert "strict-transport-security" not in wire.answer().headers

    def test_unless_the_proxy_is_trusted(self, dial: Callable[..., Any], serve: Callable[..., Any]) -> None:
        with serve(MIPOS_WORKERS="1", MIPOS_TRUSTED_PROXIES="127.0.0.0/8") as proxied:
            wire = dial((proxied.host, proxied.port))
            for header, is_encrypted in {"https": True, "http, HTTPS": True, "https, http": False}.items():
                wire.send(ALIVE[:-2] + f"X-Forwarded-Proto: {header}\r\n\r\n".encode())
                assert ("strict-transport-security" in wire.answer().headers) == is_encrypted
