"""What tests share: connections that send what no client library would, and databases made for a test."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPResponse
from typing import Any
from uuid import uuid4

import pytest

from infra.postgres.embedded import EmbeddedServer
from tests.conftest import Database, fresh_database, installed_in
from tests.infra.databases import connected
from tests.waiting import PATIENCE


class Wire:
    """One connection, and the answers that come over it."""

    def __init__(self, address: tuple[str, int], *, buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(address)
        # One for all answers, since it reads ahead.
        self.reader = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def end(self) -> None:
        """Send nothing more."""
        self.socket.shutdown(socket.SHUT_WR)

    def answer(self, method: str = "GET") -> "Heard":
        """The next answer."""
        response = HTTPResponse(_Reader(self.reader), method=method)  # type: ignore[arg-type]
        response.begin()
        return Heard(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())

    def is_closed(self) -> bool:
        """Whether nothing more comes."""
        try:
            return self.reader.read(1) == b""
        except ConnectionError:
            return True

    def close(self) -> None:
        self.reader.close()
        self.socket.close()


class _Reader:
    """A file for HTTPResponse, which would close it after an answer."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def makefile(self, _mode: str) -> Any:
        return _Open(self.file)


class _Open:
    def __init__(self, file: Any) -> None:
        self.file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def close(self) -> None:
        pass


class Heard:
    """An answer."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and code of a refusal, which has the shape of all refusals."""
        body = self.json
        assert body.keys() == {"success", "message", "error", "request_id"}
        assert body["request_id"] == self.headers["x-request-id"]
        assert self.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        return self.status, body["error"]["code"]


@pytest.fixture
def dial(service: Any) -> Iterator[Callable[..., Wire]]:
    """Opens connections, by default to the server of all tests."""
    with ExitStack() as opened:

        def connect(address: tuple[str, int] | None = None, **more: Any) -> Wire:
            wire = Wire(address or (service.host, service.port), **more)
            opened.callback(wire.close)
            return wire

        yield connect


@pytest.fixture
def make_database(server: EmbeddedServer) -> Iterator[Callable[..., str]]:
    """Makes empty databases, with these options, and returns their names; they are gone after the test."""
    names: list[str] = []

    def make(options: str = "") -> str:
        name = f"shared_{uuid4().hex[:12]}"
        with connected(server.conninfo("postgres", "postgres")) as connection:
            connection.execute(f"CREATE DATABASE {name} {options}".encode())
        names.append(name)
        return name

    yield make
    with connected(server.conninfo("postgres", "postgres")) as connection:
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def empty(server: EmbeddedServer, make_database: Callable[..., str]) -> Database:
    """How to connect to an installation in an empty database, where nothing was migrated yet."""
    return installed_in(server, make_database())


@pytest.fixture(scope="module")
def migrated(server: EmbeddedServer) -> Database:
    """How to connect to an installation that several tests put right."""
    return fresh_database(server, "shared_rights")
