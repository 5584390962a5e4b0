"""Where measuring takes place: a database server and processes of our own, gone when it is over."""

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from infra.postgres.embedded.binaries import find_binaries
from infra.process.supervisor import dying_with_us
from infra.runtime.databases import Addresses, database
from infra.runtime.settings import Settings, load_settings

HOST = "127.0.0.1"
STOP_SECONDS = 15.0
READY_SECONDS = 60.0
LOG_TAIL = 2_000
#: What an operator may also set for a measurement: another server, other numbers of processes and threads.
HEEDED = ("MIPOS_POSTGRES_BIN", "MIPOS_WORKERS", "MIPOS_THREADS")

Say = Callable[[str], None]
Process = subprocess.Popen[bytes]


class MeasurementFailed(Exception):
    """A part of a measurement did not do what it should; the message says which."""


@dataclass(frozen=True)
class Site:
    """A migrated database with fsync on, and how long each timed part is to take, in seconds.

    Reports are about the real year if `real_year`, and about `stores` times as many stores.
    """

    settings: Settings
    addresses: Addresses
    seconds: float
    say: Say
    real_year: bool = False
    stores: int = 1

    @property
    def programs(self) -> Path:
        """The folder of the programs that came with the database server."""
        return find_binaries(self.settings.postgres_bin).folder

    @property
    def postgres(self) -> int:
        """The process number of the database server."""
        return int((self.settings.data_dir / "data" / "postmaster.pid").read_text().split("\n", 1)[0])

    def beside(self) -> contextlib.AbstractContextManager["Site"]:
        """Another one for a while, under the same key: what this process seals is opened on both."""
        key = self.settings.sealing_key()
        return open_site(self.seconds, self.say, real_year=self.real_year, stores=self.stores, data_key=key)

    def log(self, name: str) -> Path:
        """Where a process writes what it has to say."""
        return self.settings.data_dir / f"{name}.log"

    def own(self, statement: str, *params: object, **named: object) -> list[tuple[Any, ...]]:
        """Run one statement as the database's owner, in a transaction of its own."""
        with psycopg.connect(self.addresses.owner or "", autocommit=True) as connection:
            done = connection.execute(statement.encode(), params or named or None)
            return done.fetchall() if done.description else []


@contextlib.contextmanager
def open_site(
    seconds: float, say: Say, *, real_year: bool = False, stores: int = 1, data_key: str | None = None
) -> Iterator[Site]:
    """Start a server in a temporary folder and make its database ready; nothing of it is left afterwards."""
    with TemporaryDirectory(prefix="mipos-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # The server's user must be able to pass through to its data.
        heeded = {name: os.environ[name] for name in HEEDED if name in os.environ}
        own = {"MIPOS_DATA_DIR": str(Path(folder) / "mipos"), "MIPOS_DATA_KEY": data_key or ""}
        settings = load_settings({**heeded, **own})
        say("Starting a database server")
        with database(settings) as addresses:
            yield Site(settings, addresses, seconds, say, real_year, stores)


@contextlib.contextmanager
def child(
    argv: Sequence[str],
    env: Mapping[str, str] | None = None,
    *,
    stdin: int | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
) -> Iterator[Process]:
    """A process that ends with the block, or with us."""
    with dying_with_us(signal.SIGTERM) as options:
        process = subprocess.Popen(  # noqa: S603 the arguments are our own
            argv, env=env, stdin=stdin, stdout=stdout, stderr=stderr, **options
        )
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def module(name: str) -> list[str]:
    """The command that runs one of our modules."""
    return [sys.executable, "-P", "-m", name]


@contextlib.contextmanager
def task(name: str, what: object) -> Iterator[Callable[[], Any]]:
    """Have a module's `run` do this in a process of its own, beginning now; calling waits for its result.

    The call closes the process's standard input, and raises MeasurementFailed when there is no result.
    """
    argv = [*module("infra.bench.tasks"), name]
    with child(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        pipe = process.stdin
        if pipe is not None:
            pickle.dump(what, pipe)
            pipe.flush()

        def result() -> Any:
            answer, _ = process.communicate()
            if process.returncode:
                raise MeasurementFailed(f"{name} ended with code {process.returncode}.")
            return pickle.loads(answer)  # noqa: S301 our own child wrote it

        yield result


@contextlib.contextmanager
def serving(
    site: Site, command: Sequence[str] = ("infra.cli.main", "serve")
) -> Iterator[tuple[int, Process]]:
    """The web server as `mipos up` starts it, on a free port; yields the port and gunicorn's master."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    env = {**environment(site), "MIPOS_HOST": HOST, "MIPOS_PORT": str(port)}
    argv = [*module(command[0]), *command[1:]]
    # Figures go to our standard output, and lines of logs to theirs.
    with (
        site.log("web").open("ab") as log,
        child(argv, env, stdout=log.fileno(), stderr=log.fileno()) as process,
    ):
        _wait_until_it_answers(site, port, process)
        yield port, process


@contextlib.contextmanager
def following(site: Site) -> Iterator[Process]:
    """The worker that keeps the asynchronous read models up to date, as `mipos up` starts it."""
    argv = [*module("infra.cli.main"), "worker"]
    with (
        site.log("worker").open("ab") as log,
        child(argv, environment(site), stdout=log.fileno(), stderr=log.fileno()) as process,
    ):
        yield process


def environment(site: Site) -> dict[str, str]:
    """The settings of a process of ours on this site."""
    ours = ("MIPOS_", "DATABASE_")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
        "MIPOS_WORKERS": str(site.settings.workers),
        "MIPOS_THREADS": str(site.settings.threads),
        "MIPOS_SECRET_KEY": site.settings.signing_key(),
        "MIPOS_DATA_KEY": site.settings.sealing_key(),
        # Everybody who is measured is one user, who asks more often than any person could.
        "MIPOS_REQUESTS_PER_MINUTE": "1000000000",
        "MIPOS_APP_DATABASE_URL": site.addresses.app,
        "MIPOS_WORKER_DATABASE_URL": site.addresses.worker,
    }


def _wait_until_it_answers(site: Site, port: int, process: Process) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection(HOST, port, timeout=5)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:  # noqa: PLR2004 the status of success
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    output = site.log("web").read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:]
    raise MeasurementFailed(f"The web server did not start: {output}")
