"""What the driver says of a database in trouble, in words for clients; and another try where that is safe."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
import structlog
from psycopg import errors

from commands.unavailable import (
    Busy,
    DatabaseFull,
    DatabaseUnavailable,
    OutcomeUnknown,
    TimedOut,
    Unavailable,
)
from infra.postgres.connections import CannotConnect, CommitUnknown, ConnectionLost, PoolExhausted
from infra.postgres.retries import count_retry
from infra.process.troubles import described

R = TypeVar("R")

#: How often a transaction is begun whose connections break off one after another.
ATTEMPTS = 5

log = structlog.get_logger("database")

#: The first entry that an error is an instance of decides.
_MEANINGS: tuple[tuple[type[psycopg.Error], type[Unavailable]], ...] = (
    (CommitUnknown, OutcomeUnknown),
    (ConnectionLost, DatabaseUnavailable),
    (CannotConnect, DatabaseUnavailable),
    (PoolExhausted, Busy),
    (errors.LockNotAvailable, Busy),
    (errors.QueryCanceled, TimedOut),
    (errors.DiskFull, DatabaseFull),
    # A server that became another's copy, one without memory, one whose disk fails.
    (errors.ReadOnlySqlTransaction, DatabaseUnavailable),
    (errors.InsufficientResources, DatabaseUnavailable),
    (errors.IoError, DatabaseUnavailable),
)


def refusal_of(error: psycopg.Error) -> Unavailable | None:
    """What a client is told of an error that is the database's trouble and nobody's mistake; else None."""
    if isinstance(error, ConnectionLost) and error.is_silent:
        return TimedOut()
    return next((refusal() for kind, refusal in _MEANINGS if isinstance(error, kind)), None)


@contextmanager
def refusing_outages() -> Iterator[None]:
    """Raise what is the database's trouble as the refusal it means to a client, and log it."""
    try:
        yield
    except psycopg.Error as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        log.warning("the database cannot be used", code=refusal.code, error=described(error))
        raise refusal from error


def insist(attempt: Callable[[], R], deadline: float) -> R:
    """What the attempt returns; it is made again when its connection broke off before anything was committed.

    Raises ConnectionLost when that goes on, or at the deadline, a time of the monotonic clock.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except ConnectionLost as lost:
            if time.monotonic() >= deadline:
                raise
            count_retry(lost)
    return attempt()
