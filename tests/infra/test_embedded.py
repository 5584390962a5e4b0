"""The embedded database server: a real one, started, killed, disturbed and recovered."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from infra.postgres.embedded import EmbeddedServer, EmbeddedServerError, check_server_version, find_binaries
from infra.postgres.embedded.errors import AlreadyRunning
from infra.postgres.embedded.server import check_unclaimed
from tests.waiting import eventually

PYTHONPATH = os.pathsep.join([str(Path(__file__).resolve().parents[2]), *sys.path])
OWNER = """
import sys, time
from pathlib import Path
from infra.postgres.embedded import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1])) as server:
    print(server.pid, flush=True)
    time.sleep(60)
"""
IS_ROOT = os.geteuid() == 0
IS_LINUX = sys.platform == "linux"
SYSTEM_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def data_home() -> Iterator[Path]:
    """A folder that the server's user may enter, which pytest's own are not when root runs them."""
    folder = Path(tempfile.mkdtemp(prefix="mipos test "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def pristine() -> Iterator[Path]:
    """A database just created, to be copied: creating one takes a second."""
    folder = Path(tempfile.mkdtemp(prefix="mipos test "))
    folder.chmod(0o755)
    with EmbeddedServer(folder / "data"):
        pass
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def data(data_home: Path, pristine: Path) -> Path:
    """A data folder with a database of its own in it."""
    subprocess.run(["cp", "-a", pristine, data_home / "data"], check=True)  # noqa: S603, S607
    return data_home / "data"


@pytest.fixture
def own(data: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], int]]]:
    """Starts a server owned by another process; gives that process and the server's number."""
    owners: list[subprocess.Popen[str]] = []

    def start() -> tuple[subprocess.Popen[str], int]:
        owner = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", OWNER, data],
            env={**os.environ, "PYTHONPATH": PYTHONPATH},
            stdout=subprocess.PIPE,
            text=True,
        )
        owners.append(owner)
        assert owner.stdout is not None
        return owner, int(owner.stdout.readline())

    yield start
    for owner in owners:
        owner.kill()
        owner.communicate()


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended but was not collected does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (ProcessLookupError, FileNotFoundError):
        return False


def ask(server: EmbeddedServer, question: str) -> Any:
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as connection:
        cursor = connection.execute(question.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def refusal(server: EmbeddedServer) -> str:
    with pytest.raises(EmbeddedServerError) as refused:
        server.start()
    return str(refused.value)


class TestStarting:
    def test_keeps_what_was_written_from_one_start_to_the_next(self, data: Path) -> None:
        with EmbeddedServer(data) as server:
            ask(server, "CREATE TABLE sales AS SELECT 42 AS total")
            pid = server.pid or 0

        assert not is_alive(pid)
        with EmbeddedServer(data) as server:
            assert ask(server, "SELECT total FROM sales") == 42

    def test_writes_safely_and_listens_on_no_network(self, data: Path) -> None:
        with EmbeddedServer(data) as server:
            settings = {
                name: ask(server, f"SHOW {name}") for name in ("fsync", "listen_addresses", "server_encoding")
            }

        assert settings == {"fsync": "on", "listen_addresses": "", "server_encoding": "UTF8"}

    def test_lets_nobody_else_in(self, data: Path) -> None:
        with EmbeddedServer(data):
            run = data / "run"
            assert stat.S_IMODE(run.stat().st_mode) == 0o700
            rules = (data / "data" / "pg_hba.conf").read_text().splitlines()
            assert rules == ["local all all trust", "local replication postgres trust"]

    def test_is_not_swayed_by_the_environment_nor_told_our_secrets(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PGDATA", "/nonexistent")
        monkeypatch.setenv("PGPORT", "1")
        monkeypatch.setenv("MIPOS_SECRET_KEY", "opensesame")

        with EmbeddedServer(data) as server:
            assert ask(server, "SHOW port") == "5432"
            if IS_LINUX:
                assert b"opensesame" not in Path(f"/proc/{server.pid}/environ").read_bytes()

    def test_finds_a_short_place_for_the_socket_of_a_long_path(self, data_home: Path) -> None:
        data = data_home / ("a long name " * 8).strip() / "data"

        with EmbeddedServer(data) as server:
            assert ask(server, "SELECT 1") == 1
            folder = Path(str(conninfo_to_dict(EmbeddedServer(data).conninfo("x", "y"))["host"]))
            assert folder.parent == Path(tempfile.gettempdir())
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700

        assert not folder.exists()

    @pytest.mark.skipif(not SYSTEM_15.is_dir(), reason="no PostgreSQL 15 on this system")
    def test_works_with_the_oldest_server_we_support(self, data_home: Path) -> None:
        with EmbeddedServer(data_home / "data", SYSTEM_15) as server:
            assert ask(server, "SHOW server_version").startswith("15.")

    def test_belongs_to_the_main_thread(self, data: Path) -> None:
        errors: list[BaseException] = []

        def start() -> None:
            try:
                EmbeddedServer(data).start()
            except RuntimeError as error:
                errors.append(error)

        thread = threading.Thread(target=start)
        thread.start()
        thread.join()

        assert [str(error) for error in errors] == [
            "The embedded server must be started from the main thread."
        ]


class TestOneOwner:
    def test_a_second_one_is_refused(self, data: Path) -> None:
        with EmbeddedServer(data) as server:
            assert refusal(EmbeddedServer(data)) == (
                f"MIPOS is already running on {data} (process {os.getpid()}): "
                "stop it, or set another MIPOS_DATA_DIR."
            )
            assert ask(server, "SELECT 1") == 1

    def test_a_folder_is_another_s_while_a_server_has_it(self, data: Path) -> None:
        check_unclaimed(data)
        with EmbeddedServer(data), pytest.raises(AlreadyRunning):
            check_unclaimed(data)
        check_unclaimed(data)

    def test_the_same_one_is_refused_and_goes_on(self, data: Path) -> None:
        with EmbeddedServer(data) as server:
            assert "already running" in refusal(server)
            assert ask(server, "SELECT 1") == 1


class TestRecovery:
    @pytest.mark.skipif(not IS_LINUX, reason="only Linux tells the server that its owner died")
    def test_the_server_goes_down_with_a_killed_owner_and_starts_again(
        self, data: Path, own: Callable[[], tuple[subprocess.Popen[str], int]]
    ) -> None:
        owner, pid = own()
        ask(EmbeddedServer(data), "CREATE TABLE sales AS SELECT 42 AS total")

        owner.kill()
        owner.wait()

        eventually(lambda: not is_alive(pid))
        with EmbeddedServer(data) as server:
            assert ask(server, "SELECT total FROM sales") == 42

    def test_a_killed_server_recovers_what_was_committed(
        self, data: Path, own: Callable[[], tuple[subprocess.Popen[str], int]]
    ) -> None:
        owner, pid = own()
        ask(EmbeddedServer(data), "CREATE TABLE sales AS SELECT 42 AS total")

        os.kill(pid, signal.SIGKILL)
        owner.kill()
        owner.wait()

        with EmbeddedServer(data) as server:
            assert ask(server, "SELECT total FROM sales") == 42

    def test_waits_for_an_earlier_server_that_is_slow_to_go(
        self, data: Path, own: Callable[[], tuple[subprocess.Popen[str], int]]
    ) -> None:
        owner, pid = own()
        os.kill(pid, signal.SIGSTOP)
        owner.kill()
        owner.wait()
        woken: list[int] = []

        def wake() -> None:
            woken.append(pid)
            os.kill(pid, signal.SIGCONT)

        waking = threading.Timer(0.7, wake)
        waking.start()
        with EmbeddedServer(data) as server:
            assert woken == [pid]
            assert ask(server, "SELECT 1") == 1
        waking.join()

    def test_a_first_start_that_was_cut_short_begins_anew(self, data_home: Path) -> None:
        unfinished = data_home / "data" / "data.new"
        (unfinished / "base").mkdir(parents=True)
        (unfinished / "PG_VERSION").write_text("18\n")

        with EmbeddedServer(data_home / "data") as server:
            assert ask(server, "SELECT 1") == 1

        assert not unfinished.exists()

    @pytest.mark.parametrize(
        "content", [f"{os.getpid()}\n/elsewhere\n", "999999999\n", ""], ids=["ours", "nobodys", "empty"]
    )
    def test_a_stale_pid_file_is_removed(self, data: Path, content: str) -> None:
        (data / "data" / "postmaster.pid").write_text(content)

        with EmbeddedServer(data) as server:
            assert ask(server, "SELECT 1") == 1


class TestRefusals:
    def test_data_of_another_major_version(self, data_home: Path) -> None:
        data = data_home / "data" / "data"
        data.mkdir(parents=True)
        (data / "PG_VERSION").write_text("14\n")

        major = find_binaries(None).major
        assert refusal(EmbeddedServer(data_home / "data")) == (
            f"The data in {data} need PostgreSQL 14, not {major}: name its folder in MIPOS_POSTGRES_BIN."
        )

    def test_binaries_that_are_not_there(self, data_home: Path) -> None:
        assert refusal(EmbeddedServer(data_home / "data", data_home)) == (
            f"MIPOS_POSTGRES_BIN names {data_home}, where no working initdb and postgres are."
        )

    def test_a_server_that_is_too_old(self) -> None:
        check_server_version(150000)
        with pytest.raises(EmbeddedServerError) as refused:
            check_server_version(140012)

        assert str(refused.value) == "PostgreSQL 15 or newer is needed; this server is 14.12."

    def test_a_database_that_cannot_be_created(self, data_home: Path) -> None:
        programs = data_home / "bin"
        programs.mkdir()
        for name, does in (("postgres", "echo 'postgres (PostgreSQL) 18.6'"), ("initdb", BROKEN_INITDB)):
            (programs / name).write_text(f"#!/bin/sh\n{does}\n")
            (programs / name).chmod(0o755)

        unfinished = data_home / "data" / "data.new"
        assert refusal(EmbeddedServer(data_home / "data", programs)) == (
            f"The database could not be created in {unfinished}; initdb said: the disk is full."
        )

    def test_a_server_that_does_not_start(self, data: Path) -> None:
        (data / "data" / "pg_hba.conf").write_text("nonsense\n")

        message = refusal(EmbeddedServer(data))

        assert message.startswith(f"The database server did not start (its log is {data / 'postgres.log'})")
        assert "could not load" in message

    def test_a_data_folder_that_is_a_file(self, data_home: Path) -> None:
        (data_home / "data").touch()

        assert refusal(EmbeddedServer(data_home / "data")) == (
            f"The data folder {data_home / 'data'} cannot be used: File exists."
        )

    def test_a_socket_folder_that_others_can_enter(self, data_home: Path) -> None:
        run = data_home / "data" / "run"
        run.mkdir(parents=True)
        run.chmod(0o777)

        assert refusal(EmbeddedServer(data_home / "data")) == (
            f"{run}, where the database's socket goes, is not a private folder of its user: remove it."
        )

    def test_leave_the_folder_free_for_the_next_try(self, data_home: Path) -> None:
        refusal(EmbeddedServer(data_home / "data", data_home))

        with EmbeddedServer(data_home / "data") as server:
            assert ask(server, "SELECT 1") == 1


BROKEN_INITDB = 'if [ "$1" = --version ]; then exit 0; fi; echo "the disk is full"; exit 1'


@pytest.mark.skipif(not IS_ROOT, reason="only root lends the server another user")
class TestAsRoot:
    def test_a_closed_folder_is_named_and_left_closed(self, data_home: Path) -> None:
        closed = data_home / "closed"
        closed.mkdir(mode=0o700)

        message = refusal(EmbeddedServer(closed / "data"))

        assert f"may not enter {closed}: set another MIPOS_DATA_DIR" in message
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700

    def test_the_data_belong_to_the_servers_user_and_the_secrets_to_root(self, data_home: Path) -> None:
        with EmbeddedServer(data_home / "data") as server:
            owner = Path(f"/proc/{server.pid}").stat().st_uid

        assert owner != 0
        assert (data_home / "data" / "data").stat().st_uid == owner
        assert data_home.stat().st_uid == (data_home / "data").stat().st_uid == 0
        assert stat.S_IMODE((data_home / "data").stat().st_mode) == 0o710

    def test_a_package_in_a_closed_folder_is_copied_once(
        self, data_home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        installed = find_binaries(None)
        if installed.package is None:
            pytest.skip("no packaged server is installed")
        package = installed.folder.parent.parent
        closed = data_home / "closed"
        closed.mkdir(mode=0o700)
        shutil.copytree(package, closed / package.name, symlinks=True)
        libraries = f"{package.name}.libs"
        shutil.copytree(package.with_name(libraries), closed / libraries, symlinks=True)
        monkeypatch.syspath_prepend(closed)

        for _ in range(2):
            with EmbeddedServer(data_home / "data") as server:
                assert ask(server, "SELECT 1") == 1

        copies = list((data_home / "data" / "server").iterdir())
        assert len(copies) == 1
        assert copies[0].name.startswith(f"{package.name}-{installed.version}-")


class TestConninfo:
    def test_survives_odd_names(self, data_home: Path) -> None:
        parts = conninfo_to_dict(EmbeddedServer(data_home / "da ta&?").conninfo("o'brien@x", "a/b c"))

        assert parts == {
            "user": "o'brien@x",
            "dbname": "a/b c",
            "host": str(data_home / "da ta&?" / "run"),
            "port": "5432",
        }
