"""Ctrl-C at whatever moment: no traceback, nothing left running, and what a shell expects as exit status."""

import os
import signal
import socket
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.terminals import CTRL_C, InTerminal, is_quiet
from tests.waiting import eventually


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


@pytest.mark.long
@pytest.mark.parametrize(
    ("moment", "said"),
    [
        # Before anything has begun the system ends it, as it does any program; a moment later we do.
        pytest.param("starting", {-signal.SIGINT, 130}, id="while it loads"),
        pytest.param("Setting up the database", {130}, id="while it migrates"),
        pytest.param("demo company", {130}, id="while it makes the demo"),
        pytest.param("Ctrl-C stops everything", {0}, id="while it serves"),
    ],
)
def test_ends_up_without_a_traceback(up: Callable[..., InTerminal], moment: str, said: set[int]) -> None:
    running = up()
    eventually(lambda: moment in running.shown)
    running.type(CTRL_C)
    ended = running.end()
    assert is_quiet(running.shown), running.shown
    assert ended in said, running.shown


@pytest.mark.long
def test_a_terminal_shows_a_line_for_a_request_and_none_for_looks_after_itself(
    up: Callable[..., InTerminal],
) -> None:
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
