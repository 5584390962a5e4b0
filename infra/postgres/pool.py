"""A few connections for many threads: made when they are needed, thrown away when they are broken."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from select import POLLIN, poll
from threading import BoundedSemaphore, Lock
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import psycopg
from psycopg import errors, pq

from infra.postgres.connections import CannotConnect, Lost, PoolExhausted
from infra.postgres.pool_metrics import change_size, give_one_back, take_one, waiting
from infra.postgres.request_transactions import RequestConnection

C = TypeVar("C", bound=psycopg.Connection[Any])

#: For how long a server that went away is waited for, counted from when it was missed; a restart takes less.
RESTART = 2.0
#: How long to wait between two looks whether it is back.
PAUSE = 0.1


@dataclass(frozen=True)
class PoolState:
    """Connections at a moment."""

    size: int
    in_use: int
    idle: int


class Pool(Generic[C]):
    """At most `size` connections, the last one used first; a thread waits at most `wait` seconds for one.

    A server that went away is waited for as long as a `restart` takes, none where there is another to ask.
    A connection is made by the thread that needs it. It comes back as it went or not at all, and before it
    goes out again its socket is looked at, without asking the server: an idle server has nothing to say but
    farewell.
    """

    def __init__(
        self, connect: Callable[[], C], size: int, *, wait: float = 5.0, restart: float = RESTART
    ) -> None:
        self._connect = connect
        self._wait = wait
        self._restart = restart
        self._room = BoundedSemaphore(size)
        self._size = size
        self._idle: list[C] = []
        self._busy: set[int] = set()
        self._is_closed = False
        self._turn = Lock()
        #: When the server was first missed and when last; 0 when it is there.
        self._missed_first = self._missed_last = 0.0
        change_size(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def connection(self) -> Iterator[C]:
        """A connection for as long as the context lasts. Raises PoolExhausted, CannotConnect."""
        self._enter()
        take_one()
        try:
            connection = self._take()
            self._busy.add(id(connection))
            try:
                yield connection
            except (Lost, errors.ReadOnlySqlTransaction) as error:
                # The others lead to the same server, which hangs or is no longer the one to write to.
                if not isinstance(error, Lost) or error.is_silent:
                    connection.close()
                    self.drop()
                raise
            finally:
                self._busy.discard(id(connection))
                self._put_back(connection)
        finally:
            give_one_back()
            self._room.release()

    @property
    def state(self) -> PoolState:
        """How many connections there may be, how many are in use, and how many are open and wait."""
        return PoolState(self._size, len(self._busy), len(self._idle))

    def close(self) -> None:
        """Close what is idle now, and the others when they come back."""
        if not self._is_closed:
            change_size(-self._size)
        self._is_closed = True
        self.drop()

    def _enter(self) -> None:
        """Wait until there is room for another connection. Raises PoolExhausted."""
        if self._room.acquire(blocking=False):
            return
        with waiting():
            if not self._room.acquire(timeout=self._wait):
                raise PoolExhausted("every connection is in use")

    def _take(self) -> C:
        while (connection := self._pop()) is not None:
            if _has_nothing_to_say(connection):
                return connection
            connection.close()
        while True:
            try:
                return self._connected()
            except CannotConnect:
                if time.monotonic() - self._missed_first >= self._restart:
                    raise
                time.sleep(PAUSE)

    def _pop(self) -> C | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _connected(self) -> C:
        """A new connection. One thread at a time looks whether a server that was missed is back."""
        if not self._missed_last:
            return self._attempt()
        if not self._turn.acquire(timeout=PAUSE):
            raise CannotConnect("the server has been missed, and another thread is looking for it")
        try:
            return self._attempt()
        finally:
            self._turn.release()

    def _attempt(self) -> C:
        started = time.monotonic()
        try:
            connection = self._connect()
        except psycopg.OperationalError as error:
            if started - self._missed_last > self._restart:
                self._missed_first = started
            self._missed_last = time.monotonic()
            raise CannotConnect(str(error).strip()) from error
        self._missed_last = 0.0
        return connection

    def _put_back(self, connection: C) -> None:
        if self._is_closed or not _is_as_it_was(connection):
            connection.close()
        else:
            self._idle.append(connection)

    def drop(self) -> None:
        """Close what is idle: it leads to where nothing is, or no longer the same."""
        while (connection := self._pop()) is not None:
            connection.close()


#: What requests, imports and jobs work over.
RequestPool = Pool[RequestConnection]


def _has_nothing_to_say(connection: psycopg.Connection[Any]) -> bool:
    """Whether nothing came while nobody asked."""
    if connection.closed:
        return False
    socket = poll()
    socket.register(connection.pgconn.socket, POLLIN)
    return not socket.poll(0)


def _is_as_it_was(connection: psycopg.Connection[Any]) -> bool:
    pgconn = connection.pgconn
    return (
        pgconn.status == pq.ConnStatus.OK
        and pgconn.transaction_status == pq.TransactionStatus.IDLE
        and pgconn.pipeline_status == pq.PipelineStatus.OFF
    )
