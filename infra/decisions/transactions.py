"""Transactions of requests over a pool of connections, within the time that a request has."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar
from uuid import UUID

from infra.postgres.connections import Bounds
from infra.postgres.outages import insist, refusing_outages
from infra.postgres.pool import RequestPool
from infra.postgres.request_transactions import RequestConnection, RequestTransaction, request_transaction

R = TypeVar("R")


class Transactions:
    """Opens them, for whatever is asked for.

    `models` says which read models decisions are made on. `seconds` is how long all transactions of a request
    may take together, `lengthy_seconds` of one that reads or writes much.
    """

    def __init__(self, pool: RequestPool, models: str, seconds: float, lengthy_seconds: float) -> None:
        self._pool = pool
        self._models = models
        self._seconds = seconds
        self._lengthy_seconds = lengthy_seconds
        self._lengthy = Bounds.within(lengthy_seconds)

    def deadline(self, *, lengthy: bool = False) -> float:
        """When a request that begins now has to have ended, a time of the monotonic clock."""
        return time.monotonic() + (self._lengthy_seconds if lengthy else self._seconds)

    @contextmanager
    def transaction(self, company_id: UUID, *, reading: bool = False) -> Iterator[RequestTransaction]:
        """A plain transaction of a company, for what is neither command nor question: sign-in, sessions.

        Raises Unavailable, and ServerOutdated and CompanyClosed as everything here does.
        """
        deadline = self.deadline()
        with refusing_outages(), self.open(company_id, deadline, reading=reading) as db:
            yield db

    def perform(
        self, company_id: UUID, work: Callable[[RequestTransaction], R], *, reading: bool = False
    ) -> R:
        """The same for work that is begun again when its connection breaks off before anything was committed.

        Raises Unavailable.
        """
        deadline = self.deadline()

        def attempt() -> R:
            with self.open(company_id, deadline, reading=reading) as db:
                return work(db)

        with refusing_outages():
            return insist(attempt, deadline)

    @contextmanager
    def open(
        self, company_id: UUID, deadline: float, *, reading: bool = False, lengthy: bool = False
    ) -> Iterator[RequestTransaction]:
        """A transaction of a company until that time; `lengthy` grants each of its statements more."""
        with (
            self._pool.connection() as connection,
            self.begin(connection, company_id, deadline, reading=reading, lengthy=lengthy) as db,
        ):
            yield db

    def begin(
        self,
        connection: RequestConnection,
        company_id: UUID,
        deadline: float,
        *,
        reading: bool,
        lengthy: bool,
    ) -> AbstractContextManager[RequestTransaction]:
        """The same over a connection that one has."""
        return request_transaction(
            connection,
            company_id,
            reading=reading,
            models=self._models,
            deadline=deadline,
            bounds=self._lengthy if lengthy else None,
        )
