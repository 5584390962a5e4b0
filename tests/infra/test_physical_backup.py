"""Copies of the embedded server's files: whole, then what changed, and a data folder again."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.companies import Company
from infra.backup.vault import Vault
from infra.eventstore.chain import verify_chain
from infra.eventstore.codec import Metadata
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.embedded.cluster import FORMER_HBA, HBA
from infra.postgres.transactions import transaction
from infra.runtime.databases import database as opened
from infra.runtime.settings import load_settings
from tests.conftest import KEYS, WRITER, installed_in
from tests.infra.backups import mipos


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that the database server's user may enter."""
    with tempfile.TemporaryDirectory(prefix="mipos-physical-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def settings(folder: Path) -> dict[str, str]:
    return {**KEYS, "MIPOS_DATA_DIR": str(folder / "shop")}


@pytest.fixture(scope="module")
def running(folder: Path, settings: dict[str, str]) -> Iterator[EmbeddedServer]:
    """The server of a shop that let in no replication when it was made."""
    with EmbeddedServer(folder / "shop"):
        pass
    (folder / "shop" / "data" / "pg_hba.conf").write_text(FORMER_HBA[0])
    with opened(load_settings(settings)) as addresses:
        assert addresses.server is not None
        yield addresses.server


def found(server: EmbeddedServer) -> UUID:
    """Record a company."""
    company_id = uuid4()
    company = Company.begin(
        Company.Registered, company_id, name=f"{company_id}", currency="EUR", timezone="UTC"
    )
    app = installed_in(server, "mipos").app
    with psycopg.connect(app, autocommit=True) as connection, transaction(connection, company_id) as db:
        db.execute("SELECT found_company(%(company)s)", {"company": company_id})
        WRITER.record(db, company.new_events(), Metadata(at=datetime.now(UTC)))
    return company_id


@pytest.fixture(scope="module")
def vault(folder: Path, running: EmbeddedServer, settings: dict[str, str]) -> Vault:
    """All files, and what changed since: a company more."""
    found(running)
    for more in ((), ("--incremental",)):
        taken = mipos("backup", folder / "vault", "--physical", *more, **settings)
        assert taken.exit_code == 0, taken.output
        found(running)
    return Vault(folder / "vault")


def test_a_cluster_of_before_lets_backups_in(running: EmbeddedServer) -> None:
    assert (running.data_dir / "data" / "pg_hba.conf").read_text() == HBA


def test_an_incremental_one_is_smaller(vault: Vault) -> None:
    full, incremental = map(vault.manifest, vault.names())
    assert incremental.base == full.name
    assert incremental.size < full.size / 2


def test_they_become_a_data_folder(vault: Vault, folder: Path, settings: dict[str, str]) -> None:
    done = mipos("restore", vault.folder, "--to", folder / "again", **settings)
    assert done.exit_code == 0, done.output
    assert "0 with differences, 0 not checked" in done.output
    with EmbeddedServer(folder / "again") as server:
        owner = installed_in(server, "mipos").owner
        with psycopg.connect(owner, autocommit=True) as connection:
            heads = connection.execute("SELECT company_id FROM company_head").fetchall()
            [(epoch,)] = connection.execute("SELECT log_epoch FROM installation").fetchall()
            lives = connection.execute(
                "SELECT company_id, count(*) FROM log_epochs GROUP BY company_id"
            ).fetchall()
            for (company_id,) in heads:
                assert verify_chain(connection, company_id).is_sound
    assert {one for (one,) in heads} == vault.manifest(vault.names()[-1]).companies.keys()
    assert epoch == 2
    assert dict(lives) == dict.fromkeys((one for (one,) in heads), 2)


def test_a_file_with_another_byte_is_found(vault: Vault, folder: Path, settings: dict[str, str]) -> None:
    file = vault.folder / vault.names()[0] / "data" / "global" / "pg_control"
    content = file.read_bytes()
    try:
        file.write_bytes(content[:-1] + b"!")
        done = mipos("restore", vault.folder, "--to", folder / "never", **settings)
    finally:
        file.write_bytes(content)
    assert done.exit_code == 1
    assert "pg_control" in done.output
    assert not (folder / "never").exists()


def test_no_other_database_can_be_filled_from_one(vault: Vault, settings: dict[str, str]) -> None:
    address = "postgresql://nobody@127.0.0.1:1/nothing"
    done = mipos("restore", vault.folder, "--to-database", **settings, DATABASE_URL=address)
    assert done.exit_code == 1
    assert "only a data folder can be made from it" in done.output.replace("\n", " ")
