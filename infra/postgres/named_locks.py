"""Locks by a name, which a process holds while it works on something: they go with its connection."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, LiteralString

import psycopg

_MINE: LiteralString = "SELECT pg_try_advisory_lock(hashtextextended(%(lock)s::text, 0)) AS mine"

_FREE: LiteralString = "SELECT pg_advisory_unlock(hashtextextended(%(lock)s::text, 0))"


@contextmanager
def named_lock(connection: psycopg.Connection[Any], name: str) -> Iterator[bool]:
    """Whether this process has the lock of this name, for as long as this lasts; nobody is waited for."""
    params = {"lock": name}
    row = connection.execute(_MINE, params).fetchone()
    if not (row and row[0]):
        yield False
        return
    try:
        yield True
    finally:
        if not connection.closed:
            with suppress(psycopg.Error):
                connection.execute(_FREE, params)
