"""Waiting for what other threads and processes bring about: no test says how soon that is."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
#: Only guards against no end at all, in seconds.
PATIENCE = 120.0


def eventually(is_so: Callable[[], T]) -> T:
    """What it says as soon as that is true."""
    end = time.monotonic() + PATIENCE
    while not (answer := is_so()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)
    return answer
