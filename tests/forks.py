"""`mipos` in forks of a process that has imported everything: a fresh interpreter takes seconds of a core.

The program is the same, with arguments, environment, files and exit status of its own. That it runs from a
fresh interpreter as well is tried by the server of all tests and wherever tests start `mipos up`.
"""

import atexit
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import IO, Any

from tests.waiting import PATIENCE

#: What commands import when they are called.
IMPORTED_LATE = (
    "api.app",
    "infra.bench.bare",
    "infra.cli.console",
    "infra.cli.facts",
    "infra.cli.imports",
    "infra.cli.platform",
    "infra.cli.projections",
    "infra.cli.routes",
    "infra.cli.running",
    "infra.files.exports",
    "infra.files.imports",
    "infra.jobs.outbox",
    "infra.jobs.schedule",
    "infra.jobs.scrub",
    "infra.postgres.heartbeats",
    "infra.postgres.worker_metrics",
    "infra.projections.worker",
    "infra.runtime.databases",
    "infra.runtime.exports",
    "infra.runtime.mail",
    "infra.runtime.report_runs",
    "infra.runtime.server",
    "infra.runtime.services",
    "infra.runtime.sync",
    "infra.runtime.waiting_work",
    "infra.web.worker",
)
_NUMBER = struct.Struct("i")


class Process:
    """A program that runs, with what tests need of `subprocess.Popen`."""

    def __init__(self, status: int) -> None:
        self._status = status
        self.pid = self._read()
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        if self.returncode is None and self._has_ended(0):
            self.returncode = self._read()
            os.close(self._status)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """The exit status, in so many seconds at most. Raises TimeoutExpired."""
        if self.returncode is None and not self._has_ended(timeout):
            raise subprocess.TimeoutExpired("mipos", timeout)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _has_ended(self, timeout: float) -> bool:
        return bool(select.select([self._status], [], [], timeout)[0])

    def _read(self) -> int:
        number: int = _NUMBER.unpack(os.read(self._status, _NUMBER.size))[0]
        return number


def start(
    program: str, arguments: Sequence[str], env: Mapping[str, str], files: Sequence[int] | None = None
) -> Process:
    """Start the `main` of a module here; `files` are its standard streams, by default nothing and ours."""
    watched, status = os.pipe()
    request = {"program": program, "arguments": list(arguments), "env": dict(env), "folder": str(Path.cwd())}
    with Path(os.devnull).open("rb") as nothing:
        streams = files or (nothing.fileno(), 1, 2)
        sock, lock = _forking()
        with lock:
            text = json.dumps(request).encode() + b"\n"
            sent = socket.send_fds(sock, [text], [*streams, status])
            sock.sendall(text[sent:])
    os.close(status)
    return Process(watched)


def run(
    program: str, arguments: Sequence[str], env: Mapping[str, str], typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the `main` of a module to its end, with this on standard input."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(typed.encode())
        given.seek(0)
        process = start(program, arguments, env, [given.fileno(), out.fileno(), err.fileno()])
        code = process.wait(PATIENCE)
        return subprocess.CompletedProcess(arguments, code, _text(out), _text(err))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@cache
def _forking() -> tuple[socket.socket, Any]:
    """How to ask the process that has imported everything; it ends with this one. One asks at a time."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "tests.forks", str(theirs.fileno())]
    process = subprocess.Popen(  # noqa: S603
        command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
    )
    theirs.close()
    assert ours.recv(1), "what programs import cannot be imported; stderr says why"
    atexit.register(_end, ours, process)
    return ours, Lock()


def _end(ours: socket.socket, process: subprocess.Popen[bytes]) -> None:
    ours.close()
    process.wait(PATIENCE)


def fork_on_request(control: socket.socket) -> str:
    """Fork until nobody can ask any more; in each fork, return the name of the program it is to run."""
    # Ctrl-C is for tests, and for programs.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control.sendall(b"\n")
    while True:
        text, files, _, _ = socket.recv_fds(control, 65_536, 4)
        while text and not text.endswith(b"\n"):
            text += control.recv(65_536)
        if not text:
            _forget_those_that_ended()
            sys.exit()
        if os.fork() == 0:
            *streams, status = files
            _watch_over_fork(status, streams)
            return _become(json.loads(text), streams)
        for file in files:
            os.close(file)
        _forget_those_that_ended()


def _forget_those_that_ended() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _watch_over_fork(status: int, streams: Sequence[int]) -> None:
    """Fork once more, and return there; here tell who that is, and how it ended."""
    program = os.fork()
    if program == 0:
        os.close(status)
        return
    for file in streams:
        os.close(file)
    os.write(status, _NUMBER.pack(program))
    _, how = os.waitpid(program, 0)
    os.write(status, _NUMBER.pack(os.waitstatus_to_exitcode(how)))
    os._exit(0)


def _become(request: Mapping[str, Any], streams: Sequence[int]) -> str:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for stream, file in enumerate(streams):
        os.dup2(file, stream)
        os.close(file)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["env"])
    program: str = request["program"]
    sys.argv = [program, *request["arguments"]]
    return program


if __name__ == "__main__":
    from infra.process.garbage import importing_for_good
    from infra.process.memory import do_without_algebra_threads

    do_without_algebra_threads()
    with importing_for_good():
        for name in IMPORTED_LATE:
            import_module(name)
    import_module(fork_on_request(socket.socket(fileno=int(sys.argv[1])))).main()
