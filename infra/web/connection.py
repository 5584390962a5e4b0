"""One client's connection: what it sends is read in pieces, what it is answered is written as it takes it.

A connection belongs to one thread at a time: to the thread that polls while it is watched, and to the thread
that runs its request while that runs. Giving it away is always the last thing its owner does.
"""

import socket
import struct
import time
from collections.abc import Hashable
from contextlib import suppress
from selectors import EVENT_READ, EVENT_WRITE
from typing import IO

import structlog

from infra.web.answers import Headers, head_of
from infra.web.heads import Malformed, take_head
from infra.web.host import Host, Phase
from infra.web.requests import Environment, Request
from infra.web.sending import Sending

log = structlog.get_logger("request")

_RECEIVED_AT_ONCE = 65_536
#: Reset a connection when it is closed.
_RESET = struct.pack("ii", 1, 0)
_BODILESS = ("204", "304")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection:
    """A client's socket."""

    def __init__(self, host: Host, client: socket.socket, environment: Environment) -> None:
        self.socket = client
        self.environment = environment
        self.phase = Phase.IDLE
        self.deadline = time.monotonic() + host.bounds.head_seconds
        self.events = 0
        self.lane: Hashable = None
        self.queued_at = 0.0
        self.request: Request | None = None
        self._host = host
        self._arrived = bytearray()
        self._searched = 0
        self._sending: Sending | None = None
        #: Bytes taken from the room of all bodies.
        self._body_room = 0
        self._keeps_alive = False
        self._discarded = 0
        self._lingers_for = host.bounds.linger_seconds
        self._last_moment = 0.0

    def fileno(self) -> int:
        """For the selector."""
        return self.socket.fileno()

    # What the polling thread calls.

    def ready(self, events: int) -> None:
        """Go on: the socket can be read from or written to."""
        if self.phase is Phase.ANSWER:
            if events & EVENT_WRITE:
                self._write()
        elif events & EVENT_READ and self.phase is not Phase.CLOSED:
            self._receive()

    def expire(self) -> None:
        """The time of what it is busy with is over."""
        if self.phase in (Phase.HEAD, Phase.BODY):
            # Whoever took too long is not listened to much longer.
            self._lingers_for = self._host.bounds.linger_silence
            self.refuse(408)
            return
        if self.phase is Phase.ANSWER:
            # What the client did not take is not kept for it, neither here nor in the system.
            with suppress(OSError):
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.close()

    # What the thread that runs the request calls.

    def answer(
        self,
        status: str,
        headers: Headers,
        content: bytes,
        file: IO[bytes] | None = None,
        *,
        is_last: bool = False,
    ) -> None:
        """Send an answer, as much at once as the client takes; the rest is written while it is watched."""
        request = self.request
        has_body = not (request and request.head.method == "HEAD") and status[:3] not in _BODILESS
        length = next((value for name, value in headers if name.lower() == "content-length"), None)
        if length is None and file is None and has_body:
            headers = [*headers, ("Content-Length", str(len(content)))]
        self._keeps_alive = (
            request is not None
            and request.head.keeps_alive
            and request.body.is_whole
            and not (is_last or self._host.is_stopping)
            and (file is None or length is not None)
        )
        try:
            head = head_of(status, headers, keeps_alive=self._keeps_alive)
        except ValueError:
            log.exception("unusable answer")
            self.refuse(500)
            return
        size = int(length) if length else 2**62
        self._sending = Sending(head + content, file, size) if has_body else Sending(head, file)
        self.phase = Phase.ANSWER
        self._write()

    def refuse(self, status: int) -> None:
        """Answer in place of the application; what did not arrive whole is the connection's last request."""
        self._host.unwatch(self)
        # Whoever sends one request after another without waiting is not refused one after another.
        self.answer(*self._host.refusal(status), is_last=bool(self._arrived))

    def read_body(self, size: int) -> None:
        """Read on: the application wants so many bytes of the body."""
        request = self.request
        if request is None:
            return
        body = request.body
        room = min(size, body.length) if body.length is not None else size
        if not self._host.bodies.take(room - self._body_room):
            self.refuse(503)
            return
        self._body_room = room
        body.requested = size
        request.started_at = time.monotonic()
        if not body.received:
            self._continue()
        self._advance()

    def close(self) -> None:
        """Hang up."""
        if self.phase is Phase.CLOSED:
            return
        self._host.unwatch(self)
        self.phase = Phase.CLOSED
        self._drop_request()
        self._drop_answer()
        self.socket.close()
        self._host.forget(self)

    def _receive(self) -> None:
        try:
            data = self.socket.recv(_RECEIVED_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if self.phase is Phase.LINGERING:
            self._discard(len(data))
        elif data:
            self._arrived += data
            self._advance()
        elif self.phase is Phase.IDLE:
            self.close()
        else:
            # What broke off is no request, however much of it arrived.
            self.refuse(400)

    def _advance(self) -> None:
        """Make of what has arrived as much of a request as it is; a whole one is queued."""
        now = time.monotonic()
        try:
            request = self.request = self.request or self._read_head(now)
            if request is None:
                self._wait_for_head(now)
                return
            request.body.feed(self._arrived)
        except Malformed as fault:
            self.refuse(fault.status)
            return
        if request.body.has_enough:
            self._submit(now)
        else:
            self._wait_for_body(request, now)

    def _read_head(self, now: float) -> Request | None:
        head = take_head(self._arrived, self._searched)
        if head is None:
            self._searched = len(self._arrived)
            return None
        self._searched = 0
        request = self.request = self._host.begin(self, head, now)
        if not self._arrived and not request.body.has_enough:
            self._continue()
        return request

    def _wait_for_head(self, now: float) -> None:
        if self.phase is not Phase.HEAD:
            self.phase = Phase.HEAD
            self.deadline = now + self._host.bounds.head_seconds
        self._host.watch(self, EVENT_READ)

    def _continue(self) -> None:
        """Tell a client that asked for it to send the body."""
        if self.request is not None and self.request.head.expects_continue:
            with suppress(OSError):
                self.socket.send(_CONTINUE)

    def _wait_for_body(self, request: Request, now: float) -> None:
        self.phase = Phase.BODY
        bounds = self._host.bounds
        slowest = 2 * bounds.body_seconds + request.body.received / bounds.least_rate
        self.deadline = min(now + bounds.body_seconds, request.started_at + slowest)
        self._host.watch(self, EVENT_READ)

    def _submit(self, now: float) -> None:
        self._host.unwatch(self)
        self.phase = Phase.RUNNING
        self.queued_at = now
        if not self._host.submit(self):
            self.refuse(503)

    def _write(self) -> None:
        sending = self._sending
        if sending is None:
            return
        try:
            if sending.write(self.socket):
                self._keeps_alive = self._keeps_alive and not sending.is_cut
                self._finish()
                return
            sending.set_aside(self._host.answers)
        except OSError:
            self.close()
            return
        self.deadline = sending.deadline(self._host.bounds)
        self._host.watch(self, EVENT_WRITE)

    def _finish(self) -> None:
        """The answer was sent."""
        is_whole = self.request is not None and self.request.body.is_whole
        self._drop_request()
        self._drop_answer()
        if self._keeps_alive:
            self.phase = Phase.IDLE
            if self._arrived:
                self._advance()
            else:
                self.deadline = time.monotonic() + self._host.bounds.idle_seconds
                self._host.watch(self, EVENT_READ)
        elif is_whole and not self._arrived:
            self.close()
        else:
            self._linger()

    def _linger(self) -> None:
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.close()
            return
        self.phase = Phase.LINGERING
        self._arrived.clear()
        self._last_moment = time.monotonic() + self._lingers_for
        self.deadline = time.monotonic() + self._host.bounds.linger_silence
        self._host.watch(self, EVENT_READ)

    def _discard(self, size: int) -> None:
        self._discarded += size
        if not size or self._discarded > self._host.bounds.linger_bytes:
            self.close()
        else:
            silence = time.monotonic() + self._host.bounds.linger_silence
            self.deadline = min(silence, self._last_moment)

    def _drop_request(self) -> None:
        if self.request is not None:
            self.request.close()
            self.request = None
        if self._body_room:
            self._host.bodies.give_back(self._body_room)
            self._body_room = 0

    def _drop_answer(self) -> None:
        if self._sending is not None:
            self._sending.close()
            self._sending = None
