"""Backups: written while the shop sells, and a shop again somewhere else."""

import os
import resource
import shutil
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.pq import TransactionStatus

from infra.backup.contents import ANSWERS, KEYS, LEFT_OUT, LOG, PICTURES, SMALL
from infra.backup.errors import FolderUnusable
from infra.backup.manifest import Manifest, read_manifest
from infra.backup.taking import Taking
from infra.backup.vault import Vault
from infra.eventstore.chain import verify_chain
from infra.eventstore.tombstones import read_tombstones
from infra.postgres.embedded import EmbeddedServer, EmbeddedServerError
from infra.postgres.rights import TABLES
from infra.runtime.models import EVENT_TYPES
from tests.conftest import (
    DATA_KEY,
    PASSWORD,
    Client,
    Database,
    Service,
    Shop,
    found_shop,
    fresh_database,
    installed_in,
    serving,
)
from tests.infra.backups import contents_of, mipos, settings_of

OTHER_KEY = "a data key of somebody else, of more than 32 characters"
#: Said nowhere else, in whatever letter case.
ERASED, KNOWN = b"qzyxwaldo", b"qzyxwilma"
CUSTOMERS = "/api/admin/customers"


@dataclass(frozen=True)
class BackedUp:
    """A shop, and the folder that has two backups of it: a full one, and what came after it."""

    vault: Vault
    shop: Shop
    settings: dict[str, str]
    password_hash: str
    image_id: str
    #: A sale that was made with a key, and the customers.
    sale: dict[str, Any]
    sold: dict[str, Any]
    erased_id: str
    known_id: str

    @property
    def full(self) -> Manifest:
        return self.vault.manifest(self.vault.names()[0])

    @property
    def newest(self) -> Manifest:
        return self.vault.manifest(self.vault.names()[1])

    def copied(self, folder: Path) -> Vault:
        """The same backups elsewhere, to do them harm."""
        return Vault(shutil.copytree(self.vault.folder, folder / "vault"))


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of these tests' own: a backup holds all that others left in theirs."""
    return fresh_database(server, "mipos_backup")


@pytest.fixture(scope="module")
def service(database: Database) -> Iterator[Service]:
    """Where the shop sells."""
    with serving(database, ("serve",), MIPOS_WORKERS="1") as running:
        yield running


@pytest.fixture(scope="module")
def backed_up(
    service: Service, password_hash: str, bring_picture: Any, tmp_path_factory: pytest.TempPathFactory
) -> BackedUp:
    """A full backup is taken while tills sell; then somebody is erased, and what is new is taken."""
    folder = tmp_path_factory.mktemp("backups")
    settings = settings_of(service.database, folder / "data")
    vault = Vault(folder / "vault")
    shop = found_shop(service, password_hash, {})
    admin, sale = shop.client(), sale_of(shop)
    erased, known = (
        admin.post(CUSTOMERS, {"name": name.decode().title()}).data["id"] for name in (ERASED, KNOWN)
    )
    image_id, _ = bring_picture(admin)
    till = shop.client("Cashier")
    with ThreadPoolExecutor(2) as tills:
        selling = tills.submit(lambda: [till.post("/api/pos/orders", sale).status for _ in range(30)])
        taken = mipos("backup", vault.folder, "--keys", folder / "keys", **settings)
        assert taken.exit_code == 0, taken.output
        assert selling.result() == [201] * 30
    sold = till.post("/api/pos/orders", {**sale, "customer_id": known}, Idempotency_Key="after-lunch").data
    assert admin.post(f"{CUSTOMERS}/{erased}/erase", {"reason": "asked for it"}).status == 200
    taken = mipos("backup", vault.folder, "--incremental", **settings)
    assert taken.exit_code == 0, taken.output
    return BackedUp(vault, shop, settings, password_hash, image_id, sale, sold, erased, known)


def sale_of(shop: Shop) -> dict[str, Any]:
    """A sale of something that is not counted."""
    admin = shop.client()
    store = admin.post("/api/admin/stores", {"name": "Main Street", "code": "MAIN"}).data
    product = {"name": "Tea", "track_stock": False, "variants": [{"sku": "TEA", "price": 100}]}
    registered = admin.post("/api/admin/products", product).data
    assert admin.post(f"/api/admin/products/{registered['id']}/status", {"status": "active"}).status == 200
    return {
        "store_id": store["id"],
        "lines": [{"variant_id": registered["variants"][0]["id"], "quantity": 1}],
        "payments": [{"method": "card", "amount": 100}],
    }


@pytest.fixture
def elsewhere(server: EmbeddedServer) -> Iterator[Database]:
    """An empty database under another name, so with other roles."""
    name = f"restored_{uuid4().hex[:12]}"
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield installed_in(server, name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def log_of(owner: str, company_id: UUID) -> tuple[int, str]:
    """The end of a company's log, which is what was recorded."""
    with psycopg.connect(owner, autocommit=True) as connection:
        report = verify_chain(connection, company_id)
        assert report.is_sound, report
        return report.verified, report.last_hash.hex()


def hash_at(owner: str, company_id: UUID, position: int) -> str:
    with psycopg.connect(owner, autocommit=True) as connection:
        [(found,)] = connection.execute(
            "SELECT encode(hash, 'hex') FROM events WHERE company_id = %s AND position = %s",
            [company_id, position],
        ).fetchall()
    return str(found)


def forgotten_in(owner: str) -> set[str]:
    with psycopg.connect(owner, autocommit=True) as connection:
        keys = connection.execute("SELECT subject_id::text FROM subject_keys").fetchall()
        marked = connection.execute("SELECT subject_id::text FROM erased_subjects").fetchall()
    assert not {*keys}.intersection(marked)
    return {one for (one,) in marked}


class TestABackup:
    def test_has_each_table_or_leaves_it_out_for_a_reason(self) -> None:
        assert {LOG, KEYS, PICTURES, ANSWERS, *SMALL}.isdisjoint(LEFT_OUT)
        assert {LOG, KEYS, PICTURES, ANSWERS, *SMALL, *LEFT_OUT} == TABLES.keys()

    def test_says_in_clear_nobodys_name_nor_what_passwords_are_known_by(self, backed_up: BackedUp) -> None:
        everything = b"".join(contents_of(backed_up.vault.folder)).lower()
        assert b"orders.order.sold" in everything
        for secret in (ERASED, KNOWN, backed_up.password_hash.encode(), DATA_KEY.encode()):
            assert secret.lower() not in everything

    def test_is_for_its_owner_alone(self, backed_up: BackedUp) -> None:
        open_ones = [
            path
            for path in (backed_up.vault.folder, *backed_up.vault.folder.rglob("*"))
            if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        ]
        assert open_ones == []

    def test_goes_on_where_the_one_before_ended(self, backed_up: BackedUp) -> None:
        company_id = backed_up.shop.company_id
        before, after = backed_up.full.companies[company_id], backed_up.newest.companies[company_id]
        assert (before.after, after.after) == (0, before.upto)
        assert after.upto == len(backed_up.shop.events())
        assert backed_up.newest.same["credentials"] == backed_up.full.name

    def test_leaves_the_keys_where_whoever_asks_for_it_wants_them(self, backed_up: BackedUp) -> None:
        keys = backed_up.vault.folder.parent / "keys"
        assert (keys / "data_key").read_text().strip() == DATA_KEY
        assert {file.stat().st_mode & 0o777 for file in keys.iterdir()} == {0o600}

    def test_holds_no_transaction_open_while_it_reads_the_log(
        self, backed_up: BackedUp, tmp_path: Path
    ) -> None:
        seen = []
        with psycopg.connect(backed_up.shop.service.database.worker, autocommit=True) as connection:
            taking = Taking(connection, Vault(tmp_path / "v"), EVENT_TYPES.data_keys, incremental=False)
            taking.take(lambda *_: seen.append(connection.info.transaction_status))
        assert set(seen) == {TransactionStatus.IDLE}

    def test_is_noted_in_the_database(self, backed_up: BackedUp) -> None:
        with psycopg.connect(backed_up.shop.service.database.worker) as connection:
            rows = connection.execute(
                "SELECT name, bytes FROM backups WHERE place = %s ORDER BY name",
                [str(backed_up.vault.folder)],
            ).fetchall()
        assert rows == [(one.name, one.size) for one in (backed_up.full, backed_up.newest)]


class TestTheNewestBackup:
    @pytest.fixture
    def again(
        self, backed_up: BackedUp, elsewhere: Database, tmp_path: Path
    ) -> Iterator[tuple[BackedUp, Service]]:
        """The shop as it was, in another database, and served."""
        settings = {"DATABASE_URL": elsewhere.owner, "MIPOS_DATA_DIR": str(tmp_path)}
        named = {name: text for name, text in backed_up.settings.items() if name.endswith("_KEY")}
        done = mipos("restore", backed_up.vault.folder, "--to-database", **settings, **named)
        assert done.exit_code == 0, done.output
        assert "0 with differences, 0 not checked" in done.output
        with serving(elsewhere, ("serve",), MIPOS_WORKERS="1") as running:
            yield backed_up, running

    def test_is_the_same_shop_again(self, again: tuple[BackedUp, Service]) -> None:
        backed_up, there = again
        shop, own = backed_up.shop, there.database.owner
        length, last_hash = log_of(shop.service.database.owner, shop.company_id)
        # Behind it the log says that it was restored, and nothing else.
        assert log_of(own, shop.company_id)[0] == length + 1
        assert hash_at(own, shop.company_id, length) == last_hash
        assert forgotten_in(own) == {backed_up.erased_id}

        admin, till = (signed_in(there, shop.username(role)) for role in ("Admin", "Cashier"))
        assert admin.get(f"{CUSTOMERS}/{backed_up.known_id}").data["name"] == KNOWN.decode().title()
        assert ERASED not in admin.get(f"{CUSTOMERS}/{backed_up.erased_id}").body.lower()
        assert there.client().get(f"/api/images/{backed_up.image_id}").status == 200
        sale = {**backed_up.sale, "customer_id": backed_up.known_id}
        repeated = till.post("/api/pos/orders", sale, Idempotency_Key="after-lunch")
        assert repeated.headers["idempotent-replayed"] == "true"
        assert repeated.data["id"] == backed_up.sold["id"]
        assert till.post("/api/pos/orders", sale).status == 201

        again_there = mipos(
            "restore", backed_up.vault.folder, "--to-database", **{**backed_up.settings, "DATABASE_URL": own}
        )
        assert again_there.exit_code == 1
        assert "never restored over one" in again_there.output


def signed_in(service: Service, username: str) -> Client:
    answer = service.client().post("/api/auth/login", {"username": username, "password": PASSWORD})
    return service.client(answer.data["token"])


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that the database server's user may enter."""
    with tempfile.TemporaryDirectory(prefix="mipos-restored-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


class TestYesterdaysBackup:
    def test_becomes_a_data_folder_beside_the_shop_and_forgets_whom_it_still_knew(
        self, backed_up: BackedUp, reachable: Path
    ) -> None:
        target = reachable / "again"
        yesterday = backed_up.vault.folder / backed_up.full.name

        keys, no_shop = backed_up.vault.folder.parent / "keys", {"MIPOS_DATA_DIR": str(reachable / "none")}
        done = mipos("restore", yesterday, "--to", target, "--keys", keys, **no_shop)

        assert done.exit_code == 0, done.output
        assert [one.name for one in reachable.iterdir()] == ["again"]
        assert {one.subject_id for one in read_tombstones(target / "erasures.txt")} == {
            UUID(backed_up.erased_id)
        }
        assert (target / "data_key").read_text().strip() == DATA_KEY
        stretch = backed_up.full.companies[backed_up.shop.company_id]
        with EmbeddedServer(target) as server:
            owner = installed_in(server, "mipos").owner
            with psycopg.connect(owner) as connection:
                [(epoch,)] = connection.execute("SELECT log_epoch FROM installation").fetchall()
                epochs = connection.execute(
                    "SELECT epoch, number, from_position FROM log_epochs WHERE company_id = %s ORDER BY 2",
                    [backed_up.shop.company_id],
                ).fetchall()
                [(told,)] = connection.execute(
                    "SELECT count(*) FROM events WHERE position > %s AND type = 'customers.Customer.Erased'",
                    [stretch.upto],
                ).fetchall()
            assert forgotten_in(owner) == {backed_up.erased_id}
            length, _ = log_of(owner, backed_up.shop.company_id)
            on_disk = b"".join(contents_of(target / "data")).lower()
            assert KNOWN in on_disk
            assert ERASED not in on_disk
        assert (length, told) == (stretch.upto + 2, 1)
        assert epoch > backed_up.full.log_epoch
        assert [row[1:] for row in epochs] == [(1, 0), (epoch, stretch.upto)]
        assert epochs[0][0] != epochs[1][0]
        assert backed_up.vault.restores()[-1][1:] == (backed_up.full.name, epoch)
        assert backed_up.shop.client("Cashier").post("/api/pos/orders", backed_up.sale).status == 201


class TestNothingIsRestored:
    """… and nothing is touched, and a sentence says why."""

    def refused(self, *arguments: str | Path, **settings: str) -> str:
        target = arguments[-1]
        before = sorted(Path(target).rglob("*")) if Path(target).exists() else None
        done = mipos("restore", *arguments, **settings)
        assert done.exit_code == 1, done.output
        assert before == (sorted(Path(target).rglob("*")) if Path(target).exists() else None)
        return done.output.replace("\n", " ")

    def test_over_what_is_there(self, backed_up: BackedUp, tmp_path: Path) -> None:
        (tmp_path / "living").mkdir()
        (tmp_path / "living" / "secret_key").write_text("precious")
        said = self.refused(backed_up.vault.folder, "--to", tmp_path / "living", **backed_up.settings)
        assert "never restored over anything" in said

    def test_into_the_folder_of_backups(self, backed_up: BackedUp) -> None:
        said = self.refused(
            backed_up.vault.folder, "--to", backed_up.vault.folder / "again", **backed_up.settings
        )
        assert "name a folder elsewhere" in said

    def test_from_a_folder_that_has_no_backup(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        assert "is no backup" in self.refused(tmp_path / "empty", "--to", tmp_path / "again")

    @pytest.mark.parametrize("key", [None, OTHER_KEY])
    def test_without_the_data_key(self, backed_up: BackedUp, tmp_path: Path, key: str | None) -> None:
        settings = {"MIPOS_DATA_DIR": str(tmp_path / "data"), **({"MIPOS_DATA_KEY": key} if key else {})}
        said = self.refused(backed_up.vault.folder, "--to", tmp_path / "again", **settings)
        assert f"data key {backed_up.newest.data_key}, which is not here" in said
        assert not (tmp_path / "data").exists()

    def test_of_a_file_that_was_cut_off(self, backed_up: BackedUp, tmp_path: Path) -> None:
        vault = backed_up.copied(tmp_path)
        file = vault.folder / backed_up.full.name / "events.gz"
        os.truncate(file, file.stat().st_size - 1)
        said = self.refused(vault.folder, "--to", tmp_path / "again", **backed_up.settings)
        assert "events.gz is not what was written (it has" in said

    def test_of_a_file_with_another_byte(self, backed_up: BackedUp, tmp_path: Path) -> None:
        vault = backed_up.copied(tmp_path)
        file = vault.folder / backed_up.newest.name / "tables" / "erased_subjects.sealed"
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.write_bytes(content)
        said = self.refused(vault.folder, "--to", tmp_path / "again", **backed_up.settings)
        assert "its hash is another one" in said

    def test_of_a_manifest_that_was_made_to_fit(self, backed_up: BackedUp, tmp_path: Path) -> None:
        vault = backed_up.copied(tmp_path)
        file = vault.folder / backed_up.newest.name / "manifest.json"
        file.write_text(file.read_text().replace('"log_epoch": 1', '"log_epoch": 7'))
        said = self.refused(vault.folder, "--to", tmp_path / "again", **backed_up.settings)
        assert "somebody changed it" in said

    def test_of_a_manifest_that_was_cut_off(self, backed_up: BackedUp, tmp_path: Path) -> None:
        vault = backed_up.copied(tmp_path)
        file = vault.folder / backed_up.newest.name / "manifest.json"
        os.truncate(file, 200)
        said = self.refused(vault.folder, "--to", tmp_path / "again", **backed_up.settings)
        assert "manifest.json is not what was written" in said

    def test_where_what_it_rests_on_is_gone(self, backed_up: BackedUp, tmp_path: Path) -> None:
        vault = backed_up.copied(tmp_path)
        shutil.rmtree(vault.folder / backed_up.full.name)
        said = self.refused(vault.folder, "--to", tmp_path / "again", **backed_up.settings)
        assert f"{backed_up.full.name} is missing" in said

    def test_of_a_newer_version(self, backed_up: BackedUp, tmp_path: Path) -> None:
        vault = backed_up.copied(tmp_path)
        file = vault.folder / backed_up.newest.name / "manifest.json"
        file.write_text(file.read_text().replace('"format": 1', '"format": 2'))
        said = self.refused(vault.folder, "--to", tmp_path / "again", **backed_up.settings)
        assert "written by a newer version of MIPOS" in said

    def test_of_a_log_that_was_altered_before(
        self, backed_up: BackedUp, elsewhere: Database, tmp_path: Path
    ) -> None:
        with psycopg.connect(backed_up.shop.service.database.owner, autocommit=True) as owner:
            owner.execute("UPDATE events SET state = state || ' ' WHERE position = 3")
            try:
                assert mipos("backup", tmp_path / "vault", **backed_up.settings).exit_code == 0
            finally:
                owner.execute("UPDATE events SET state = rtrim(state) WHERE position = 3")
        settings = {**backed_up.settings, "DATABASE_URL": elsewhere.owner}
        done = mipos("restore", tmp_path / "vault", "--to-database", **settings)
        assert done.exit_code == 1
        assert "at position 3" in (said := done.output.replace("\n", " "))
        assert "Restore an earlier one" in said

    def test_where_no_room_is_left(self, backed_up: BackedUp, reachable: Path) -> None:
        arguments = ("restore", backed_up.vault.folder, "--to", reachable / "again")
        with no_file_longer_than(100_000), pytest.raises(EmbeddedServerError):
            mipos(*arguments, **backed_up.settings)
        assert list(reachable.iterdir()) == []


class no_file_longer_than:  # noqa: N801 used as a function
    """What the disk takes is bounded, as if it were full, for every process begun meanwhile."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __enter__(self) -> None:
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._size, self._before[1]))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


class TestNoBackupIsTaken:
    """… and those there are stay as they were, and a sentence says why."""

    def refused(self, *arguments: str | Path, **settings: str) -> str:
        done = mipos("backup", *arguments, **settings)
        assert done.exit_code == 1, done.output
        return done.output.replace("\n", " ")

    def test_into_a_folder_with_other_things(self, backed_up: BackedUp, tmp_path: Path) -> None:
        (tmp_path / "photos").mkdir()
        assert "is not empty" in self.refused(tmp_path, **backed_up.settings)
        assert [one.name for one in tmp_path.iterdir()] == ["photos"]

    def test_that_goes_on_from_nothing(self, backed_up: BackedUp, tmp_path: Path) -> None:
        said = self.refused(tmp_path / "vault", "--incremental", **backed_up.settings)
        assert "take one without --incremental first" in said

    def test_that_goes_on_from_another_log(
        self, backed_up: BackedUp, server: EmbeddedServer, tmp_path: Path
    ) -> None:
        vault = backed_up.copied(tmp_path)
        other = settings_of(fresh_database(server, "mipos_other_backup"), tmp_path / "data")
        assert "has backups of another log" in self.refused(vault.folder, "--incremental", **other)
        assert vault.names() == backed_up.vault.names()

    def test_while_another_is_written(self, backed_up: BackedUp, tmp_path: Path) -> None:
        vault = backed_up.copied(tmp_path)
        with vault.writing():
            assert "Another backup is being written" in self.refused(vault.folder, **backed_up.settings)

    def test_where_no_room_is_left(self, backed_up: BackedUp, tmp_path: Path) -> None:
        vault = backed_up.copied(tmp_path)
        with no_file_longer_than(1_000):
            assert f"{vault.folder} cannot be used" in self.refused(vault.folder, **backed_up.settings)
        assert vault.names() == backed_up.vault.names()
        assert list(vault.folder.glob(".*.part")) == []

    def test_whose_keys_would_lie_beside_it(self, backed_up: BackedUp, tmp_path: Path) -> None:
        arguments = (tmp_path / "vault", "--keys", tmp_path / "vault" / "keys")
        assert "name a folder elsewhere" in self.refused(*arguments, **backed_up.settings)

    def test_of_files_of_a_server_of_ones_own(self, backed_up: BackedUp, tmp_path: Path) -> None:
        said = self.refused(tmp_path / "vault", "--physical", **backed_up.settings)
        assert "its own pg_basebackup" in said


def test_what_a_killed_backup_left_is_removed_by_the_next(backed_up: BackedUp, tmp_path: Path) -> None:
    vault = backed_up.copied(tmp_path)
    (vault.folder / ".2026-01-01T00-00-00Z-logical-full.part").mkdir()
    assert mipos("backup", vault.folder, "--incremental", **backed_up.settings).exit_code == 0
    assert list(vault.folder.glob(".*.part")) == []
    assert len(vault.names()) == 3


class TestKeeping:
    @pytest.fixture
    def vault(self, tmp_path: Path) -> Vault:
        return Vault(tmp_path)

    NOW = datetime(2026, 11, 28, 2, tzinfo=UTC)

    def add(self, vault: Vault, days_ago: int, base: str | None = None) -> str:
        at = self.NOW - timedelta(days=days_ago)
        kind = "incremental" if base else "full"
        name = vault.new_name("logical", kind, at)
        manifest = Manifest(
            software="0",
            name=name,
            form="logical",
            kind="incremental" if base else "full",
            base=base,
            began_at=at,
            finished_at=at,
            schema="mipos",
            log_epoch=1,
            data_key="",
            server=180_000,
            migrations=[],
        )
        (vault.folder / name).mkdir()
        (vault.folder / name / "manifest.json").write_bytes(manifest.encode())
        return name

    def test_ends_with_what_a_backup_rests_on(self, vault: Vault) -> None:
        old = self.add(vault, 31)
        newer = self.add(vault, 20, base=old)
        newest = self.add(vault, 1)
        assert vault.expire(30, self.NOW) == [old, newer]
        assert vault.names() == [newest]

    def test_goes_on_for_the_newest_however_old(self, vault: Vault) -> None:
        kept = self.add(vault, 400)
        assert vault.expire(30, self.NOW) == []
        assert vault.names() == [kept]


class TestAFullDisk:
    def test_leaves_no_half_of_a_backup(self, tmp_path: Path) -> None:
        vault = Vault(tmp_path)
        name = vault.new_name("logical", "full", datetime.now(UTC))
        with no_file_longer_than(10), pytest.raises(FolderUnusable), vault.unfinished(name) as folder:
            (folder / "events.gz").write_bytes(bytes(100))
        assert list(tmp_path.iterdir()) == []


def test_a_backup_says_what_wrote_it(backed_up: BackedUp) -> None:
    manifest = read_manifest(backed_up.vault.folder / backed_up.full.name)
    assert manifest.software
    assert "infra.eventstore:schema.sql" in manifest.migrations
