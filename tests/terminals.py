"""Programs in a terminal of their own, where keys can be typed."""

import os
import pty
import signal
from collections.abc import Mapping, Sequence
from threading import Thread

from tests.waiting import PATIENCE

CTRL_C = b"\x03"


class InTerminal:
    """A program, all that it has shown so far, and the keys before it."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        self.shown = ""
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            # What a shell runs in the background ignores the interrupt, and so does all that it starts.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execve(argv[0], list(argv), dict(env))  # noqa: S606
        self._reading = Thread(target=self._read, daemon=True)
        self._reading.start()

    def type(self, keys: bytes) -> None:
        """Press these keys."""
        os.write(self._terminal, keys)

    def end(self) -> int:
        """How it ended: its exit status, or the number of the signal below zero."""
        self._reading.join(PATIENCE)
        if self._reading.is_alive():
            os.kill(self._pid, signal.SIGKILL)
        _, how = os.waitpid(self._pid, 0)
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(how)

    def _read(self) -> None:
        while True:
            try:
                more = os.read(self._terminal, 65_536)
            except OSError:  # Linux says so when the last program has left the terminal.
                return
            if not more:
                return
            self.shown += more.decode(errors="replace")


def is_quiet(shown: str) -> bool:
    """Whether nothing in it frightens whoever typed Ctrl-C."""
    return not any(word in shown for word in ("Traceback", "Exception", "KeyboardInterrupt", "Error"))
