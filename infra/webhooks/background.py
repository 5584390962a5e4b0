"""Waiting for others in the background: a process that ends does not wait with them."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

R = TypeVar("R")


def in_background(work: Callable[[], R], name: str) -> Future[R]:
    """Begin it in a thread of its own; whoever is tired of waiting leaves it there."""
    future: Future[R] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 whoever asks for the result is told
            future.set_exception(error)

    Thread(target=run, name=name, daemon=True).start()
    return future
