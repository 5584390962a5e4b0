"""Erases a customer of whom everything is marked, and looks for the mark: in tables, files, logs, backups."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from infra.decisions.erasures import erase_again
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.tombstones import read_tombstones
from infra.jobs.outbox import clear_outbox
from infra.jobs.scrub import keep_tombstones, scrub_database
from infra.postgres.embedded import EmbeddedServer
from infra.projections.rebuild_all import heads_of, rebuild_all
from infra.projections.verify_all import verify_all
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.api.conftest import stock_shop
from tests.conftest import Database, found_shop, fresh_database, serving
from tests.faults.marked_customer import MarkedCustomer, files_with, tables_with
from tests.waiting import eventually

NAME, COPY = "mipos", "before"


class Installation:
    """A database server in a folder of its own, and the company of one customer."""

    def __init__(self, folder: Path, server: EmbeddedServer) -> None:
        self.folder = folder
        self.outbox = folder / "outbox"
        self.tombstones = folder / "erasures.txt"
        self._server = server
        self.database: Database = fresh_database(server, NAME)

    def administer(self, *statements: str) -> None:
        """Run statements, each a transaction, as the administrator."""
        with psycopg.connect(self._server.conninfo("postgres", "postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def files_of(self, name: str) -> Path:
        """The folder of a database's files."""
        with psycopg.connect(self._server.conninfo("postgres", name)) as connection:
            (oid,) = connection.execute(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            ).fetchone() or (0,)
        return self.folder / "data" / "data" / "base" / str(oid)

    def scrub(self) -> None:
        """What `mipos scrub` does, and what a worker does with the outbox."""
        with psycopg.connect(self.database.owner, autocommit=True) as owner:
            keep_tombstones(owner, self.tombstones)
            scrubbed, _ = scrub_database(owner)
            assert scrubbed.is_whole
            clear_outbox(owner, self.outbox, datetime.now(UTC))

    def rebuild(self) -> None:
        """Make every read model of every company anew."""
        outcome = rebuild_all(self.database.worker, EVENT_TYPES, PROJECTIONS)
        assert outcome.failures == []

    def differences(self, company_id: UUID) -> list[str]:
        """The read models that are not what the log makes of them; the log itself is proved with them."""
        heads = heads_of(self.database.worker, [company_id])
        outcome = verify_all(self.database.worker, EVENT_TYPES, PROJECTIONS, heads, lambda *_: None)
        return [str(one) for one in (*outcome.false, *outcome.gaps)]

    def keep_copy(self) -> None:
        """Copy the database, which nobody may be connected to meanwhile."""
        end = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{NAME}'"
        self.administer(end, f"CREATE DATABASE {COPY} TEMPLATE {NAME}")

    def restore_copy(self) -> None:
        """Put the copy of before in the database's place, and forget again whom it still knows."""
        self.administer(f"DROP DATABASE {NAME} WITH (FORCE)", f"ALTER DATABASE {COPY} RENAME TO {NAME}")
        writer = EventWriter(EVENT_TYPES, PROJECTIONS)
        with psycopg.connect(self.database.app, autocommit=True) as connection:
            forgotten = erase_again(connection, writer, read_tombstones(self.tombstones), datetime.now(UTC))
        assert forgotten == 2


@pytest.fixture
def installation() -> Iterator[Installation]:
    """A server of the test's own: what is looked for is its every file."""
    with tempfile.TemporaryDirectory(prefix="mipos-forget-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "outbox").mkdir()
        with EmbeddedServer(folder / "data") as server:
            yield Installation(folder, server)


@contextmanager
def served(installation: Installation) -> Iterator[Any]:
    """The service, web server and worker running and telling their logs all they have to tell."""
    settings = {"MIPOS_OUTBOX_DIR": str(installation.outbox), "MIPOS_LOG_LEVEL": "debug"}
    with serving(installation.database, ("serve", "worker"), **settings) as service:
        yield service


@pytest.mark.large
def test_of_an_erased_customer_no_word_is_left_anywhere(
    installation: Installation, password_hash: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with served(installation) as service:
        stocked = stock_shop(found_shop(service, password_hash, {}))
        customer = MarkedCustomer(stocked)
        customer.live()
        company_id = stocked.shop.company_id
        assert tables_with(installation.database.owner, customer.marks) != []
        eventually(lambda: list(installation.outbox.glob("*.eml")))
        caught_up = eventually(lambda: installation.differences(company_id) == [])
        assert caught_up
    installation.keep_copy()

    with served(installation) as service:
        customer.erase(replace(stocked.shop, service=service))
    assert installation.differences(company_id) == []
    installation.scrub()

    copied = installation.files_of(COPY)
    assert tables_with(installation.database.owner, customer.marks) == []
    assert files_with(installation.folder, customer.marks, but=copied) == []
    output = "".join(capfd.readouterr()).lower()
    assert "/api/admin/customers" in output
    assert [line for line in output.splitlines() if any(mark in line for mark in customer.marks)] == []

    installation.rebuild()
    assert tables_with(installation.database.owner, customer.marks) == []

    installation.restore_copy()
    installation.rebuild()
    installation.scrub()
    assert installation.differences(company_id) == []
    assert tables_with(installation.database.owner, customer.marks) == []
    assert files_with(installation.folder, customer.marks) == []
