"""One step of the installation: its command in silence, how far it is, and what it said last if it fails.

`./mipos` runs this with whatever Python it finds, before anything is installed: the standard library alone.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread

INTERRUPTED = 130
#: So many lines of what a command said are shown when it fails.
LINES = 20
WIDTH = 24
TICK_SECONDS = 0.2
STOP_SECONDS = 5.0

# What pip says of each package, whether it has to be fetched or is there.
_PACKAGE = re.compile(r"\s*(?:Collecting|Requirement already satisfied:) ([\w.-]+)")
_UNPACKING = re.compile(r"Installing collected packages")


class Progress:
    """A line on the terminal that is written anew; where nobody looks there is none."""

    def __init__(self, title: str, total: int) -> None:
        self._title, self._total = title, total
        self._packages = 0
        self._now = ""
        self.said: deque[str] = deque(maxlen=LINES)
        self._began = time.monotonic()
        self._shows = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def hear(self, line: str) -> None:
        """Take in a line that the command wrote."""
        self.said.append(line)
        if found := _PACKAGE.match(line):
            self._packages += 1
            self._now = found[1]
        elif _UNPACKING.match(line):
            self._packages, self._now = self._total, "unpacking"

    def show(self) -> None:
        """Write how far it is."""
        if not self._shows:
            return
        seconds = time.monotonic() - self._began
        text = f"{self._title}  {seconds:.0f} s"
        if self._total:
            done = min(self._packages, self._total)
            filled = WIDTH * done // self._total
            bar = "#" * filled + "." * (WIDTH - filled)
            text = f"[{bar}]  {done} of {self._total}  {seconds:.0f} s  {self._now}"
        sys.stderr.write(f"\r\x1b[2K  {text}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Leave an empty line behind."""
        if self._shows:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def run(title: str, total: int, command: list[str]) -> int:
    """Run the command to its end and return its exit status; 130 when Ctrl-C ended it."""
    progress = Progress(title, total)
    # A session of its own: Ctrl-C is for us, and pip would tell of it in its own way.
    process = subprocess.Popen(  # noqa: S603 - what `./mipos` says
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        _follow(process, progress.hear, progress.show)
        status = process.wait()
    except KeyboardInterrupt:
        _end(process)
        progress.clear()
        sys.stderr.write("\nmipos: stopped; the next start begins the installation again.\n")
        return INTERRUPTED
    progress.clear()
    if status:
        sys.stderr.write("".join(progress.said))
    return status


def _follow(
    process: subprocess.Popen[str], hear: Callable[[str], object], tick: Callable[[], object]
) -> None:
    """Hand over each line as it comes, and let time be seen to pass while none comes."""
    lines: SimpleQueue[str | None] = SimpleQueue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put(None)

    Thread(target=read, daemon=True).start()
    while True:
        tick()
        try:
            line = lines.get(timeout=TICK_SECONDS)
        except Empty:
            continue
        if line is None:
            return
        hear(line)


def _end(process: subprocess.Popen[str]) -> None:
    """End the command and what it has started."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(STOP_SECONDS)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
