"""Signals that end a process in order."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread, current_thread, main_thread

_ENDING = {signal.SIGTERM, signal.SIGINT}


def event_of_ending() -> Event:
    """An event that is set when somebody asks this process to end; called before it starts any thread.

    A thread waits for the signals. A handler would run within the main thread, and where that one is just
    about to wait for the very event, it holds the event's lock: setting it there would never return.
    """
    ending = Event()
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)

    def wait() -> None:
        while True:
            signal.sigwait(_ENDING)
            ending.set()

    Thread(target=wait, name="signals", daemon=True).start()
    return ending


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hear of a Ctrl-C when the block is over: use it around what forks, which may run Python functions then.

    Those, such as that with which logging lets go of its locks, let no exception out: an interrupt that came
    within one would be forgotten. Children inherit that they hear none, until they call `hear_interrupts`.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hear_interrupts() -> None:
    """Undo in a child what its parent held back while it forked."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def ended_at_once() -> Iterator[None]:
    """Let Ctrl-C end this process without a word, while it has nothing to put in order.

    Python drops an interrupt that comes within some part of an import, or shows where it came; the system
    does neither. Whoever ignores Ctrl-C, as what a shell runs in the background, goes on to.
    """
    hears = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not hears or current_thread() is not main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
