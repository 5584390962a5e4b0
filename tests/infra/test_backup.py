"""What OPERATIONS.md tells of backups: dumped while the shop sells, restored elsewhere, and put right."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from infra.eventstore.chain import verify_chain
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.embedded.binaries import find_binaries
from infra.postgres.transactions import transaction
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.upgrades.migrations import migrate
from infra.upgrades.upgrade import Upgrade
from tests.conftest import Database, Service, fresh_database, installed_in, serving
from tests.waiting import PATIENCE

BIN = find_binaries(None).folder


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of these tests' own: a dump holds all that others left in theirs."""
    return fresh_database(server, "mipos_backup")


@pytest.fixture(scope="module")
def service(database: Database) -> Iterator[Service]:
    """Where the shop sells."""
    with serving(database, ("serve",), MIPOS_WORKERS="1") as running:
        yield running


def run(program: str, *arguments: str) -> str:
    done = subprocess.run([BIN / program, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def elsewhere(server: EmbeddedServer) -> Iterator[Database]:
    """An installation under another name, so with other roles, of which only the empty schema is there."""
    name = f"restored_{uuid4().hex[:12]}"
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        database = installed_in(server, name)
        with psycopg.connect(database.owner, autocommit=True) as owner:
            owner.execute("CREATE SCHEMA mipos")
        yield database
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def restore(dump: Path, into: Database) -> None:
    """As OPERATIONS.md says: all but who owns what, and who may what."""
    listed = run("pg_restore", "--list", str(dump))
    listing = dump.with_suffix(".list")
    listing.write_text("".join(line for line in listed.splitlines(True) if " POLICY " not in line))
    run(
        "pg_restore",
        f"--use-list={listing}",
        "--schema=mipos",
        "--no-owner",
        "--no-acl",
        "--single-transaction",
        f"--dbname={into.owner}",
        str(dump),
    )
    migrate(into.owner, PROJECTIONS, into.installation)


def test_a_backup_restored_elsewhere_is_the_same_shop(
    database: Database, elsewhere: Database, stocked_shop: Any, tmp_path: Path
) -> None:
    company_id, sell = stocked_shop
    dump = tmp_path / "shop.dump"
    with ThreadPoolExecutor(2) as tills:
        selling = tills.submit(lambda: [sell() for _ in range(40)])
        run("pg_dump", "--format=custom", "--schema=mipos", f"--file={dump}", database.owner)
        assert selling.result() == [201] * 40

    restore(dump, elsewhere)

    with psycopg.connect(elsewhere.owner, autocommit=True) as connection:
        assert verify_chain(connection, company_id).is_sound
    for model in PROJECTIONS:
        if model.mode == "inline":
            assert verify(elsewhere.worker, EVENT_TYPES, model, company_id).differences == ()
    with (
        psycopg.connect(elsewhere.app, autocommit=True) as connection,
        transaction(connection, company_id) as db,
    ):
        [row] = db.ask("SELECT count(*) AS orders FROM orders", {}).rows()
        assert row["orders"] <= 40
        [row] = db.ask("SELECT count(DISTINCT company_id) AS seen FROM products", {}).rows()
        assert row["seen"] == 1


@pytest.fixture
def stocked_shop(shop: Any) -> tuple[UUID, Any]:
    """A company, and how it sells one of something that is not counted."""
    admin = shop.client()
    store = admin.post("/api/admin/stores", {"name": "Main Street", "code": "MAIN"}).data
    product = {"name": "Tea", "track_stock": False, "variants": [{"sku": "TEA", "price": 100}]}
    registered = admin.post("/api/admin/products", product).data
    assert admin.post(f"/api/admin/products/{registered['id']}/status", {"status": "active"}).status == 200
    sale = {
        "store_id": store["id"],
        "lines": [{"variant_id": registered["variants"][0]["id"], "quantity": 1}],
        "payments": [{"method": "card", "amount": 100}],
    }
    return shop.company_id, lambda: shop.client("Cashier").post("/api/pos/orders", sale).status


def test_rights_are_put_right_while_the_server_cleans_up(elsewhere: Database) -> None:
    """After a restore it does: whoever waits for the other must not hold what the other waits for."""
    migrate(elsewhere.owner, PROJECTIONS, elsewhere.installation)
    with (
        psycopg.connect(elsewhere.owner) as vacuum,
        psycopg.connect(elsewhere.owner, autocommit=True) as watch,
        ThreadPoolExecutor(1) as operator,
    ):
        watch.execute("REVOKE ALL ON orders FROM PUBLIC")
        watch.execute(f"REVOKE ALL ON orders FROM {elsewhere.installation.app}".encode())
        watch.execute("DROP POLICY own_company ON orders")
        vacuum.execute("LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE")
        upgrade = Upgrade(elsewhere.owner, elsewhere.installation, EVENT_TYPES, PROJECTIONS)
        migrating = operator.submit(upgrade.run)
        waiting = (
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        while not watch.execute(waiting.encode()).fetchone():
            assert not migrating.done(), migrating.result()

        vacuum.execute("ANALYZE orders")
        vacuum.commit()

        assert migrating.result(PATIENCE) == []
