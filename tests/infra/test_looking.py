"""Commands that find no database, or one that was not migrated: a sentence, and nothing is touched."""

import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from infra.postgres.embedded import EmbeddedServer
from tests import forks
from tests.conftest import KEYS, SECRET, Database, installed_in, serving

NAMES = {
    "status": ("projections", "status"),
    "super-admin": ("super-admin", "root@example.com", "--password-stdin"),
    "import": ("import", "complete-journey", "--company", "Journey"),
    "serve": ("serve",),
    "worker": ("worker",),
}
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def mipos(tmp_path: Path) -> Callable[..., Done]:
    """Runs the command line with these settings alone; MIPOS_DATA_DIR is a folder that is not there."""

    def run(*arguments: str, **settings: str) -> Done:
        ours = ("MIPOS_", "DATABASE_")
        env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        env |= {"MIPOS_DATA_DIR": str(tmp_path / "data"), "MIPOS_PORT": str(free_port()), **settings}
        return forks.run("infra.cli.main", arguments, env, "correct horse battery staple\n")

    return run


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def sentence(done: Done) -> str:
    """What a command that failed said: one line, and no traceback."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.removeprefix("mipos: ").strip()


@pytest.mark.parametrize("name", NAMES)
def test_where_no_database_is_no_folder_is_made(
    mipos: Callable[..., Done], tmp_path: Path, name: str
) -> None:
    message = sentence(mipos(*NAMES[name]))
    assert message == f"There is no database in {tmp_path / 'data'} yet: run `mipos up` or `mipos migrate`."
    assert list(tmp_path.iterdir()) == []


OF_ANOTHER_PROGRAM = """
    CREATE TABLE users (id int PRIMARY KEY);
    CREATE TABLE orders (id int PRIMARY KEY);
    CREATE TABLE products (id int PRIMARY KEY);
"""

EVERYTHING = """
    SELECT 'table', relname::text, xmin::text FROM pg_class WHERE relnamespace >= 16384 OR oid >= 16384
    UNION ALL SELECT 'schema', nspname::text, xmin::text FROM pg_namespace
    UNION ALL SELECT 'role', rolname::text, xmin::text FROM pg_authid
    UNION ALL SELECT 'right', datname::text, xmin::text FROM pg_database WHERE datname = current_database()
    ORDER BY 1, 2
"""


@pytest.fixture(scope="module")
def foreign(server: EmbeddedServer) -> Database:
    """A database of another program, and how we would connect to it."""
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS of_another_program WITH (FORCE)")
        connection.execute("CREATE DATABASE of_another_program")
    with psycopg.connect(server.conninfo("postgres", "of_another_program")) as connection:
        connection.execute(OF_ANOTHER_PROGRAM)
    return installed_in(server, "of_another_program")


@pytest.mark.parametrize("name", NAMES)
def test_a_database_of_another_program_is_left_as_it_is(
    mipos: Callable[..., Done], foreign: Database, name: str, tmp_path: Path
) -> None:
    with psycopg.connect(foreign.owner, autocommit=True) as connection:
        before = connection.execute(EVERYTHING).fetchall()
        message = sentence(mipos(*NAMES[name], DATABASE_URL=foreign.owner, **KEYS))
        assert connection.execute(EVERYTHING).fetchall() == before
    assert message == "The database is not what this version of MIPOS needs: run `mipos migrate`."
    assert list(tmp_path.iterdir()) == []


def test_a_look_tells_of_a_database_that_was_migrated(mipos: Callable[..., Done], database: Database) -> None:
    done = mipos(
        "projections",
        "list",
        MIPOS_WORKER_DATABASE_URL=database.worker,
        MIPOS_APP_DATABASE_URL=database.app,
        **KEYS,
    )
    assert done.returncode == 0, done.stderr
    assert "orders" in done.stdout


@pytest.mark.parametrize("name", ["serve", "status"])
def test_a_database_that_is_not_there_is_told(mipos: Callable[..., Done], name: str, tmp_path: Path) -> None:
    url = f"postgresql://shop@/shop?host={tmp_path}"
    message = sentence(mipos(*NAMES[name], DATABASE_URL=url, **KEYS))
    assert message.startswith("The database cannot be reached: ")


def test_a_port_that_is_taken_is_told_by_serve(mipos: Callable[..., Done], database: Database) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        port = str(listener.getsockname()[1])
        message = sentence(mipos("serve", MIPOS_PORT=port, MIPOS_APP_DATABASE_URL=database.app, **KEYS))
    assert message.startswith(f"Port {port} on 127.0.0.1 is already taken: ")


def test_who_would_see_every_company_does_not_serve(mipos: Callable[..., Done], database: Database) -> None:
    message = sentence(mipos("serve", MIPOS_APP_DATABASE_URL=database.worker, **KEYS))
    assert message.startswith("The web server would see every company as ")


def test_serving_leaves_nothing_in_the_home_folder(database: Database, tmp_path: Path) -> None:
    with serving(database, ("serve",), HOME=str(tmp_path)) as service:
        assert service.client().get("/health").status == 200
        assert list(tmp_path.iterdir()) == []


class TestMigrating:
    def test_is_the_owners(self, mipos: Callable[..., Done], database: Database) -> None:
        roles = {"MIPOS_APP_DATABASE_URL": database.app, "MIPOS_WORKER_DATABASE_URL": database.worker}
        message = sentence(mipos("migrate", **KEYS, **roles))
        assert message.startswith("DATABASE_URL is required")

    def test_prints_what_an_administrator_runs_without_asking_the_database(
        self, mipos: Callable[..., Done], tmp_path: Path
    ) -> None:
        url = f"postgresql://plain:secret@/shop?host={tmp_path}"
        done = mipos("migrate", "--print-roles", DATABASE_URL=url, **KEYS)
        assert done.returncode == 0, done.stderr
        for part in (
            'CREATE ROLE "mipos_shop_app" LOGIN PASSWORD \'SCRAM-SHA-256$',
            'CREATE SCHEMA "mipos" AUTHORIZATION "plain";',
            'REVOKE TEMPORARY ON DATABASE "shop" FROM PUBLIC;',
        ):
            assert part in done.stdout
        assert SECRET not in done.stdout
        assert "secret" not in done.stdout
        assert list(tmp_path.iterdir()) == []

    def test_makes_the_embedded_database_that_a_look_then_finds(
        self, mipos: Callable[..., Done], tmp_path: Path
    ) -> None:
        tmp_path.chmod(0o755)
        # Those that pytest makes, which are for their maker alone.
        for folder in tmp_path.parents:
            if folder.name.startswith(("pytest-", "popen-")):
                folder.chmod(0o755)
        assert mipos("migrate").returncode == 0
        assert not (tmp_path / "data" / "secret_key").exists()
        done = mipos("projections", "list")
        assert done.returncode == 0, done.stderr
        assert not (tmp_path / "data" / "secret_key").exists()
        assert sentence(mipos("worker")).startswith("The database cannot be reached: ")
