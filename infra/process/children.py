"""Processes that share the work of another one, and end when it is gone."""

import os
import signal
import time
from threading import Thread

_LOOK_SECONDS = 0.1


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
