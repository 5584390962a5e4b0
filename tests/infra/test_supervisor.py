"""Processes kept running together: real ones, started, killed and stopped."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.process.supervisor import Child, PortTaken, PortUnusable, check_port_free
from tests.waiting import PATIENCE, eventually

PYTHONPATH = os.pathsep.join([str(Path(__file__).resolve().parents[2]), *sys.path])
# Each child notes its number in a file, and what it was told.
OBEDIENT = """
import os, pathlib, signal, sys, time
def leave(number, frame):
    pathlib.Path("told").write_text(str(number))
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
with open("pids", "a") as pids:
    pids.write(f"{os.getpid()}\\n")
while True:
    time.sleep(60)
"""
STUBBORN = OBEDIENT.replace("sys.exit(0)", "")
DYING_LATER = """
import time
with open("pids", "a") as pids:
    pids.write("0\\n")
time.sleep(0.4)
raise SystemExit(3)
"""
# Once another child runs.
DYING = """
import pathlib, time
while not pathlib.Path("pids").exists():
    time.sleep(0.01)
with open("pids", "a") as pids:
    pids.write("0\\n")
raise SystemExit(3)
"""
LEAVING_A_HELPER = """
import os, pathlib, subprocess, sys, time
if not pathlib.Path("helper").exists():
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    pathlib.Path("helper").write_text(str(helper.pid))
    sys.exit(1)
with open("pids", "a") as pids:
    pids.write(f"{os.getpid()}\\n")
time.sleep(60)
"""
SUPERVISOR = """
import sys
from infra.process import supervisor
from infra.process.supervisor import Child, Supervisor
supervisor.FIRST_PAUSE_SECONDS, supervisor.STEADY_SECONDS = 0.02, float(sys.argv[2])
children = [
    Child(name="The child", argv=[sys.executable, "-c", program.lstrip("~")], is_vital="~" not in program)
    for program in sys.argv[3:]
]
sys.exit(Supervisor(children, stop_seconds=float(sys.argv[1])).run())
"""


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended but was not collected does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (ProcessLookupError, FileNotFoundError):
        return False


class Shop:
    """A supervisor in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None

    def run(
        self, *programs: str, stop_seconds: float = 600, steady_seconds: float = 600
    ) -> subprocess.Popen[str]:
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", SUPERVISOR, str(stop_seconds), str(steady_seconds), *programs],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": PYTHONPATH},
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.process

    def pids(self) -> list[int]:
        path = self.folder / "pids"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def wait_for_children(self, count: int) -> list[int]:
        eventually(lambda: len(self.pids()) >= count)
        return self.pids()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    if shop.process and shop.process.poll() is None:
        shop.process.kill()
        shop.process.wait()


class TestStopping:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_asks_every_child_and_ends_well(self, shop: Shop, number: signal.Signals) -> None:
        supervisor = shop.run(OBEDIENT, OBEDIENT)
        children = shop.wait_for_children(2)

        supervisor.send_signal(number)

        assert supervisor.communicate(timeout=PATIENCE)[1] == ""
        assert supervisor.returncode == 0
        assert (shop.folder / "told").read_text() == str(int(signal.SIGTERM))
        assert not any(is_alive(child) for child in children)

    def test_kills_a_child_that_does_not_listen(self, shop: Shop) -> None:
        supervisor = shop.run(STUBBORN, stop_seconds=0.3)
        [child] = shop.wait_for_children(1)

        supervisor.terminate()

        assert (
            supervisor.communicate(timeout=PATIENCE)[1] == "The child was still busy and has been killed.\n"
        )
        assert supervisor.returncode == 1
        assert not is_alive(child)

    def test_hurries_at_the_second_ctrl_c(self, shop: Shop) -> None:
        supervisor = shop.run(STUBBORN, stop_seconds=60)
        shop.wait_for_children(1)

        supervisor.send_signal(signal.SIGINT)
        eventually((shop.folder / "told").exists)
        assert supervisor.poll() is None
        supervisor.send_signal(signal.SIGINT)

        assert supervisor.wait(PATIENCE) == 1

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
    def test_happens_to_the_children_of_a_killed_supervisor(self, shop: Shop) -> None:
        supervisor = shop.run(OBEDIENT)
        [child] = shop.wait_for_children(1)

        supervisor.kill()

        eventually(lambda: not is_alive(child))
        assert (shop.folder / "told").read_text() == str(int(signal.SIGTERM))

    def test_leaves_the_terminal_s_signals_to_the_supervisor(self, shop: Shop) -> None:
        supervisor = shop.run(OBEDIENT)
        [child] = shop.wait_for_children(1)

        assert os.getsid(child) == child != os.getsid(supervisor.pid)


class TestRestarting:
    def test_brings_back_a_child_that_was_killed(self, shop: Shop) -> None:
        supervisor = shop.run(OBEDIENT)
        [first] = shop.wait_for_children(1)

        os.kill(first, signal.SIGKILL)

        second = shop.wait_for_children(2)[1]
        assert is_alive(second)
        supervisor.terminate()
        assert supervisor.communicate(timeout=PATIENCE)[1] == (
            "The child stopped unexpectedly (signal 9); starting it again.\n"
        )
        assert supervisor.returncode == 0

    def test_first_clears_away_what_the_dead_child_started(self, shop: Shop) -> None:
        shop.run(LEAVING_A_HELPER)

        shop.wait_for_children(1)

        assert not is_alive(int((shop.folder / "helper").read_text()))

    def test_is_given_up_when_a_vital_child_cannot_start_and_stops_the_others(self, shop: Shop) -> None:
        supervisor = shop.run(DYING, OBEDIENT)

        lines = supervisor.communicate(timeout=PATIENCE)[1].splitlines()

        assert lines[-1] == (
            "The child stopped 5 times in a row as soon as it had started (last: exit code 3); "
            "stopping everything."
        )
        assert len(lines) == 5
        assert supervisor.returncode == 1
        assert (shop.folder / "told").exists()

    def test_goes_on_for_ever_for_what_others_do_without(self, shop: Shop) -> None:
        supervisor = shop.run(f"~{DYING}", OBEDIENT)

        pids = shop.wait_for_children(7)

        assert pids.count(0) == 6
        assert supervisor.poll() is None
        supervisor.terminate()
        assert supervisor.wait(PATIENCE) == 0

    def test_goes_on_for_ever_for_a_vital_child_that_ran_well_once(self, shop: Shop) -> None:
        supervisor = shop.run(DYING_LATER, steady_seconds=0.3)

        shop.wait_for_children(7)

        assert supervisor.poll() is None


class TestChild:
    def test_keeps_its_environment_out_of_the_representation(self) -> None:
        assert "sesame" not in repr(Child(name="x", argv=["x"], env={"MIPOS_SECRET_KEY": "sesame"}))


class TestCheckPortFree:
    def test_accepts_a_free_port(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]

        check_port_free("127.0.0.1", port)

    def test_refuses_a_port_in_use(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            with pytest.raises(PortTaken) as refused:
                check_port_free("127.0.0.1", port)

        assert str(refused.value) == (
            f"Port {port} on 127.0.0.1 is already taken: "
            "stop what uses it, or choose another with MIPOS_PORT."
        )

    def test_refuses_an_address_that_is_not_ours(self) -> None:
        with pytest.raises(PortUnusable, match=r"on 192\.0\.2\.1 cannot be listened on"):
            check_port_free("192.0.2.1", 3000)
