"""`mipos up` when its parts are killed: they come back, and what was running goes on."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.waiting import PATIENCE, eventually


class Running:
    """`mipos up` in a process of its own, without a demo."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        env = {
            name: value for name, value in os.environ.items() if not name.startswith(("MIPOS_", "DATABASE_"))
        }
        env |= {"MIPOS_PORT": str(self.port), "MIPOS_DATA_DIR": str(folder), "MIPOS_DEMO": "no"}
        env |= {"MIPOS_WORKERS": "1", "MIPOS_LOG_LEVEL": "error"}
        command = [sys.executable, "-m", "infra.cli.main", "up"]
        self.process = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)  # noqa: S603

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=2) as answer:
                return bool(json.load(answer)["success"])
        except (OSError, ValueError):
            return False

    def postmaster(self) -> int:
        try:
            return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return 0

    def child(self, word: str) -> int:
        """The process of a part that `up` has started; 0 when it does not run."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in children:
            line = Path(f"/proc/{pid}/cmdline")
            if line.exists() and line.read_bytes().rstrip(b"\0").endswith(word.encode()):
                return int(pid)
        return 0


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="mipos-up-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        up = Running(Path(folder) / "data")
        try:
            eventually(up.is_ready)
            yield up
        finally:
            up.process.terminate()
            up.process.wait(PATIENCE)


@pytest.mark.skipif(sys.platform != "linux", reason="finds the parts by what only Linux tells of processes")
class TestKilledParts:
    def test_come_back_while_the_rest_goes_on(
        self, running: Running, rounds: Callable[[int, int], int]
    ) -> None:
        for _ in range(rounds(1, 10)):
            for find in (running.postmaster, lambda: running.child("serve"), lambda: running.child("worker")):
                before = eventually(find)

                os.kill(before, signal.SIGKILL)

                eventually(lambda: find() not in (0, before))  # noqa: B023 called in this round
                eventually(running.is_ready)
                assert running.process.poll() is None

    def test_a_worker_that_dies_again_and_again_does_not_stop_the_shop(
        self, running: Running, rounds: Callable[[int, int], int]
    ) -> None:
        for _ in range(rounds(3, 7)):
            before = eventually(lambda: running.child("worker"))
            os.kill(before, signal.SIGKILL)
            # Its successor may be there before anybody sees that it is gone.
            eventually(lambda: running.child("worker") != before)  # noqa: B023 called in this round

        assert running.process.poll() is None
        assert running.is_ready()
