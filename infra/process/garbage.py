"""Long work on many records, without the collector of cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_no_garbage() -> Iterator[None]:
    """Spare the search for cycles.

    Facts and rows hold none, but a batch is so many objects that the collector would look through them again
    and again: measured, nearly half the time of a rebuild.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
