"""`mipos reset`: everything goes that the database left, and nothing else."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra.postgres.embedded import EmbeddedServer
from tests import forks
from tests.conftest import KEYS, fresh_database

Done = subprocess.CompletedProcess[str]
Mipos = Callable[..., Done]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that was used once, in a place that the server's user may enter."""
    home = Path(tempfile.mkdtemp(prefix="mipos-reset-"))
    home.chmod(0o755)
    data = home / "data"
    with EmbeddedServer(data):
        pass
    for name in ("secret_key", "data_key", "demo_password", "notes.txt"):
        (data / name).write_text("mine\n")
    for name in ("seals", "outbox"):
        (data / name).mkdir()
        (data / name / "one.txt").write_text("old\n")
    yield data
    shutil.rmtree(home)


@pytest.fixture
def mipos(folder: Path) -> Mipos:
    """Runs `mipos reset` with these settings."""

    def run(*arguments: str, **settings: str) -> Done:
        env = {
            name: value for name, value in os.environ.items() if not name.startswith(("MIPOS_", "DATABASE_"))
        }
        return forks.run(
            "infra.cli.main", ["reset", *arguments], {**env, "MIPOS_DATA_DIR": str(folder), **settings}
        )

    return run


class TestTheEmbeddedDatabase:
    def test_goes_with_all_that_is_made_of_it_and_leaves_keys_and_what_is_not_ours(
        self, mipos: Mipos, folder: Path
    ) -> None:
        done = mipos("--yes")
        assert done.returncode == 0, done.stderr
        assert f"In {folder}: data, run, postgres.log, seals, outbox (" in done.stdout
        assert "secret_key, data_key, demo_password" in done.stdout
        assert sorted(one.name for one in folder.iterdir()) == [
            *("data_key", "demo_password", "lock", "notes.txt", "secret_key")
        ]

    def test_begins_again(self, mipos: Mipos, folder: Path) -> None:
        with EmbeddedServer(folder) as server, connected(server) as connection:
            connection.execute("CREATE DATABASE mipos")
        mipos("--yes")
        with EmbeddedServer(folder) as server, connected(server) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'mipos'").fetchone()
        assert found is None

    def test_stays_where_nobody_can_be_asked(self, mipos: Mipos, folder: Path) -> None:
        done = mipos()
        assert done.returncode == 1
        assert "--yes" in done.stderr
        assert "This deletes for good" in done.stdout
        assert (folder / "data" / "PG_VERSION").exists()

    def test_stays_while_it_runs(self, mipos: Mipos, folder: Path) -> None:
        with EmbeddedServer(folder):
            done = mipos("--yes")
            assert done.returncode == 1
            assert "MIPOS is already running" in done.stderr
            assert (folder / "data" / "PG_VERSION").exists()

    def test_that_is_gone_leaves_nothing_to_delete(self, mipos: Mipos) -> None:
        mipos("--yes")
        done = mipos("--yes")
        assert done.returncode == 1
        assert "There is nothing to delete" in done.stderr


class TestAFolder:
    def test_that_no_mipos_ran_in_stays_as_it_is(self, mipos: Mipos, tmp_path: Path) -> None:
        for name in ("data", "run", "server", "outbox"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "thesis.txt").write_text("mine\n")
        before = sorted(tmp_path.rglob("*"))
        done = mipos("--yes", MIPOS_DATA_DIR=str(tmp_path))
        assert done.returncode == 1
        assert "is no data folder of MIPOS" in done.stderr
        assert sorted(tmp_path.rglob("*")) == before

    def test_whose_data_are_no_database_stays_as_it_is(self, mipos: Mipos, folder: Path) -> None:
        (folder / "data" / "PG_VERSION").unlink()
        done = mipos("--yes")
        assert done.returncode == 1
        assert f"{folder / 'data'} is no database" in done.stderr
        assert (folder / "data" / "base").exists()

    def test_that_a_first_start_left_half_made_is_emptied(self, mipos: Mipos, folder: Path) -> None:
        (folder / "data").rename(folder / "data.new")
        assert mipos("--yes").returncode == 0
        assert not (folder / "data.new").exists()

    @pytest.mark.parametrize("name", ["data", "seals", "outbox"])
    def test_loses_nothing_that_lies_elsewhere(
        self, mipos: Mipos, folder: Path, tmp_path: Path, name: str
    ) -> None:
        (folder / name).rename(tmp_path / name)
        (folder / name).symlink_to(tmp_path / name)
        before = sorted((tmp_path / name).iterdir())
        done = mipos("--yes")
        assert done.returncode == 1
        assert f"{folder / name} is a link to {tmp_path / name}" in done.stderr
        assert sorted((tmp_path / name).iterdir()) == before
        assert (folder / "data" / "PG_VERSION").exists()

    def test_itself_may_be_reached_by_a_link(self, mipos: Mipos, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(folder)
        assert mipos("--yes", MIPOS_DATA_DIR=str(tmp_path / "link")).returncode == 0
        assert not (folder / "data").exists()


class TestAnotherDatabase:
    def test_is_left_alone_without_a_plain_word(self, mipos: Mipos, server: Any) -> None:
        database = fresh_database(server, "mipos_reset")
        done = mipos("--yes", DATABASE_URL=database.owner, **KEYS)
        assert done.returncode == 1
        assert "--drop-schema" in done.stderr
        assert is_there(database)

    def test_loses_our_schema_and_nothing_else(self, mipos: Mipos, server: Any, folder: Path) -> None:
        database = fresh_database(server, "mipos_reset")
        with psycopg.connect(database.owner) as connection:
            connection.execute("CREATE TABLE public.of_another_program (id int)")
        done = mipos("--yes", "--drop-schema", DATABASE_URL=database.owner, **KEYS)
        assert done.returncode == 0, done.stderr
        assert "The schema mipos of the database mipos_reset" in done.stdout
        assert not is_there(database)
        with psycopg.connect(database.owner) as connection:
            connection.execute("SELECT * FROM public.of_another_program")
        assert not (folder / "seals").exists()
        assert (folder / "data" / "PG_VERSION").exists()

    def test_keeps_a_schema_that_is_not_ours(self, mipos: Mipos, server: Any, folder: Path) -> None:
        database = fresh_database(server, "mipos_reset")
        with psycopg.connect(database.owner) as connection:
            connection.execute("CREATE SCHEMA books")
            connection.execute("CREATE TABLE books.of_another_program (id int)")
        done = mipos("--yes", "--drop-schema", DATABASE_URL=database.owner, MIPOS_SCHEMA="books", **KEYS)
        assert done.returncode == 1
        assert "nothing of MIPOS in the schema books" in done.stderr
        with psycopg.connect(database.owner) as connection:
            connection.execute("SELECT * FROM books.of_another_program")
        assert (folder / "seals").exists()

    def test_loses_what_an_upgrade_prepared(self, mipos: Mipos, server: Any) -> None:
        database = fresh_database(server, "mipos_reset")
        with psycopg.connect(database.owner) as connection:
            connection.execute("CREATE SCHEMA IF NOT EXISTS mipos_next")
            connection.execute("CREATE TABLE mipos_next.half_made (id int)")
        done = mipos("--yes", "--drop-schema", DATABASE_URL=database.owner, **KEYS)
        assert done.returncode == 0, done.stderr
        with psycopg.connect(database.owner) as connection:
            row = connection.execute("SELECT to_regnamespace('mipos_next')").fetchone()
        assert row == (None,)

    def test_stays_while_something_is_connected(self, mipos: Mipos, server: Any) -> None:
        database = fresh_database(server, "mipos_reset")
        with psycopg.connect(database.worker):
            done = mipos("--yes", "--drop-schema", DATABASE_URL=database.owner, **KEYS)
        assert done.returncode == 1
        assert "stop its servers and workers first" in done.stderr
        assert is_there(database)

    def test_is_not_meant_where_none_is_named(self, mipos: Mipos) -> None:
        assert "--drop-schema goes with DATABASE_URL" in mipos("--drop-schema").stderr


def connected(server: EmbeddedServer) -> psycopg.Connection[Any]:
    return psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True)


def is_there(database: Any) -> bool:
    with psycopg.connect(database.owner) as connection:
        row = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'mipos'").fetchone()
    return row is not None
