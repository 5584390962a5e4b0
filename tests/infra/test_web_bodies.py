"""Bodies of requests: whole or not at all, and no longer than somebody wants to read them."""

import hashlib
import json
import random
import threading
from collections.abc import Callable
from http.client import HTTPConnection
from itertools import pairwise
from typing import Any

import pytest

from tests.waiting import PATIENCE

BRANDS = "/api/admin/settings/brands"
IMPORT = "/api/admin/products/import"
SHEET = b"sku,name,price\nSALT,Salt,129.00"
LARGE = 10 * 2**20


def head(shop: Any, path: str, *headers: str, role: str = "Admin", kind: str = "application/json") -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {shop.token(role)}",
        f"Content-Type: {kind}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def chunked(data: bytes, size: int) -> bytes:
    parts = [data[offset : offset + size] for offset in range(0, len(data), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


class TestABodyThatBreaksOff:
    def test_records_nothing_though_what_came_could_be_read(
        self, dial: Callable[..., Any], shop: Any
    ) -> None:
        before = len(shop.events())
        path = f"{IMPORT}?commit=true"
        wire = dial()
        wire.send(head(shop, path, f"Content-Length: {len(SHEET)}", kind="text/csv") + SHEET[:-6])
        wire.end()
        assert wire.answer().refusal == (400, "malformed_request")
        assert wire.is_closed()
        assert len(shop.events()) == before
        wire = dial()
        wire.send(head(shop, path, f"Content-Length: {len(SHEET)}", kind="text/csv") + SHEET)
        assert wire.answer().json["data"]["created"] == 1

    def test_in_chunks_records_nothing_either(self, dial: Callable[..., Any], shop: Any) -> None:
        before = len(shop.events())
        whole = chunked(SHEET, 10)
        for end in (len(whole) - 1, len(whole) - 2, len(whole) - 5, len(whole) - 8, 3, 1, 0):
            wire = dial()
            wire.send(head(shop, f"{IMPORT}?commit=true", "Transfer-Encoding: chunked", kind="text/csv"))
            wire.send(whole[:end])
            wire.end()
            assert wire.answer().refusal == (400, "malformed_request"), end
        assert len(shop.events()) == before

    def test_large_as_it_is_records_nothing(self, dial: Callable[..., Any], shop: Any) -> None:
        before = len(shop.events())
        sheet = b"sku,name,price\n" + b"".join(b"S%d,Salt,1.00\n" % n for n in range(40_000))
        for how in (f"Content-Length: {len(sheet) + 1}", "Transfer-Encoding: chunked"):
            wire = dial()
            wire.send(head(shop, f"{IMPORT}?commit=true", how, kind="text/csv"))
            wire.send(chunked(sheet, 65_536)[:-2] if how.startswith("T") else sheet)
            wire.end()
            assert wire.answer().refusal == (400, "malformed_request"), how
        assert len(shop.events()) == before

    @pytest.mark.parametrize(
        "chunk",
        [
            b"z\r\n{}\r\n0\r\n\r\n",
            b"\r\n{}\r\n0\r\n\r\n",
            b"-2\r\n{}\r\n0\r\n\r\n",
            b"+2\r\n{}\r\n0\r\n\r\n",
            b"0x2\r\n{}\r\n0\r\n\r\n",
            b" 2\r\n{}\r\n0\r\n\r\n",
            b"2\n{}\n0\n\n",
            b"2\r\n{}}0\r\n\r\n",
            b"3\r\n{}\r\n0\r\n\r\n",
            b"1\r\n{}\r\n0\r\n\r\n",
            b"2;\x00\r\n{}\r\n0\r\n\r\n",
            b"2;a\rb\r\n{}\r\n0\r\n\r\n",
            b"1" * 20 + b"\r\n{}\r\n0\r\n\r\n",
            b"2;" + b"a" * 1_000 + b"\r\n{}\r\n0\r\n\r\n",
            b"2;" + b"a" * 1_000,
            b"2\r\n{}\r\n0\r\n" + b"a: " + b"b" * 10_000 + b"\r\n\r\n",
            b"2\r\n{}\r\n0\r\na: b\n\r\n",
        ],
    )
    def test_a_chunk_that_is_none_is_refused_with_all_that_follows(
        self, dial: Callable[..., Any], shop: Any, chunk: bytes
    ) -> None:
        wire = dial()
        wire.send(head(shop, BRANDS, "Transfer-Encoding: chunked") + chunk + b"GET / HTTP/1.1\r\n")
        assert wire.answer().refusal == (400, "malformed_request")
        assert wire.is_closed()

    def test_chunks_that_hold_next_to_nothing_have_an_end(self, dial: Callable[..., Any], shop: Any) -> None:
        wire = dial()
        wire.send(head(shop, BRANDS, "Transfer-Encoding: chunked") + chunked(b" " * 60_000, 1))
        assert wire.answer().refusal == (400, "malformed_request")


class TestABodyThatComesWhole:
    def test_in_chunks_of_any_size_with_all_that_chunks_may_have(
        self, dial: Callable[..., Any], shop: Any
    ) -> None:
        wire = dial()
        for number, size in enumerate((1, 7, 1_000)):
            body = chunked(json.dumps({"name": f"Acme {number}"}).encode(), size)
            body = body.replace(b"\r\n", b' ; name="a b"\r\n', 1)[:-2] + b"Trailer: x\r\n\r\n"
            wire.send(head(shop, BRANDS, "Transfer-Encoding: chunked") + body)
            assert wire.answer().json["data"]["name"] == f"Acme {number}"

    @pytest.mark.parametrize("how", ["length", "chunks", "bytes"])
    def test_large_as_it_is(self, dial: Callable[..., Any], shop: Any, how: str) -> None:
        name = "x" * (700_000 if how != "bytes" else 500)
        body = json.dumps({"name": name}).encode()
        wire = dial()
        if how == "chunks":
            wire.send(head(shop, BRANDS, "Transfer-Encoding: chunked") + chunked(body, 30_000))
        elif how == "length":
            wire.send(head(shop, BRANDS, f"Content-Length: {len(body)}") + body)
        else:
            wire.send(head(shop, BRANDS, f"Content-Length: {len(body)}"))
            for offset in range(len(body)):
                wire.send(body[offset : offset + 1])
        answer = wire.answer()
        assert answer.refusal == (422, "validation_failed")
        assert answer.json["error"]["details"][0]["field"] == "name"
        wire.send(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wire.answer().status == 200

    def test_and_is_read_to_its_last_byte(self, dial: Callable[..., Any], shop: Any) -> None:
        rows = 1_500
        sheet = b"sku,name,price\n" + b"".join(b"S%d,Salt %d,1.00\n" % (n, n) for n in range(rows))
        sheet = sheet.replace(b"1.00\n", b"1.00" + b" " * 40 + b"\n")
        wire = dial()
        for how, body in (
            ("Transfer-Encoding: chunked", chunked(sheet, 5_000)),
            (f"Content-Length: {len(sheet)}", sheet),
        ):
            wire.send(head(shop, IMPORT, how, kind="text/csv") + body)
            answer = wire.answer()
            assert (answer.json["data"]["rows"], answer.json["data"]["error_count"]) == (rows, 0)
        assert answer.headers["connection"] == "keep-alive"


class TestWhoeverAsksBeforeSending:
    def test_is_told_to_go_on(self, dial: Callable[..., Any], shop: Any) -> None:
        small = json.dumps({"name": "Acme"}).encode()
        large = b" " * 100_000 + json.dumps({"name": "Other"}).encode()
        wire = dial()
        for body in (small, large):
            wire.send(head(shop, BRANDS, f"Content-Length: {len(body)}", "Expect: 100-continue"))
            assert wire.reader.readline() == b"HTTP/1.1 100 Continue\r\n"
            assert wire.reader.readline() == b"\r\n"
            wire.send(body)
            assert wire.answer().status == 201

    def test_is_not_told_so_when_the_answer_is_no(self, dial: Callable[..., Any], shop: Any) -> None:
        refused = {
            (BRANDS, "Cashier", 100_000): (403, "forbidden"),
            ("/api/nowhere", "Admin", 100_000): (404, "not_found"),
            ("/api/auth/me", "Admin", 100_000): (405, "method_not_allowed"),
            (BRANDS, "Admin", LARGE): (413, "body_too_large"),
        }
        for (path, role, size), refusal in refused.items():
            wire = dial()
            wire.send(head(shop, path, f"Content-Length: {size}", "Expect: 100-continue", role=role))
            assert wire.answer().refusal == refusal
            wire.end()
            assert wire.is_closed()

    def test_need_not_wait(self, dial: Callable[..., Any], shop: Any) -> None:
        body = json.dumps({"name": "Acme"}).encode()
        wire = dial()
        wire.send(head(shop, BRANDS, f"Content-Length: {len(body)}", "Expect: 100-continue") + body)
        assert wire.answer().status == 201


class TestARefusalOfALargeBody:
    @pytest.mark.parametrize(
        ("path", "role", "refusal"),
        [
            (BRANDS, "stranger", (401, "unauthenticated")),
            (BRANDS, "Cashier", (403, "forbidden")),
            ("/api/nowhere", "Admin", (404, "not_found")),
            ("/api/auth/me", "Admin", (405, "method_not_allowed")),
            (BRANDS, "Admin", (413, "body_too_large")),
            ("/api/auth/login", "stranger", (413, "body_too_large")),
            (f"{BRANDS}?x=1", "Admin", (400, "invalid_parameter")),
        ],
    )
    @pytest.mark.parametrize("is_chunked", [False, True])
    def test_is_heard_by_a_client_that_sends_it_all_first(
        self, shop: Any, path: str, role: str, refusal: tuple[int, str], is_chunked: bool
    ) -> None:
        token = "nobody's" if role == "stranger" else shop.token(role)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        connection = HTTPConnection(shop.service.host, shop.service.port, timeout=PATIENCE)
        content: Any = (b"x" * 2**16 for _ in range(LARGE // 2**16)) if is_chunked else b"x" * LARGE
        connection.request("POST", path, content, headers, encode_chunked=is_chunked)
        answer = connection.getresponse()
        assert (answer.status, json.load(answer)["error"]["code"]) == refusal
        assert answer.headers["Connection"] == "close"
        connection.close()

    def test_comes_before_the_body_has(self, dial: Callable[..., Any], shop: Any) -> None:
        wire = dial()
        wire.send(head(shop, BRANDS, f"Content-Length: {LARGE}", role="Cashier"))
        assert wire.answer().refusal == (403, "forbidden")

    def test_counts_once(self, dial: Callable[..., Any], shop: Any) -> None:
        wire = dial()
        sizes, room = (10, 100_000), []
        for size in sizes:
            for _ in range(4):
                wire.send(head(shop, BRANDS, f"Content-Length: {size}") + b" " * size)
                room.append(int(wire.answer().headers["ratelimit-remaining"]))
        steps = {before - after for before, after in pairwise(room)}
        assert len({step for step in steps if step > 0}) == 1

    def test_takes_no_memory_for_what_it_throws_away(self, dial: Callable[..., Any], shop: Any) -> None:
        wire = dial()
        wire.send(head(shop, BRANDS, f"Content-Length: {2**40}", role="Cashier"))
        assert wire.answer().status == 403
        # There is a bound to what is thrown away, after which the server hangs up.
        with pytest.raises(ConnectionError):
            for _ in range(4_000):
                wire.send(b"x" * 2**16)


def test_however_requests_are_cut_into_pieces_each_is_read_as_it_was_sent(
    dial: Callable[..., Any], looped: Callable[..., Any]
) -> None:
    """With an application of the test's own, which says what it read, in pieces of its own choice."""
    draw = random.Random(7)

    def application(environ: Any, start: Any) -> list[bytes]:
        read, piece = b"", int(environ["QUERY_STRING"])
        while data := environ["wsgi.input"].read(
            min(piece, int(environ.get("CONTENT_LENGTH", 0)) - len(read))
        ):
            read += data
        start("200 OK", [])
        return [environ["PATH_INFO"].encode(), b" ", hashlib.sha256(read).hexdigest().encode()]

    def request(number: int) -> tuple[bytes, bytes]:
        body = draw.randbytes(draw.choice([0, 1, 100, 16_384, 16_385, 65_535, 65_536, 65_537, 200_000]))
        line = b"POST /%d?%d HTTP/1.1\r\nHost: x\r\n" % (number, draw.choice([1_000, 2**20]))
        if draw.random() < 0.5 and len(body) < 2**16:
            sent = b"Transfer-Encoding: chunked\r\n\r\n" + chunked(body, draw.randint(50, 70_000))
        else:
            sent = b"Content-Length: %d\r\n\r\n" % len(body) + body
        return line + sent, b"/%d %b" % (number, hashlib.sha256(body).hexdigest().encode())

    with looped(application) as address:
        for _ in range(5):
            wire, requests = dial(address), [request(number) for number in range(12)]
            stream = b"".join(sent for sent, _ in requests)
            sender = threading.Thread(
                target=send_in_pieces, args=(wire, stream, random.Random(draw.random()))
            )
            sender.start()
            assert [wire.answer().body for _ in requests] == [expected for _, expected in requests]
            sender.join()


def send_in_pieces(wire: Any, stream: bytes, draw: random.Random) -> None:
    offset = 0
    while offset < len(stream):
        size = draw.choice([1, 2, 3, 50, 1_000, 20_000, 100_000])
        wire.send(stream[offset : offset + size])
        offset += size
