"""A company moves into an empty installation, where it sells on; whatever is wrong with its log stays out."""

import base64
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql

from domain.companies import PLATFORM_ID
from infra.cli.main import cli
from infra.eventstore.chain import verify_chain
from infra.eventstore.data_keys import DataKeys
from infra.eventstore.rewrapping import rewrap
from infra.incoming import filling
from infra.incoming.log import incoming_log
from infra.incoming.person_keys import NotPersonKeys, read_person_keys
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.conftest import (
    DATA_KEY,
    PASSWORD,
    Client,
    Database,
    Service,
    Shop,
    found_shop,
    fresh_database,
    serving,
)
from tests.infra.backups import mipos, settings_of

CUSTOMERS = "/api/admin/customers"
ORDERS = "/api/pos/orders"
#: Tables that know when a row was made, or where a worker is, and no fact.
BESIDE_FACTS = {"projection_checkpoints"}


@dataclass(frozen=True)
class Moved:
    """A shop with a file of its log and a file of its keys."""

    shop: Shop
    database: Database
    log: Path
    keys: Path
    sale: dict[str, Any]
    known_id: str
    erased_id: str


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    return fresh_database(server, "mipos_moving")


@pytest.fixture(scope="module")
def service(database: Database) -> Iterator[Service]:
    with serving(database, ("serve", "worker"), MIPOS_WORKERS="1") as running:
        yield running


@pytest.fixture(scope="module")
def moved(service: Service, password_hash: str, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    """A shop sells, to somebody and to somebody who is erased later, and is sealed twice."""
    folder = tmp_path_factory.mktemp("moving")
    settings = settings_of(service.database, folder / "data")
    shop = found_shop(service, password_hash, {"email": "shop@example.com"})
    admin, till, sale = shop.client(), shop.client("Cashier"), sale_of(shop)
    known, erased = (admin.post(CUSTOMERS, {"name": name}).data["id"] for name in ("Wilma", "Waldo"))
    for customer in (known, erased, None):
        assert till.post(ORDERS, {**sale, "customer_id": customer}).status == 201
    assert mipos("audit", "seal", **settings).exit_code == 0
    assert admin.post(f"{CUSTOMERS}/{erased}/erase", {"reason": "asked for it"}).status == 200
    assert till.post(ORDERS, sale).status == 201
    log, keys = folder / "shop.mlog", folder / "shop.keys"
    made = mipos(
        *("audit", "export", "--company", str(shop.company_id), "--to", log, "--keys", keys), **settings
    )
    assert made.exit_code == 0, made.output
    return Moved(shop, service.database, log, keys, sale, known, erased)


def sale_of(shop: Shop) -> dict[str, Any]:
    """A sale of something that is counted, of which there is enough."""
    admin = shop.client()
    store = admin.post("/api/admin/stores", {"name": "Main Street", "code": "MAIN", "phone": "555"}).data
    product = {"name": "Tea", "variants": [{"sku": "TEA", "price": 100}]}
    registered = admin.post("/api/admin/products", product).data
    assert admin.post(f"/api/admin/products/{registered['id']}/status", {"status": "active"}).status == 200
    storage = admin.post("/api/admin/storages", {"name": "Back", "code": "B", "store_id": store["id"]}).data
    variant = registered["variants"][0]["id"]
    lines = [{"variant_id": variant, "quantity": "50", "unit_cost": 40}]
    received = admin.post("/api/admin/inventory/receipts", {"storage_id": storage["id"], "lines": lines})
    assert received.status == 201
    return {
        "store_id": store["id"],
        "lines": [{"variant_id": variant, "quantity": 1}],
        "payments": [{"method": "card", "amount": 100}],
    }


@pytest.fixture
def elsewhere(server: EmbeddedServer) -> Iterator[Database]:
    """Another installation, without a company."""
    name = f"moved_{uuid4().hex[:12]}"
    yield fresh_database(server, name)
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def bring(elsewhere: Database, tmp_path: Path) -> Callable[..., Any]:
    """Brings a file in elsewhere."""
    settings = settings_of(elsewhere, tmp_path / "elsewhere")
    return lambda *arguments: mipos("company", "import", *arguments, **settings)


def rows_of(owner: str, table: str, company_id: UUID) -> list[str]:
    query = sql.SQL("SELECT own::text FROM {} AS own WHERE company_id = %s ORDER BY 1").format(
        sql.Identifier(table)
    )
    with psycopg.connect(owner) as connection:
        return [row for (row,) in connection.execute(query, [company_id])]


def is_untouched(database: Database) -> bool:
    """Whether there is nothing of any company in any table, but the directory's own key."""
    with psycopg.connect(database.owner) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
            " WHERE relnamespace = 'mipos'::regnamespace AND relkind = 'r' AND attname = 'company_id'"
        ).fetchall()
        there = {
            name
            for (name,) in tables
            if connection.execute(
                sql.SQL("SELECT FROM {} WHERE company_id <> %s LIMIT 1").format(sql.Identifier(name)),
                [PLATFORM_ID],
            ).fetchone()
        }
        [(closed,)] = connection.execute("SELECT closed FROM installation").fetchall()
    return not there and closed == []


def body_of(log: Path) -> list[bytes]:
    """The lines and bytes of the events of a file, without its head and what was signed."""
    content = log.read_bytes().partition(b"\n\n")[2]
    return [part for part in content.split(b"\n") if not part.startswith((b"checkpoint ", b"end ", b"mipos"))]


class TestAMovedCompany:
    @pytest.fixture
    def there(self, moved: Moved, elsewhere: Database, bring: Callable[..., Any]) -> Database:
        brought = bring(moved.log, "--keys", moved.keys)
        assert brought.exit_code == 0, brought.output
        assert f"Company {moved.shop.company_id} is here" in brought.output
        return elsewhere

    def test_has_the_same_log_and_the_same_rows(self, moved: Moved, there: Database, tmp_path: Path) -> None:
        company_id = moved.shop.company_id
        assert rows_of(there.owner, "events", company_id) == rows_of(
            moved.database.owner, "events", company_id
        )
        for table in (table for model in PROJECTIONS for table in model.tables if table != "user_directory"):
            assert rows_of(there.owner, table, company_id) == rows_of(
                moved.database.owner, table, company_id
            ), table
        with psycopg.connect(there.owner, autocommit=True) as connection:
            assert verify_chain(connection, company_id).is_sound
        settings = settings_of(there, tmp_path / "elsewhere")
        for command in (("projections", "verify", "--all"), ("stock", "verify"), ("reports", "verify")):
            verified = mipos(*command, **settings)
            assert verified.exit_code == 0, verified.output

    def test_is_handed_out_again_byte_for_byte_and_names_its_former_key(
        self, moved: Moved, there: Database, tmp_path: Path
    ) -> None:
        again, company_id = tmp_path / "again.mlog", str(moved.shop.company_id)
        settings = settings_of(there, tmp_path / "elsewhere")
        made = mipos("audit", "export", "--company", company_id, "--to", again, **settings)
        assert made.exit_code == 0, made.output
        events = [part for part in body_of(moved.log) if part.startswith((b"event ", b"{"))]
        assert events == [part for part in body_of(again) if part.startswith((b"event ", b"{"))]
        assert f"origin mipos.local/log/{company_id}/2" in again.read_text()
        sealed = rows_of(there.owner, "audit_seals", moved.shop.company_id)
        assert len(sealed) == 3
        assert f"{company_id}/1" in (tmp_path / "elsewhere/seals" / f"{company_id}.txt").read_text()

    def test_sells_on(self, moved: Moved, there: Database, tmp_path: Path) -> None:
        shop = moved.shop
        with serving(there, ("serve",), MIPOS_WORKERS="1") as running:
            admin = signed_in(running, there, tmp_path, shop)
            assert admin.get(f"{CUSTOMERS}/{moved.known_id}").data["name"] == "Wilma"
            assert admin.get(f"{CUSTOMERS}/{moved.erased_id}").data["name"] == "Erased customer"
            sold = admin.post(ORDERS, {**moved.sale, "customer_id": moved.known_id})
            assert sold.status == 201, sold.body
            changed = admin.patch(f"{CUSTOMERS}/{moved.known_id}", {"note": "moved with us"})
            assert changed.data["note"] == "moved with us"
            key = admin.get("/api/audit/key").data
            assert [one["vkey"].split("+")[0].rpartition("/")[2] for one in key["former"]] == ["1"]
            assert admin.post("/api/audit/seals").data["epoch"] == 2
            assert admin.get("/api/audit/events/1/proof").status == 200
            assert admin.get("/api/audit/verify").data["sound"] is True

    def test_lets_nobody_else_in(self, moved: Moved, there: Database, bring: Callable[..., Any]) -> None:
        again = bring(moved.log, "--keys", moved.keys)
        assert again.exit_code == 1
        assert "empty installation" in again.output
        assert len(rows_of(there.owner, "events", moved.shop.company_id)) == len(moved.shop.events())


def signed_in(service: Service, database: Database, folder: Path, shop: Shop) -> Client:
    """The admin of the shop, whom an operator gave a password where the shop is now."""
    arguments = ["company", "admin", str(shop.company_id), shop.username("Admin"), "--password-stdin"]
    done = CliRunner().invoke(cli, arguments, env=settings_of(database, folder / "elsewhere"), input=PASSWORD)
    assert "has a new password" in done.output, done.output
    body = {"username": shop.username("Admin"), "password": PASSWORD}
    return service.client(service.client().post("/api/auth/login", body).data["token"])


def test_without_its_keys_it_knows_nobody_by_name(
    moved: Moved, elsewhere: Database, bring: Callable[..., Any], tmp_path: Path
) -> None:
    brought = bring(moved.log)
    assert brought.exit_code == 0, brought.output
    assert "persons read as forgotten" in brought.output
    again, company_id = tmp_path / "again.mlog", str(moved.shop.company_id)
    options = ("--company", company_id, "--to", again, "--keys", tmp_path / "again.keys")
    made = mipos("audit", "export", *options, **settings_of(elsewhere, tmp_path / "elsewhere"))
    assert made.exit_code == 0, made.output
    assert (tmp_path / "again.keys").read_text() == ""
    rows = "".join(rows_of(elsewhere.owner, "customers", moved.shop.company_id))
    assert "Erased customer" in rows
    assert "Wilma" not in rows


def test_a_packed_file_comes_in_as_well(
    moved: Moved, elsewhere: Database, bring: Callable[..., Any], tmp_path: Path
) -> None:
    packed = tmp_path / "shop.mlog.gz"
    packed.write_bytes(gzip.compress(moved.log.read_bytes()))
    assert bring(packed).exit_code == 0
    assert rows_of(elsewhere.owner, "events", moved.shop.company_id)


def ended(content: bytes) -> bytes:
    """The file with an end line that fits: whoever forges it can make that too."""
    body = content[: content.rindex(b"end ")]
    return body + b"end %d %s\n" % (body.count(b"\nevent "), sha256(body).hexdigest().encode())


def without_event(content: bytes) -> bytes:
    begin, end = content.index(b"\nevent 3 "), content.index(b"\nevent 4 ")
    return ended(content[:begin] + content[end:])


FORGERIES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a changed word": (lambda log: ended(log.replace(b'"Main Street"', b'"Mean Street"')), "position"),
    "a changed hash": (lambda log: ended(log.replace(b"\nevent 2 ", b"\nevent 9 ")), "position 2"),
    "a missing event": (without_event, "position 3"),
    "a cut file": (lambda log: log[: len(log) // 2], "position"),
    "no end": (lambda log: log[: log.rindex(b"end ")], "the file ends in the midst"),
    "more than its end": (lambda log: log + b"more", "the end is not that of this file"),
    "a later beginning": (lambda log: log.replace(b"\nevents 1 ", b"\nevents 2 "), "brought in whole"),
    "another company": (lambda log: log.replace(b"\ncompany ", b"\ncompany 0"), "NOT SOUND"),
    "the platform": (
        lambda log: log.replace(log.split(b"\ncompany ")[1][:36], str(PLATFORM_ID).encode()),
        "platform",
    ),
    "no log": (lambda _: b"a shopping list\n", "NOT SOUND"),
    "nothing": (lambda _: b"", "NOT SOUND"),
    "half a packed file": (lambda log: gzip.compress(log)[:-40], "NOT SOUND"),
}


@pytest.mark.parametrize("what", list(FORGERIES))
def test_what_is_not_a_sound_log_stays_out(
    what: str, moved: Moved, elsewhere: Database, bring: Callable[..., Any], tmp_path: Path
) -> None:
    forge, reason = FORGERIES[what]
    forged = tmp_path / "forged.mlog"
    forged.write_bytes(forge(moved.log.read_bytes()))
    refused = bring(forged, "--keys", moved.keys)
    assert refused.exit_code == 1
    assert reason in refused.output, refused.output
    assert "Traceback" not in refused.output
    assert is_untouched(elsewhere)


def test_what_is_withheld_stays_out(
    moved: Moved, elsewhere: Database, bring: Callable[..., Any], tmp_path: Path
) -> None:
    path, settings = tmp_path / "withheld.mlog", settings_of(moved.database, tmp_path / "data")
    company = str(moved.shop.company_id)
    mipos("audit", "export", "--company", company, "--to", path, "--withhold-metadata", **settings)
    refused = bring(path)
    assert (refused.exit_code, "at position 1 is withheld" in refused.output) == (1, True), refused.output
    assert is_untouched(elsewhere)


def test_keys_of_others_are_refused_and_leave_nothing(
    moved: Moved, elsewhere: Database, bring: Callable[..., Any], tmp_path: Path
) -> None:
    lines = [line.split(" ")[:2] for line in moved.keys.read_text().splitlines()]
    other = base64.b64encode(b"k" * 32).decode()
    wrong = tmp_path / "wrong.keys"
    wrong.write_text("".join(f"{word} {subject} {other}\n" for word, subject in lines))
    refused = bring(moved.log, "--keys", wrong)
    assert refused.exit_code == 1
    assert "cannot read the event at position 1" in refused.output
    assert is_untouched(elsewhere)


@pytest.mark.parametrize(
    "line", ["", "key", "lock 1 2", f"key {uuid4()} AAAA", "key nobody AAAA"], ids=range(5)
)
def test_a_file_of_keys_says_which_line_is_none(line: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.keys"
    path.write_text(f"key {uuid4()} {base64.b64encode(b'k' * 32).decode()}\n{line}\n")
    with pytest.raises(NotPersonKeys, match="Line 2"):
        read_person_keys(path)


def test_a_log_that_a_stranger_signed_is_refused_by_the_key_that_was_given(
    moved: Moved, elsewhere: Database, bring: Callable[..., Any]
) -> None:
    refused = bring(moved.log, "--vkey", "shop.example/log+00000000+AQ==")
    assert (refused.exit_code, "another key" in refused.output) == (1, True)
    assert is_untouched(elsewhere)


def test_what_was_broken_off_goes_with_the_next_import(
    moved: Moved, elsewhere: Database, bring: Callable[..., Any]
) -> None:
    """As if the process had been killed: its session ends, and what it wrote stays behind."""
    company_id = uuid4()
    connection = psycopg.connect(elsewhere.worker, autocommit=True)
    left = incoming_log(connection, company_id, EVENT_TYPES, PROJECTIONS)
    left.__enter__()
    assert not is_untouched(elsewhere)
    connection.close()
    assert bring(moved.log, "--keys", moved.keys).exit_code == 0
    with psycopg.connect(elsewhere.owner) as owner:
        assert owner.execute("SELECT closed FROM installation").fetchall() == [([],)]
        assert owner.execute("SELECT count(*) FROM incoming_logs").fetchall() == [(0,)]


def test_keys_that_were_lost_stay_lost_under_another_data_key(
    moved: Moved, elsewhere: Database, bring: Callable[..., Any]
) -> None:
    assert bring(moved.log).exit_code == 0
    company_id, data_keys = moved.shop.company_id, DataKeys()
    data_keys.load("another data key of the tests", [DATA_KEY])
    with psycopg.connect(elsewhere.app, autocommit=True) as connection:
        assert rewrap(connection, data_keys, company_id) > 0
        assert rewrap(connection, data_keys, company_id) == 0
    with psycopg.connect(elsewhere.owner) as owner:
        kept = owner.execute("SELECT DISTINCT wrapped FROM subject_keys WHERE company_id = %s", [company_id])
        assert kept.fetchall() == [(b"",)]


@pytest.fixture
def newer(service: Service, password_hash: str, tmp_path: Path) -> Path:
    """A sound file: a newer version recorded something in the end, and signed it."""
    shop = found_shop(service, password_hash, {})
    own = {"company_id": shop.company_id, "id": uuid4(), "metadata": '{"at":"2026-01-01T00:00:00Z"}'}
    with (
        psycopg.connect(service.database.app, autocommit=True) as connection,
        transaction(connection, shop.company_id) as db,
    ):
        db.execute(
            "SELECT append_events(%(company_id)s, ARRAY[%(id)s::uuid], ARRAY[1],"
            "                     ARRAY['orders.Order.Teleported'], ARRAY['{}'], ARRAY[%(metadata)s])",
            own,
        )
    log, settings = tmp_path / "newer.mlog", settings_of(service.database, tmp_path / "data")
    made = mipos("audit", "export", "--company", str(shop.company_id), "--to", log, **settings)
    assert made.exit_code == 0, made.output
    return log


def test_an_event_that_nobody_could_read_takes_all_before_it_along(
    newer: Path, elsewhere: Database, bring: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages before it are in the database by then."""
    monkeypatch.setattr(filling, "PAGE", 2)
    refused = bring(newer)
    assert refused.exit_code == 1
    assert "After position 4" in refused.output
    assert "does not know the event orders.Order.Teleported" in refused.output
    assert is_untouched(elsewhere)
