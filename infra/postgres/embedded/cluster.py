"""The database's files: created whole or not at all, and claimed by one server at a time."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from infra.postgres.embedded.account import Account
from infra.postgres.embedded.binaries import Binaries
from infra.postgres.embedded.errors import InitdbFailed, OtherMajorVersion, StillRunning
from infra.process.supervisor import dying_with_us

# Trust is safe here: the only way in is a socket in a folder that only the server's user and root may enter.
HBA = "local all all trust\nlocal replication postgres trust\n"
#: What it said before backups and replicas were let in.
FORMER_HBA = ("local all all trust\n",)
OUTPUT_LINES = 12
POLL_SECONDS = 0.1


def server_environment() -> dict[str, str]:
    """Return what the server may know of our environment: no secrets of ours, no PG* that would sway it."""
    variables = {
        name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ
    }
    return {**variables, "LC_ALL": "C", "TZ": "UTC"}


def tail(text: str) -> str:
    """Return the last lines of a program's output."""
    return "\n".join(text.strip().splitlines()[-OUTPUT_LINES:]).rstrip(".")


def ensure_cluster(data: Path, binaries: Binaries, account: Account) -> None:
    """Create the cluster unless it is there. Raise InitdbFailed, or OtherMajorVersion for another's data.

    It is made beside its place and renamed when whole, so that an interrupted first start leaves nothing
    that looks like a database.
    """
    if data.exists():
        version = (data / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != str(binaries.major):
            raise OtherMajorVersion(data=data, version=version, server=binaries.major)
        _renew_hba(data / "pg_hba.conf")
        return
    unfinished = data.with_name(f"{data.name}.new")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    account.own(unfinished)
    _initdb(unfinished, binaries, account)
    (unfinished / "pg_hba.conf").write_text(HBA, encoding="ascii")
    unfinished.rename(data)


def _renew_hba(file: Path) -> None:
    """Let in whom this version lets in, unless an operator has rules of their own."""
    if file.read_text(encoding="utf-8", errors="replace") in FORMER_HBA:
        file.write_text(HBA, encoding="ascii")


def _initdb(data: Path, binaries: Binaries, account: Account) -> None:
    locale = (
        ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if binaries.major >= 17  # noqa: PLR2004 - the version that has locales of its own
        else ["--locale=C.UTF-8"]
    )
    flags = ["-U", "postgres", "-E", "UTF8", *locale, "--auth=trust", "--data-checksums"]
    with dying_with_us(signal.SIGTERM) as options:
        process = subprocess.Popen(  # noqa: S603 - the arguments are our own
            [binaries.initdb, "-D", data, *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=data.parent,
            env=server_environment(),
            **options,
            **account.identity,
        )
    with process:
        try:
            output, _ = process.communicate()
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise InitdbFailed(data=data, output=tail(output))


def end_previous_server(data: Path, deadline: float) -> None:
    """Make way: stop a server left on these data, and remove a `postmaster.pid` that means nothing any more.

    Call it with the data folder's lock held, which says that the server's owner is gone. Raise
    StillRunning when it lives past `deadline` (of time.monotonic).
    """
    pid_file = data / "postmaster.pid"
    is_stopping = False
    while (pid := _pid_in(pid_file)) is not None:
        if not _serves(pid, data):
            pid_file.unlink(missing_ok=True)
            return
        if time.monotonic() > deadline:
            raise StillRunning(pid=pid, data=data)
        if not is_stopping:
            os.kill(pid, signal.SIGINT)
            is_stopping = True
        time.sleep(POLL_SECONDS)


def _pid_in(pid_file: Path) -> int | None:
    """Return the process named there, 0 when there is no telling, None without a file."""
    try:
        first = pid_file.read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isascii() and first.isdigit() else 0


def _serves(pid: int, data: Path) -> bool:
    """Tell whether a process with this number is alive and a server of these data: numbers are reused."""
    if pid == 0:
        return False
    if not Path("/proc/self").exists():
        return str(data) in _command_line(pid)
    process = Path("/proc") / str(pid)
    try:
        state = (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
        if state in "ZX":
            return False
        try:
            return (process / "cwd").samefile(data)
        except PermissionError:  # Some containers hide it even from root; the command line they show.
            return os.fsencode(data) in (process / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _command_line(pid: int) -> str:
    """Ask ps, where there is no /proc."""
    command = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout  # noqa: S603
