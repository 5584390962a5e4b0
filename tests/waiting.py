"""Waiting for what other threads and processes bring about: no test says how soon that is."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TypeVar

T = TypeVar("T")
#: Only guards against no end at all, in seconds.
PATIENCE = 120.0


def eventually(is_so: Callable[[], T], pause: float = 0.02) -> T:
    """What it says as soon as that is true; without a pause before what comes with it is over."""
    end = time.monotonic() + PATIENCE
    while not (answer := is_so()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(pause)
    return answer


@contextmanager
def meanwhile(*acts: Callable[[], object]) -> Iterator[None]:
    """Do each again and again while the block runs, in a thread of its own; what one raises comes after."""
    over = Event()

    def repeat(act: Callable[[], object]) -> None:
        while not over.is_set():
            act()

    with ThreadPoolExecutor(len(acts)) as threads:
        repeating = [threads.submit(repeat, act) for act in acts]
        try:
            yield
        finally:
            over.set()
        for one in repeating:
            one.result(PATIENCE)
