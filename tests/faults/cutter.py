"""A way between the web server and its database that breaks off, stalls or closes when a COMMIT passes."""

import os
import shutil
import signal
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, quote, urlencode, urlsplit

SOCKET = ".s.PGSQL.5432"
#: What begins and ends a transaction that writes; one that only reads begins otherwise.
BEGIN, COMMIT = b"BEGIN\0", b"COMMIT\0"

#: Takes a link and what its client just sent, in which a COMMIT is.
Fault = Callable[["Link", bytes], None]


class Link:
    """One connection through the cutter."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server
        self.swallows_answers = False

    def kill(self) -> None:
        """End the process at the client's end at once."""
        peer = self.client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        os.kill(struct.unpack("3i", peer)[0], signal.SIGKILL)

    def close(self) -> None:
        for end in (self.client, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def cut_before(link: Link, _sent: bytes) -> None:
    """The COMMIT never arrives, and both ends hear that the connection is gone."""
    link.close()


def cut_after(link: Link, sent: bytes) -> None:
    """The COMMIT is done, and its answer is lost with the connection."""
    link.swallows_answers = True
    link.server.sendall(sent)


def kill_before(link: Link, _sent: bytes) -> None:
    """It never arrives, and the process that sent it is no more."""
    link.kill()
    link.close()


def kill_after(link: Link, sent: bytes) -> None:
    """It is done, and the process that sent it is no more."""
    link.server.sendall(sent)
    link.kill()


def stall(link: Link, _sent: bytes) -> None:
    """The COMMIT never arrives, and nobody hears of it."""
    link.swallows_answers = True


class Cutter:
    """Listens in a folder of its own; whoever connects there reaches the server of `conninfo`."""

    def __init__(self, conninfo: str, folder: Path) -> None:
        parts = urlsplit(conninfo)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._target = str(Path(query["host"]) / SOCKET)
        self._folder = folder
        through = urlencode({**query, "host": str(folder)}, quote_via=quote)
        self.conninfo = f"postgresql://{parts.username}@{parts.path}?{through}"
        #: What happens to the next COMMIT, or what else has this in it; None: it passes.
        self.fault: Fault | None = None
        self.marker = COMMIT
        #: Whether new connections are let through.
        self.is_open = True
        #: How many faults there were, and an event for whoever waits for one.
        self.faults = 0
        self.happened = threading.Event()
        self._links: list[Link] = []
        self._listener = socket.socket(socket.AF_UNIX)

    def __enter__(self) -> Self:
        self._listener.bind(str(self._folder / SOCKET))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for link in self._links:
            link.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def closing(self, fault: Fault) -> Fault:
        """The same fault, after which nobody reaches the server any more."""

        def close(link: Link, sent: bytes) -> None:
            self.is_open = False
            fault(link, sent)

        return close

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if not self.is_open:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._target)
            link = Link(client, server)
            self._links.append(link)
            threading.Thread(target=self._ask, args=(link,), daemon=True).start()
            threading.Thread(target=self._answer, args=(link,), daemon=True).start()

    def _ask(self, link: Link) -> None:
        while sent := _received(link.client):
            fault = self.fault if self.marker in sent else None
            if fault is None:
                with suppress(OSError):
                    link.server.sendall(sent)
                continue
            self.fault = None
            self.faults += 1
            fault(link, sent)
            self.happened.set()
        if not link.swallows_answers:
            link.close()

    def _answer(self, link: Link) -> None:
        while answered := _received(link.server):
            if link.swallows_answers:
                break
            with suppress(OSError):
                link.client.sendall(answered)
        link.close()


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(1 << 20)
    except OSError:
        return b""
