"""A process that is asked to end does so, whatever it is just waiting for."""

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
