"""A second server that follows another one, made as an operator makes it."""

import subprocess
from pathlib import Path

import psycopg

from infra.postgres.embedded import EmbeddedServer
from infra.postgres.embedded.account import server_account
from infra.postgres.embedded.binaries import find_binaries
from infra.postgres.embedded.cluster import server_environment
from tests.infra.databases import connected
from tests.waiting import eventually


class Standby(EmbeddedServer):
    """A server that follows another one; it says of itself that it is one, not that it is ready."""

    def _became_ready(self, process: subprocess.Popen[bytes]) -> bool:
        return eventually(lambda: process.poll() is not None or self.answers()) and process.poll() is None

    def answers(self) -> bool:
        """Whether it takes questions."""
        try:
            with connected(self.conninfo("postgres", "postgres")):
                return True
        except psycopg.OperationalError:
            return False

    def pause(self) -> None:
        """Have it take in nothing more of what it gets."""
        self._run(b"SELECT pg_wal_replay_pause()")
        eventually(lambda: self._run(b"SELECT pg_get_wal_replay_pause_state()") == "paused")

    def resume(self) -> None:
        """Have it go on."""
        self._run(b"SELECT pg_wal_replay_resume()")

    def _run(self, query: bytes) -> object:
        with connected(self.conninfo("postgres", "postgres")) as connection:
            row = connection.execute(query).fetchone()
            return row and row[0]


def copy_of(server: EmbeddedServer, folder: Path) -> Standby:
    """A copy of a running server's files in a folder of its own, which follows it once it is started."""
    folder.mkdir(mode=0o710)
    account = server_account(folder / "data")
    account.own(folder)
    program = find_binaries(None).folder / "pg_basebackup"
    source = server.conninfo("postgres", "postgres")
    # The slot keeps what the copy has not got yet: a checkpoint of the primary removes it else.
    slot = ["-C", "-S", f"copy_{folder.name}"]
    done = subprocess.run(  # noqa: S603 the server's own program
        [program, "-d", source, "-D", folder / "data", "-R", *slot, "--checkpoint=fast"],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env=server_environment(),
        **account.identity,
    )
    assert done.returncode == 0, done.stderr
    return Standby(folder)
