"""How full the pools of connections are, in all processes of a server together."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from prometheus_client import Gauge, Summary

from infra.process.kind import Process

IN_USE = Gauge(
    "mipos_pool_connections_in_use",
    "Connections that requests hold at the moment.",
    ["process"],
    multiprocess_mode="livesum",
)
SIZE = Gauge("mipos_pool_size", "Connections there may be at most.", ["process"], multiprocess_mode="livesum")
WAITING = Gauge(
    "mipos_pool_waiting",
    "Requests that wait for a connection at the moment.",
    ["process"],
    multiprocess_mode="livesum",
)
WAITS = Summary(
    "mipos_pool_wait_seconds",
    "Waits for a connection, of requests that did not get one at once.",
    ["process"],
)
_in_use, _size = cache(IN_USE.labels), cache(SIZE.labels)
_waiting, _waits = cache(WAITING.labels), cache(WAITS.labels)


def change_size(connections: int) -> None:
    """Note that there may be so many more, or fewer."""
    _size(Process.kind).inc(connections)


def take_one() -> None:
    """Note that a connection is in use."""
    _in_use(Process.kind).inc()


def give_one_back() -> None:
    """Note that it no longer is."""
    _in_use(Process.kind).dec()


@contextmanager
def waiting() -> Iterator[None]:
    """Note that a request waits, and for how long it did."""
    began = time.monotonic()
    _waiting(Process.kind).inc()
    try:
        yield
    finally:
        _waiting(Process.kind).dec()
        _waits(Process.kind).observe(time.monotonic() - began)
