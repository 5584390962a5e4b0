"""The first start: what `./mipos` shows while it installs, and what it says before that."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.runtime.settings import PROJECT_ROOT
from tests.terminals import CTRL_C, InTerminal, is_quiet
from tests.waiting import eventually

STEP = [sys.executable, "-I", "-S", "-B", str(PROJECT_ROOT / "infra" / "cli" / "installing.py")]
PIP = "print('Collecting apples==1.0 (from -r x)'); print('Requirement already satisfied: pears==2 in y')"


def step(command: str, count: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a step whose command is this Python."""
    argv = [*STEP, "installing fruit", str(count), sys.executable, "-c", command]
    return subprocess.run(argv, check=False, capture_output=True, text=True)  # noqa: S603


def in_terminal(command: str, count: int = 0) -> InTerminal:
    argv = [*STEP, "installing fruit", str(count), sys.executable, "-u", "-c", command]
    return InTerminal(argv, {"TERM": "xterm", "PATH": os.environ["PATH"]})


class TestAStep:
    def test_says_nothing_where_all_goes_well_and_nobody_looks(self) -> None:
        done = step(PIP, 2)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_shows_on_a_terminal_how_far_it_is(self) -> None:
        running = in_terminal(f"{PIP}; import time; print('Collecting plums'); time.sleep(1)", 4)
        assert running.end() == 0
        assert "3 of 4" in running.shown
        assert "plums" in running.shown

    def test_that_fails_shows_what_its_command_said_last(self) -> None:
        done = step("import sys; print('first'); sys.exit('there is no network')")
        assert done.returncode == 1
        assert "there is no network" in done.stderr

    def test_ends_at_ctrl_c_with_all_it_started_and_without_a_traceback(self, tmp_path: Path) -> None:
        file = tmp_path / "pid"
        child = f"import os, time; open({str(file)!r}, 'w').write(f'{{os.getpid()}} '); time.sleep(100)"
        running = in_terminal(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])")
        eventually(lambda: file.exists() and file.read_text().endswith(" "))
        running.type(CTRL_C)
        assert running.end() == 130
        assert is_quiet(running.shown)
        assert "mipos: stopped" in running.shown
        eventually(lambda: not Path(f"/proc/{file.read_text().strip()}").exists())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server a lesser user")
class TestBeforeTheInstallation:
    def test_a_closed_folder_is_told_with_what_helps(self, tmp_path: Path) -> None:
        (tmp_path / "closed").mkdir(mode=0o700)
        done = self.check(MIPOS_DATA_DIR=str(tmp_path / "closed" / "data"))
        assert done.returncode == 1
        assert "may not enter" in done.stderr
        assert "set another MIPOS_DATA_DIR" in done.stderr
        assert not (tmp_path / "closed" / "data").exists()

    def test_a_database_elsewhere_needs_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "closed").mkdir(mode=0o700)
        folder = str(tmp_path / "closed" / "data")
        assert self.check(MIPOS_DATA_DIR=folder, DATABASE_URL="postgresql://a@b/c").returncode == 0

    def check(self, **settings: str) -> subprocess.CompletedProcess[str]:
        """Ask as `./mipos` does, with a Python that has nothing installed."""
        argv = [sys.executable, "-S", "-B", "-m", "infra.postgres.embedded.place"]
        return subprocess.run(  # noqa: S603
            argv, check=False, capture_output=True, text=True, cwd=PROJECT_ROOT, env=settings
        )
