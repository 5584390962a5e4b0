"""All connections of a process and the requests that they bring, shared out among its threads.

One thread polls the sockets. When it finds a whole request it lets the next thread poll and runs that request
itself, so that most requests never change threads. Fewer requests may run than there are threads, so somebody
always polls.
"""

import errno
import selectors
import socket
import sys
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from itertools import chain
from typing import Any
from uuid import uuid4

import structlog
from prometheus_client import Counter

from infra.web.answers import FileAnswer, Headers
from infra.web.bounds import Bounds
from infra.web.connection import Connection
from infra.web.heads import Head
from infra.web.hooks import Hooks
from infra.web.host import Phase
from infra.web.lanes import PROBES, Lanes
from infra.web.listening import Listening
from infra.web.pauses import BodyWanted, NoNews, NotYet
from infra.web.putoff import PutOff
from infra.web.requests import Application, Environment, Request
from infra.web.room import Room

log = structlog.get_logger("request")

#: How long a thread polls before it looks at the clock, in seconds.
TURN = 0.5
#: A process leaves a new connection to others the longer the more it has, up to so many.
_MOST_LEAVING = 8

_NO_FILES = frozenset({errno.EMFILE, errno.ENFILE})
_CLOSED_FOR_ROOM = frozenset({Phase.IDLE, Phase.HEAD, Phase.LINGERING})

UNSERVED = Counter("mipos_unserved_total", "Requests refused before the application saw them.", ["status"])


class Loop:
    """The connections of one process."""

    def __init__(
        self,
        application: Application,
        listeners: Sequence[socket.socket],
        threads: int,
        bounds: Bounds,
        hooks: Hooks,
    ) -> None:
        self.bounds = bounds
        self.bodies, self.answers = Room(bounds.bodies), Room(bounds.answers)
        self.is_stopping = False
        #: When a thread last looked at the sockets.
        self.turned_at = time.monotonic()
        self._application = application
        self._listeners = list(listeners)
        self._hooks = hooks
        self._lanes = Lanes[Connection](threads)
        self._put_off = PutOff()
        self._listening = Listening()
        self._polling = threading.Lock()
        #: Held while the selector and what a connection says of it are changed together.
        self._watching = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._connections: set[Connection] = set()
        self._environment: Environment = {
            "wsgi.version": (1, 0),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "wsgi.file_wrapper": FileAnswer,
            "wsgi.input_terminated": True,
            "SCRIPT_NAME": "",
        }
        self._swept_at = 0.0
        self._bell, self._ringer = socket.socketpair()
        self._bell.setblocking(False)
        self._ringer.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ, self._hear)
        for listener in self._listeners:
            listener.setblocking(False)
            self._selector.register(listener, selectors.EVENT_READ, self._accept)

    # What threads do.

    def work(self) -> None:
        """Serve requests for ever."""
        while True:
            connection = self._next()
            # Once it is answered the connection goes on to its next request, perhaps in another lane.
            lane = connection.lane
            try:
                _attempt(connection, partial(self._run, connection))
            finally:
                self._lanes.release(lane)

    def _next(self) -> Connection:
        """The connection whose request this thread is to run; without one, poll or wait for one's turn to."""
        connection = self._lanes.take()
        if connection is None:
            with self._polling:
                while (connection := self._lanes.take()) is None:
                    self._turn()
        elif self._lanes.has_next:
            # What has run can have made way for two; whoever polls takes the second.
            self._wake()
        return connection

    def _turn(self) -> None:
        try:
            for key, events in self._selector.select(self._listening.seconds(self._put_off.seconds(TURN))):
                if isinstance(key.data, Connection):
                    _attempt(key.data, partial(key.data.ready, events))
                else:
                    key.data(key.fileobj)
            for connection in chain(self._put_off.take_due(), self._listening.take_due()):
                # It has not stood in a queue meanwhile: how long it may wait in all it says itself.
                connection.queued_at = time.monotonic()
                if not self.submit(connection):
                    _attempt(connection, partial(connection.refuse, HTTPStatus.SERVICE_UNAVAILABLE))
            self.turned_at = now = time.monotonic()
            if now - self._swept_at >= TURN:
                self._swept_at = now
                self._sweep(now)
        except Exception:
            # One turn that failed is no reason to leave all connections alone.
            log.exception("polling failed")
            time.sleep(0.01)

    def _run(self, connection: Connection) -> None:
        request = connection.request
        if request is None:
            return
        try:
            answer = request.run(self._application, connection.environment)
        except BodyWanted as pause:
            connection.read_body(pause.size)
        except (NotYet, NoNews) as pause:
            request.pauses += 1
            if self._put_aside(connection, pause, request.pauses):
                self._wake()
            else:
                connection.refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        except Exception:
            log.exception("unexpected error")
            connection.refuse(HTTPStatus.INTERNAL_SERVER_ERROR)
        else:
            connection.answer(*answer)

    def _put_aside(self, connection: Connection, pause: NotYet | NoNews, pauses: int) -> bool:
        """Keep a request that waits; False when too many do."""
        if isinstance(pause, NoNews):
            return self._listening.add(connection, pause)
        return self._put_off.add(connection, pauses)

    # What connections need.

    def watch(self, connection: Connection, events: int) -> None:
        """Wait for the socket, in place of what it was watched for so far, if at all."""
        if connection.events == events:
            return
        with self._watching:
            if connection.phase is Phase.CLOSED:
                return
            watched, connection.events = connection.events, events
            if watched:
                self._selector.modify(connection.socket, events, connection)
            else:
                self._selector.register(connection.socket, events, connection)

    def unwatch(self, connection: Connection) -> None:
        """Wait for it no more."""
        if connection.events:
            with self._watching:
                connection.events = 0
                self._selector.unregister(connection.socket)

    def forget(self, connection: Connection) -> None:
        """It is closed."""
        self._connections.discard(connection)

    def begin(self, connection: Connection, head: Head, now: float) -> Request:
        """The request that begins with this head; the connection takes the lane it waits in."""
        connected, headers = connection.environment["REMOTE_ADDR"], head.headers
        connection.lane = self._lane(connected, head)
        # Of what several proxies say in turn, the nearest one's word comes last.
        scheme = headers.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
        return Request(head, now, is_encrypted=scheme == "https" and self._hooks.is_proxy(connected))

    def _lane(self, connected: str, head: Head) -> Hashable:
        if head.path in PROBES:
            return head.path
        authorization = head.headers.get("HTTP_AUTHORIZATION")
        company = self._hooks.company_of(authorization) if authorization else None
        return company or self._hooks.sender_of(connected, head.headers.get("HTTP_X_FORWARDED_FOR"))

    def submit(self, connection: Connection) -> bool:
        """Queue the connection's request, which can be run; False when too many wait."""
        return self._lanes.put(connection)

    def refusal(self, status: int) -> tuple[str, Headers, bytes]:
        """What is answered in place of the application, in the shape of every failure."""
        request_id = uuid4().hex
        log.info("not served", request_id=request_id, status=status)
        UNSERVED.labels(status).inc()
        headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            ("X-Request-Id", request_id),
        ]
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append(("Retry-After", "1"))
        return f"{status} {HTTPStatus(status).phrase}", headers, self._hooks.refusal(status, request_id)

    # Coming, going, staying away.

    def _accept(self, listener: socket.socket) -> None:
        """Take one connection, unless a process with fewer is quicker; all have a turn for the next one."""
        time.sleep(self.bounds.leave_seconds * min(len(self._connections), _MOST_LEAVING))
        try:
            client, address = listener.accept()
        except OSError as error:
            # Another process was quicker, or the client has gone; if there are no files left, get one.
            if error.errno in _NO_FILES and not self._make_room():
                time.sleep(0.01)
            return
        client.setblocking(False)
        connection = Connection(self, client, {**self._environment, **_ends(client, address)})
        self._connections.add(connection)
        if len(self._connections) <= self.bounds.connections or self._make_room():
            self.watch(connection, selectors.EVENT_READ)
        else:
            connection.refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def _make_room(self) -> bool:
        """Close the connection that has been idle longest, else the one that has the least time left."""
        watched = [one for one in list(self._connections) if one.events and one.phase in _CLOSED_FOR_ROOM]
        if not watched:
            return False
        min(watched, key=lambda one: (one.phase is not Phase.IDLE, one.deadline)).close()
        return True

    def _sweep(self, now: float) -> None:
        """End what has taken too long."""
        for connection in list(self._connections):
            # Those that are not watched are in other hands.
            if connection.events and connection.deadline < now:
                _attempt(connection, connection.expire)
        for connection in self._lanes.take_late(now - self.bounds.queue_seconds):
            _attempt(connection, partial(connection.refuse, HTTPStatus.SERVICE_UNAVAILABLE))
        if self.is_stopping:
            for connection in list(self._connections):
                if connection.events and connection.phase is Phase.IDLE:
                    connection.close()

    def stop(self) -> None:
        """Take no more connections, answer what has come, and close those that are idle."""
        for listener in self._listeners:
            self._selector.unregister(listener)
            listener.close()
        self._swept_at = time.monotonic()
        self.is_stopping = True
        self._listening.end()

    @property
    def is_done(self) -> bool:
        """Whether there is nobody left to answer."""
        return all(one.phase is Phase.LINGERING for one in list(self._connections))

    def _wake(self) -> None:
        """Have the thread that polls look at the clock."""
        with suppress(OSError):
            self._ringer.send(b"!")

    def _hear(self, bell: socket.socket) -> None:
        with suppress(OSError):
            bell.recv(4096)


def _attempt(connection: Connection, step: Callable[[], None]) -> None:
    """Take a step with a connection; if that fails, it is the only one that is closed."""
    try:
        step()
    except Exception:
        log.exception("connection failed")
        connection.close()


def _ends(client: socket.socket, address: Any) -> Environment:
    """Both ends of a connection, as WSGI names them."""
    here = client.getsockname()
    return {
        "REMOTE_ADDR": address[0],
        "REMOTE_PORT": str(address[1]),
        "SERVER_NAME": here[0],
        "SERVER_PORT": str(here[1]),
    }
