"""Ctrl-C at whatever moment: no traceback, nothing left running, and what a shell expects as exit status."""

import os
import pty
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from tests.waiting import PATIENCE, eventually

CTRL_C = b"\x03"


class InTerminal:
    """A program in a terminal of its own, where keys can be typed."""

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        self.shown = ""
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.execve(argv[0], argv, env)  # noqa: S606
        self._reading = Thread(target=self._read, daemon=True)
        self._reading.start()

    def type(self, keys: bytes) -> None:
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


@pytest.fixture
def up() -> Iterator[Callable[..., InTerminal]]:
    """Starts `mipos up` in a terminal, over a data folder of its own."""
    with tempfile.TemporaryDirectory(prefix="mipos-keys-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        ours = ("MIPOS_", "DATABASE_", "NO_COLOR")
        env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        env |= {"MIPOS_PORT": str(port), "MIPOS_DATA_DIR": f"{folder}/data", "MIPOS_WORKERS": "1"}
        env |= {"TERM": "xterm", "PYTHONPATH": os.pathsep.join(sys.path)}
        yield lambda **more: InTerminal([sys.executable, "-m", "infra.cli.entry", "up"], {**env, **more})


def is_quiet(shown: str) -> bool:
    return not any(word in shown for word in ("Traceback", "Exception", "KeyboardInterrupt", "Error"))


@pytest.mark.long
@pytest.mark.parametrize(
    ("moment", "said"),
    [
        pytest.param("starting", None, id="while it loads"),
        pytest.param("Setting up the database", 130, id="while it migrates"),
        pytest.param("demo company", 130, id="while it makes the demo"),
        pytest.param("Ctrl-C stops everything", 0, id="while it serves"),
    ],
)
def test_ends_up_without_a_traceback(up: Callable[..., InTerminal], moment: str, said: int | None) -> None:
    running = up()
    eventually(lambda: moment in running.shown)
    running.type(CTRL_C)
    ended = running.end()
    assert is_quiet(running.shown), running.shown
    # Before anything has begun the system ends it, as it does any program.
    assert ended == (-signal.SIGINT if said is None else said), running.shown


@pytest.mark.long
def test_a_terminal_shows_a_line_for_a_request_and_none_for_looks_after_itself(
    up: Callable[..., InTerminal],
) -> None:
    import urllib.request  # noqa: PLC0415

    running = up(MIPOS_DEMO="no", MIPOS_HOST="0.0.0.0")  # noqa: S104
    eventually(lambda: "Ctrl-C stops everything" in running.shown)
    address = running.shown.partition("MIPOS answers at ")[2].split()[0]
    assert address.startswith("http://localhost:")
    urllib.request.urlopen(f"{address}/docs").close()  # noqa: S310
    eventually(lambda: "/docs" in running.shown.partition("Ctrl-C stops")[2])
    running.type(CTRL_C)
    assert running.end() == 0
    assert "/ready" not in running.shown
    assert '{"id":' not in running.shown
