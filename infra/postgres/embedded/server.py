"""The embedded database server: started with the shop, stopped with it, and never left behind."""

import contextlib
import fcntl
import hashlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from infra.postgres.embedded.account import Account, server_account
from infra.postgres.embedded.binaries import Binaries, find_binaries
from infra.postgres.embedded.cluster import end_previous_server, ensure_cluster, server_environment, tail
from infra.postgres.embedded.errors import (
    AlreadyRunning,
    DataDirUnusable,
    SocketFolderTaken,
    StartFailed,
)
from infra.process.supervisor import dying_with_us

PORT = 5432  # Only part of the socket's name: nothing listens on the network.
SOCKET_NAME = f".s.PGSQL.{PORT}"
SOCKET_PATH_BYTES = 103  # The limit is 107 on Linux and 103 on macOS.
READY_SECONDS = 300.0  # Recovery after a crash reads all that was written since the last checkpoint.
PREVIOUS_SERVER_SECONDS = 60.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.01
LOG_BYTES = 10_000_000
READY_LINE = 7
# An earlier server's last processes may still hold these for a few seconds after it was killed.
PASSING_TROUBLES = ("lock file", "pre-existing shared memory block")

SERVER_SETTINGS = {
    "listen_addresses": "",  # The network stays out.
    "fsync": "on",  # A sale that was confirmed survives a power cut, whatever a file says.
    "full_page_writes": "on",  # And so does the page it stands on.
    "shared_buffers": "256MB",  # Hot rows of a small chain fit, and a machine of 1 GB has room left.
    "max_connections": "100",  # The web server's pools and the workers' with room for a psql.
    # Every page is logged whole when it is first written after a checkpoint: there are few of these.
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "off",  # To compress a page takes longer than to write it, and a sale writes some.
    "wal_buffers": "16MB",  # Whoever fills read models writes on while the log before it is written out.
    "wal_init_zero": "off",  # All who sell wait while a new file of the log is filled with zeros.
    "wal_recycle": "off",  # A new file of the log does not begin with what stood in an old one.
    "random_page_cost": "1.1",  # Disks have not been spinning for long; indexes should be used.
    "jit": "off",  # Compiling costs more than our short queries take.
    "log_checkpoints": "off",  # The log is for troubles.
    "log_error_verbosity": "terse",  # A detail of an error names values, and so people.
    "log_min_error_statement": "panic",  # So does the statement that failed,
    "log_parameter_max_length_on_error": "0",  # and so do its parameters.
    "log_timezone": "UTC",
    "timezone": "UTC",
    "lc_messages": "C",  # Our own reading of the log depends on its words.
}


class EmbeddedServer:
    """A PostgreSQL server of our own on `data_dir`, reachable through a private socket only.

    `with EmbeddedServer(folder) as server:` starts it and stops it. It is a child of this process and
    goes down with it even when this process is killed. Every failure is an EmbeddedServerError.
    """

    def __init__(self, data_dir: Path, binaries: Path | None = None) -> None:
        # A link to a folder elsewhere is followed, so that its user needs to reach only that one.
        self.data_dir = data_dir.resolve()
        self._data = self.data_dir / "data"
        self._log = self.data_dir / "postgres.log"
        self._setting = binaries
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._started_with: tuple[Binaries, Account] | None = None

    #: What people call it.
    name = "The database server"
    #: What served once is started again for ever.
    is_vital = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The server's process number while it runs."""
        return self._process.pid if self._process else None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The server's process, once it was started."""
        if self._process is None:
            raise RuntimeError("The embedded server was not started.")
        return self._process

    @property
    def is_running(self) -> bool:
        """Whether the server was started and has not ended since."""
        return self._process is not None and self._process.poll() is None

    @property
    def has_data(self) -> bool:
        """Whether a server was started here before, running or not; also where we may not look."""
        try:
            return (self._data / "PG_VERSION").exists()
        except PermissionError:
            return True

    def conninfo(self, user: str, database: str) -> str:
        """Return the URL at which this user reaches this database; it needs no password."""
        folder = quote(str(self._socket_folder()), safe="/")
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?host={folder}&port={PORT}"

    def start(self) -> None:
        """Start the server and return once it accepts connections; the first start creates the database.

        Call it from the main thread: the kernel ties the server's life to the thread that starts it.
        """
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("The embedded server must be started from the main thread.")
        if self._lock is not None:
            raise AlreadyRunning(data_dir=self.data_dir, pid=os.getpid())
        try:
            self._start()
        except BaseException as error:
            self.stop()
            if isinstance(error, OSError | subprocess.SubprocessError):
                reason = getattr(error, "strerror", None) or str(error)
                raise DataDirUnusable(data_dir=self.data_dir, reason=reason) from error
            raise

    def stop(self) -> None:
        """Stop the server after what it is doing, breaking off open sessions; nothing happens without one."""
        try:
            if self._process is not None:
                _end(self._process)
        finally:
            self._process = None
            if self._socket_folder().parent != self.data_dir:
                with contextlib.suppress(OSError):  # Never made, or another's.
                    self._socket_folder().rmdir()
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    @contextlib.contextmanager
    def at_rest(self) -> Iterator[None]:
        """Keep any server off these data meanwhile. Raises AlreadyRunning, StillRunning."""
        lock = _claim(self.data_dir)
        try:
            end_previous_server(self._data, time.monotonic() + PREVIOUS_SERVER_SECONDS)
            yield
        finally:
            os.close(lock)

    def _start(self) -> None:
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _claim(self.data_dir)
        account = server_account(self._data)
        account.admit(self.data_dir)
        account.check_reaches(self.data_dir)
        binaries = find_binaries(self._setting).usable_by(account, self.data_dir)
        ensure_cluster(self._data, binaries, account)
        _make_private(self._socket_folder(), account)
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.old"))
        self._log.touch(mode=0o600)
        self._started_with = (binaries, account)
        self._launch()

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the server's process anew where one has ended; it recovers, and says later that it is ready.

        Call it from the main thread, as `start`.
        """
        if self._started_with is None:
            raise RuntimeError("The embedded server was not started.")
        binaries, account = self._started_with
        end_previous_server(self._data, time.monotonic() + PREVIOUS_SERVER_SECONDS)
        with self._log.open("ab") as log, dying_with_us(signal.SIGINT) as options:
            self._process = subprocess.Popen(  # noqa: S603 - the arguments are our own
                [binaries.postgres, "-D", self._data, *self._arguments()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data_dir,
                env=server_environment(),
                **options,
                **account.identity,
            )
        return self._process

    def _launch(self) -> None:
        """Start the server, again and again while a killed one's remains are in the way."""
        deadline = time.monotonic() + PREVIOUS_SERVER_SECONDS
        while True:
            size = self._log.stat().st_size
            if self._became_ready(self.spawn()):
                return
            output = self._log.read_bytes()[size:].decode("utf-8", "replace")
            if time.monotonic() > deadline or not any(trouble in output for trouble in PASSING_TROUBLES):
                raise StartFailed(log=self._log, output=tail(output))
            time.sleep(0.25)

    def _arguments(self) -> list[str]:
        folder = str(self._socket_folder()).replace('"', '""')
        settings = {**SERVER_SETTINGS, "unix_socket_directories": f'"{folder}"', "port": str(PORT)}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _became_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until the server says it is ready; False when it ended instead."""
        deadline = time.monotonic() + READY_SECONDS
        while process.poll() is None:
            if _says_ready(self._data / "postmaster.pid", process.pid):
                return True
            if time.monotonic() > deadline:
                raise StartFailed(log=self._log, output=f"not ready after {READY_SECONDS:.0f} seconds")
            time.sleep(POLL_SECONDS)
        return False

    def _socket_folder(self) -> Path:
        """Return `run` in the data folder, or where that path is too long for a socket a short one.

        The short name follows from the data folder, so that every process finds it.
        """
        name = f"mipos-{hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]}"
        places = [self.data_dir / "run", Path(tempfile.gettempdir()) / name]
        for folder in places:
            if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_BYTES:
                return folder
        return Path("/tmp") / name  # noqa: S108 - made private, or refused, before use


def check_unclaimed(data_dir: Path) -> None:
    """Raise AlreadyRunning for a folder that another process has its data in; there may be none yet."""
    if (data_dir / "lock").exists():
        os.close(_claim(data_dir))


def _claim(data_dir: Path) -> int:
    """Take the data folder's lock, which goes with this process however it ends."""
    lock = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.read(lock, 20).decode("ascii", "replace").strip() or "unknown"
        os.close(lock)
        raise AlreadyRunning(data_dir=data_dir, pid=pid) from None
    os.ftruncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())
    return lock


def _make_private(folder: Path, account: Account) -> None:
    """Make the socket's folder, for the server's user alone; refuse one that another user put there."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        account.own(folder)
    status = folder.lstat()
    if not folder.is_dir() or folder.is_symlink() or status.st_uid != account.uid or status.st_mode & 0o077:
        raise SocketFolderTaken(folder=folder)
    account.check_reaches(folder)


def _says_ready(pid_file: Path, pid: int) -> bool:
    try:
        lines = pid_file.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > READY_LINE and lines[0].strip() == str(pid) and lines[READY_LINE].strip() == "ready"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask, insist, and in the end force: a server forced down recovers on its next start."""
    for number, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0), (signal.SIGKILL, None)):
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return
