"""The life of a part of the worker that takes up what waits, one after another."""

from abc import ABC, abstractmethod
from threading import Event

import psycopg
import structlog

from infra.postgres.connections import BULK
from infra.postgres.heartbeats import part_name
from infra.postgres.request_transactions import RequestConnection
from infra.process.troubles import described

#: How long to wait before looking again for what waits, in seconds.
PAUSE = 0.5
LONGEST_BACKOFF = 5.0


class WaitingWork(ABC):
    """Takes up what waits, under its own `name`. Any number of workers share the work."""

    name: str

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo

    def run(self, stop: Event) -> None:
        """Work until told to stop, whatever happens to the database meanwhile."""
        backoff = PAUSE
        while not stop.is_set():
            try:
                with self._connect() as connection:
                    while not stop.is_set():
                        self._step(connection, stop)
                        backoff = PAUSE
                        stop.wait(PAUSE)
            except psycopg.Error as error:
                structlog.get_logger(self.name).warning(
                    "the database cannot be used", error=described(error), retry_seconds=backoff
                )
                stop.wait(backoff)
                backoff = min(backoff * 2, LONGEST_BACKOFF)

    def step(self) -> int:
        """Take up what waits now and is no other worker's. Returns how many were settled."""
        with self._connect() as connection:
            return self._step(connection, Event())

    def _connect(self) -> RequestConnection:
        return RequestConnection.open(self._conninfo, BULK, part_name(self.name))

    @abstractmethod
    def _step(self, connection: RequestConnection, stop: Event) -> int:
        """The same over this connection, until told to stop."""
