"""Processes that share the work of another one, and end when it is gone."""

import os
import signal
import time
from multiprocessing.context import BaseContext
from threading import Thread

_LOOK_SECONDS = 0.1


class SharedCount:
    """How much several processes have done together; whoever adds to it hears when they are to stop.

    A child inherits it, or is given it as it begins.
    """

    def __init__(self, context: BaseContext) -> None:
        self._done = context.Value("q", 0)
        self._is_over = context.Event()

    @property
    def done(self) -> int:
        """What all of them have done by now."""
        done: int = self._done.value
        return done

    def add(self, more: int) -> None:
        """Add what this process has done. Raises KeyboardInterrupt when nobody waits for the rest."""
        if self._is_over.is_set():
            raise KeyboardInterrupt
        with self._done.get_lock():
            self._done.value += more

    def end(self) -> None:
        """Have each of them stop as soon as it adds something."""
        self._is_over.set()


def end_with(parent: int) -> None:
    """End this process when that one, which began it, is gone: nothing else tells.

    Say which it is as seen from there: whose parent was killed before it asked would wait for ever, and hold
    what it has locked. A terminal tells all of them of Ctrl-C; whoever began them decides what becomes of it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)
