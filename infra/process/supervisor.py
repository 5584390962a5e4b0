"""Keeping a shop's processes running: started together, restarted when one dies, stopped together."""

import contextlib
import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Protocol, TypedDict

from infra.process.signals import hear_interrupts, interrupts_held

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 30.0
#: Whoever ran that long has started well; its next death is the first of a row.
STEADY_SECONDS = 10.0
STARTS_ALLOWED = 5
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 5.0
POLL_SECONDS = 0.5


class PortTaken(Exception):
    """Port {port} on {host} is already taken: stop what uses it, or choose another with MIPOS_PORT."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__((type(self).__doc__ or "").format(host=host, port=port))


class PortUnusable(PortTaken):
    """Port {port} on {host} cannot be listened on; choose others with MIPOS_HOST and MIPOS_PORT."""


def check_port_free(host: str, port: int) -> None:
    """Raise PortTaken when something already listens there, PortUnusable when we never could."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            # A port whose last connections are still draining is free for a server, as gunicorn sees it.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host, port) from error
        raise PortUnusable(host, port) from error


class ChildOptions(TypedDict):
    """What subprocess is to start a child with."""

    start_new_session: bool
    preexec_fn: Callable[[], None]


@contextlib.contextmanager
def dying_with_us(number: signal.Signals) -> Iterator[ChildOptions]:
    """Start a child within this block, with these options: it gets that signal when we die, even of kill -9.

    It is a session of its own, away from the terminal: Ctrl-C reaches us alone, who end all in their order.
    Here Ctrl-C waits until the block has its child. Call it from the main thread, which the kernel watches.
    """
    with interrupts_held():
        yield {"start_new_session": True, "preexec_fn": _wish_to_die(number)}


def _wish_to_die(number: signal.Signals) -> Callable[[], None]:
    """What tells the kernel, within the child; only Linux knows of such a wish.

    subprocess calls it after it has changed the user, which matters: a change of user clears the wish.
    """
    if sys.platform != "linux":
        return hear_interrupts
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask() -> None:
        hear_interrupts()
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # It died before we asked.
            os._exit(1)

    return ask


class Program(Protocol):
    """What is kept running."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def is_vital(self) -> bool:
        """Whether nothing works without it, so that everything ends when it cannot even start."""

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start it."""


@dataclass(frozen=True, kw_only=True)
class Child:
    """A program to keep running; without `env` it gets ours."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = field(default=None, repr=False)
    is_vital: bool = True

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start it as a session of its own."""
        with dying_with_us(signal.SIGTERM) as options:
            return subprocess.Popen(  # noqa: S603 - the arguments are our own
                self.argv, env=self.env, stdin=subprocess.DEVNULL, **options
            )


class _Run:
    """A program's current process, and how often in a row it died soon after its start."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes] | None = None) -> None:
        self.program = program
        self.process = process
        self.has_run_well = process is not None
        self.early_deaths = 0
        self.started_at = self.starts_at = 0.0

    def start(self, now: float) -> None:
        self.started_at = now
        self.process = self.program.spawn()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def kill_all(self) -> None:
        """Kill the program and all it started: its session's processes share its number as their group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def record_death(self, now: float) -> str:
        """Note an unexpected end, plan the restart, and say how it ended."""
        status = self.process.returncode if self.process else 0
        self.kill_all()  # What it leaves behind may hold the port the next one needs.
        self.process = None
        # Whoever is killed was running; who cannot start ends by itself.
        self.has_run_well = self.has_run_well or status < 0 or now - self.started_at >= STEADY_SECONDS
        if now - self.started_at >= STEADY_SECONDS:
            self.early_deaths = 0
        pause = FIRST_PAUSE_SECONDS * 2 ** min(self.early_deaths, 10)
        self.starts_at = now + min(pause, LONGEST_PAUSE_SECONDS)
        self.early_deaths += 1
        return f"signal {-status}" if status < 0 else f"exit code {status}"

    @property
    def is_hopeless(self) -> bool:
        """Whether something vital never ran: what is wrong was wrong from the start, so a person must look.

        Whatever ran well once is started again for ever: its trouble came and can go, as a full disk can.
        """
        return self.program.is_vital and not self.has_run_well and self.early_deaths == STARTS_ALLOWED


class Supervisor:
    """Runs children until SIGINT or SIGTERM; the second such signal no longer waits for them.

    The `foundation` is what they stand on, running already: it is started again like them, but left
    running at the end, for whoever started it to stop.
    """

    def __init__(
        self,
        children: Sequence[Program],
        *,
        foundation: tuple[Program, subprocess.Popen[bytes]] | None = None,
        stop_seconds: float = STOP_SECONDS,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self._runs = [_Run(child) for child in children]
        self._foundation = [_Run(*foundation)] if foundation else []
        self._stop_seconds = stop_seconds
        self._say = say or _say_on_stderr
        self._signals = 0

    def run(self) -> int:
        """Run everything from the main thread until told to stop.

        Return 0 when all children ended by themselves once asked, 1 when one had to be killed or
        something vital never came to run.
        """
        with self._listening() as wait:
            try:
                gave_up = self._keep_running(wait)
                killed = self._stop(wait)
            finally:
                for run in self._runs:
                    run.kill_all()
        return int(gave_up or killed)

    def _keep_running(self, wait: Callable[[float], None]) -> bool:
        """Start and restart everything until a signal comes; True when one of them is hopeless."""
        runs = [*self._foundation, *self._runs]
        while not self._signals:
            for run in runs:
                if not run.is_running and not self._revive(run):
                    return True
            wait(POLL_SECONDS if all(run.is_running for run in runs) else FIRST_PAUSE_SECONDS / 2)
        return False

    def _revive(self, run: _Run) -> bool:
        """Start a program that is due, or note that it died; False when it is hopeless."""
        now = time.monotonic()
        if run.process is not None:
            ended = run.record_death(now)
            if run.is_hopeless:
                self._say(
                    f"{run.program.name} stopped {STARTS_ALLOWED} times in a row as soon as it had started "
                    f"(last: {ended}); stopping everything."
                )
                return False
            pause = run.starts_at - now
            when = "starting it again" if pause < 1 else f"starting it again in {pause:.0f} seconds"
            self._say(f"{run.program.name} stopped unexpectedly ({ended}); {when}.")
        elif now >= run.starts_at:
            run.start(now)
        return True

    def _stop(self, wait: Callable[[float], None]) -> bool:
        """Ask all to stop and wait for it; True when some had to be killed."""
        for run in self._runs:
            run.ask_to_stop()
        patience = self._signals + 1
        deadline = time.monotonic() + self._stop_seconds
        while (running := [run for run in self._runs if run.is_running]) and self._signals < patience:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                break
            wait(min(POLL_SECONDS, remaining))
        for run in running:
            self._say(f"{run.program.name} was still busy and has been killed.")
        return bool(running)

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._signals += 1

    @contextlib.contextmanager
    def _listening(self) -> Iterator[Callable[[float], None]]:
        """Count stop signals, and give a wait(seconds) that any signal, a child's end too, cuts short."""
        ours = {signal.SIGINT, signal.SIGTERM, signal.SIGCHLD}
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # Under nohup the terminal may go.
            ours.add(signal.SIGHUP)
        reader, writer = socket.socketpair()
        with reader, writer:
            writer.setblocking(False)
            earlier_fd = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
            earlier = {number: signal.signal(number, self._heard) for number in ours}

            def wait(seconds: float) -> None:
                reader.settimeout(max(seconds, 0.001))
                with contextlib.suppress(TimeoutError):
                    reader.recv(4096)

            try:
                yield wait
            finally:
                for number, handler in earlier.items():
                    signal.signal(number, handler)
                signal.set_wakeup_fd(earlier_fd)


def _say_on_stderr(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
