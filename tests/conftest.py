"""What tests share: one real server for the whole run, one migrated database, and a company for each test."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from infra.embedded import EmbeddedServer
from infra.migrations import migrate
from infra.runtime.models import PROJECTIONS


@dataclass(frozen=True)
class Database:
    """How to connect to the test database: as its owner, as the application, as a background worker."""

    owner: str
    app: str
    worker: str


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """The database server that MIPOS brings along, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="mipos-tests-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServer(Path(folder) / "data") as running:
            yield running


@pytest.fixture(scope="session")
def database(server: EmbeddedServer) -> Database:
    """A database with every table, as `mipos migrate` makes it."""
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE mipos_test")
    migrate(server.conninfo("postgres", "mipos_test"), PROJECTIONS)
    return Database(
        owner=server.conninfo("postgres", "mipos_test"),
        app=server.conninfo("mipos_app", "mipos_test"),
        worker=server.conninfo("mipos_worker", "mipos_test"),
    )
