"""A process that is asked to end does so, whatever it is just doing."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
#: Waits for nothing but its own end, as often as it can, until that was asked for a thousand times.
WAITING = """
from infra.process.signals import event_of_ending
ending = event_of_ending()
print("ready", flush=True)
for _ in range(1000):
    while not ending.wait(0.00001):
        pass
    ending.clear()
    print("asked", flush=True)
"""
#: Begins a child, and is interrupted within one of the functions that Python runs as it forks.
FORKING = """
import os, signal, sys
from infra.process.supervisor import Child
# What a shell runs in the background ignores it.
signal.signal(signal.SIGINT, signal.default_int_handler)
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    Child(name="child", argv=[sys.executable, "-c", "pass"]).spawn()
except KeyboardInterrupt:
    print("heard", flush=True)
"""
#: Begins a child that says which signals it does not hear.
BEARING = """
import sys
from infra.process.supervisor import Child
child = "import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []))"
Child(name="child", argv=[sys.executable, "-c", child]).spawn().wait()
"""


def test_is_heard_a_thousand_times_by_who_always_waits_for_it() -> None:
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", WAITING], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        for _ in range(1000):
            process.send_signal(signal.SIGTERM)
            assert process.stdout.readline() == "asked\n"
        assert process.wait(PATIENCE) == 0


def test_ctrl_c_is_heard_as_a_child_is_forked() -> None:
    assert run(FORKING) == ("heard\n", "")


def test_a_child_hears_ctrl_c() -> None:
    assert run(BEARING) == ("set()\n", "")


def run(program: str) -> tuple[str, str]:
    """What it prints, and what it complains of."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout, done.stderr
