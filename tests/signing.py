"""A signing service for tests: a real HTTP server in this process, which can be out of order in many ways."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

SIGNED = {
    "serial": "TSE-0815",
    "counter": 1,
    "start": "2026-03-14T09:26:53+01:00",
    "end": "2026-03-14T09:26:54.5+01:00",
    "signature": "signature-1",
    "qr": "V0",
}


NO_HEADERS: dict[str, str] = {}


def _other(**fields: Any) -> tuple[int, dict[str, str], bytes]:
    """A signature of which something is other than it should be."""
    return 200, {}, json.dumps({**SIGNED, **fields}).encode()


#: What it answers instead of a signature, by what is wrong with it: a status, headers and a body.
TROUBLES: dict[str, tuple[int, dict[str, str], bytes]] = {
    "no JSON": (200, {}, b"<html>It works!</html>"),
    "no text": (200, {}, b"\xff\xfe"),
    "another shape": (200, {}, b'{"serial": 7}'),
    "no zone": _other(start="2026-03-14T09:26:53"),
    "before all time": _other(start="0001-01-01T00:00:00+14:00"),
    "after all time": _other(end="9999-12-31T23:59:59-14:00"),
    "nothing printable": _other(serial="A\x1b[2J"),
    "a counter below zero": _other(counter=-1),
    "a code too large": _other(qr="x" * 1501),
    "too much": (200, {}, b"[" + b" " * 100_000 + b"]"),
    "elsewhere": (302, {"Location": "http://127.0.0.1:1/"}, b""),
    "an error": (500, {}, b"secret details"),
    "nothing": (204, {}, b""),
}


@dataclass
class Signer:
    """What it was asked, and how it answers; the same transaction has one signature."""

    port: int
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    trouble: str | None = None
    #: What is done before it answers.
    before: Callable[[], object] = lambda: None
    known: dict[str, bytes] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sign"

    def answer(self, receipt: dict[str, Any]) -> bytes:
        content = json.dumps({name: receipt[name] for name in receipt if name != "occurred_at"})
        number = len(self.known) + 1
        code = f"V0;{receipt['kind']};{receipt['total']};{number}"
        signed = {**SIGNED, "counter": number, "signature": f"signature-{number}", "qr": code}
        return self.known.setdefault(content, json.dumps(signed).encode())


@contextmanager
def signer() -> Iterator[Signer]:
    """It, for as long as it is open."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receipt = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            service.asked.append(receipt)
            service.tokens.append(self.headers["Authorization"])
            service.before()
            if service.trouble:
                status, headers, body = TROUBLES[service.trouble]
            else:
                status, headers, body = 200, NO_HEADERS, service.answer(receipt)
            # Who asks may have gone meanwhile.
            with suppress(OSError):
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = Signer(server.server_port)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def dripping(body: bytes, stop: Event) -> Iterator[str]:
    """The address of a server that sends a byte of its answer now and then, and so never stops to send."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                for byte in body:
                    if stop.is_set():
                        return
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(0.1)
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sign"
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
