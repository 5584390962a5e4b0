"""gunicorn's master: a process that it has only just begun hears that it is to end."""

import signal

from gunicorn.arbiter import Arbiter

#: What the master, or a terminal, ends a process by.
_ENDING = {signal.SIGTERM, signal.SIGQUIT, signal.SIGINT}


class Master(Arbiter):  # type: ignore[misc]
    """The process that begins web processes and ends them."""

    def spawn_worker(self) -> int:
        """Begin a web process; its id. It hears nothing until it calls `hear_of_the_end`.

        Its first handlers are the master's, which in it note down for nobody what they hear: whoever was told
        to end just then served on, took connections that the others had left, and was killed in the end.
        """
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:
            pid: int = super().spawn_worker()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pid


def hear_of_the_end() -> None:
    """Handle what a process was told since it began; it has handlers of its own now."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
