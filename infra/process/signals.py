"""Signals that end a process in order."""

import signal
from threading import Event, Thread

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
