"""A clone: a company to try things out in, in which nobody is known, and of which nothing goes out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
from infra.identity.recovery import Recovery
from infra.incoming.log import incoming_log
from infra.outbox.messages import Outbox
from infra.postgres.definitions import closed_companies
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.services import make_application, open_pool
from infra.webhooks import leases
from infra.webhooks.queue import fill_queues
from tests.conftest import PASSWORD, Client, Shop
from tests.infra.backups import mipos, settings_of
from tests.waiting import eventually

CUSTOMERS, ORDERS = "/api/admin/customers", "/api/pos/orders"
#: Said nowhere else, in whatever letter case.
WORD = "qzyxwilma"


@dataclass(frozen=True)
class Source:
    """A shop in which something was said of somebody wherever that can be done."""

    shop: Shop
    sale: dict[str, Any]
    customer_id: str
    order_id: str


@pytest.fixture
def source(shop: Shop, bring_picture: Any) -> Source:
    admin, said = shop.client(), f"for {WORD}"
    contact = {"phone": said, "address": said}
    store = admin.post("/api/admin/stores", {"name": "Main Street", "code": "MAIN", **contact}).data
    storage = admin.post("/api/admin/storages", {"name": "Back", "code": "B", "store_id": store["id"]}).data
    product = {"name": "Tea", "variants": [{"sku": "TEA", "price": 100}]}
    registered = admin.post("/api/admin/products", product).data
    assert admin.post(f"/api/admin/products/{registered['id']}/status", {"status": "active"}).status == 200
    variant = registered["variants"][0]["id"]
    stock = {"storage_id": storage["id"], "note": said, "reference": said}
    lines = [{"variant_id": variant, "quantity": "50", "unit_cost": 40}]
    assert admin.post("/api/admin/inventory/receipts", {**stock, "lines": lines}).status == 201
    supplier = {"name": f"{WORD} & sons", "contact_name": WORD, "note": said, "tax_number": WORD}
    assert admin.post("/api/admin/settings/suppliers", supplier).status == 201
    customer = {"name": WORD.title(), "email": f"{WORD}@example.com", "note": said, "phone": "555"}
    customer_id = admin.post(CUSTOMERS, customer).data["id"]
    sale = {
        "store_id": store["id"],
        "lines": [{"variant_id": variant, "quantity": 1}],
        "payments": [{"method": "card", "amount": 100, "reference": said}],
        "note": said,
    }
    order_id = admin.post(ORDERS, sale).data["id"]
    assert admin.post(ORDERS, {**sale, "customer_id": customer_id}).status == 201
    user = {"username": f"{WORD}@{shop.company_id}", "password": PASSWORD, "role_id": "cashier"}
    assert admin.post("/api/admin/settings/users", user).status == 201
    own = f"/api/admin/companies/{shop.company_id}"
    assert admin.patch(own, {"email": f"{WORD}@example.com", "tax_number": WORD}).status == 200
    bring_picture(admin)
    return Source(shop, sale, customer_id, order_id)


@pytest.fixture
def clone(source: Source, tmp_path: Path) -> Callable[..., UUID]:
    """Clones the shop, with these options."""

    def make(*options: str) -> UUID:
        own_id = uuid4()
        arguments = ("--name", f"Clone {own_id}", "--id", str(own_id), *options)
        settings = settings_of(source.shop.service.database, tmp_path / "data")
        done = mipos("company", "clone", str(source.shop.company_id), *arguments, **settings)
        assert done.exit_code == 0, done.output
        return own_id

    return make


def everything_of(owner: str, company_id: UUID) -> dict[str, str]:
    """All that any table has of a company, as text, by table."""
    with psycopg.connect(owner) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
            " WHERE relnamespace = 'mipos'::regnamespace AND relkind = 'r' AND attname = 'company_id'"
        ).fetchall()
        query = sql.SQL(
            "SELECT coalesce(string_agg(own::text, ' ' ORDER BY own::text), '') FROM {} AS own"
            " WHERE company_id = %s"
        )
        return {
            name: connection.execute(query.format(sql.Identifier(name)), [company_id]).fetchall()[0][0]
            for (name,) in tables
        }


def signed_in(source: Source, company_id: UUID, folder: Path) -> Client:
    """Whom an operator lets manage the clone."""
    service, name = source.shop.service, f"me@{company_id}"
    env = settings_of(service.database, folder / "data")
    arguments = ["company", "admin", str(company_id), name, "--password-stdin"]
    done = CliRunner().invoke(cli, arguments, env=env, input=PASSWORD)
    assert "is an admin now" in done.output, done.output
    body = {"username": name, "password": PASSWORD}
    return service.client(service.client().post("/api/auth/login", body).data["token"])


class TestAClone:
    def test_says_nothing_of_anybody(self, source: Source, clone: Callable[..., UUID]) -> None:
        owner = source.shop.service.database.owner
        assert WORD in everything_of(owner, source.shop.company_id)["customers"].lower()
        there = everything_of(owner, clone())
        assert [table for table, text in there.items() if WORD in text.lower()] == []
        assert "Customer 0001" in there["customers"]
        assert "user-0001@" in there["users"]
        assert there["subject_keys"] == there["credentials"] == ""

    def test_has_a_sound_log_of_its_own(self, source: Source, clone: Callable[..., UUID]) -> None:
        database, company_id = source.shop.service.database, clone()
        with psycopg.connect(database.owner, autocommit=True) as connection:
            assert verify_chain(connection, company_id).is_sound
            query = (
                "SELECT stream_version, type, recorded_at FROM events WHERE company_id = %s ORDER BY position"
            )
            copied = connection.execute(query, [company_id]).fetchall()
            assert copied[:-1] == connection.execute(query, [source.shop.company_id]).fetchall()
        assert copied[-1][1] == "companies.Company.Cloned"
        for model in PROJECTIONS:
            if model.mode == "inline":
                report = verify(database.worker, EVENT_TYPES, model, company_id)
                assert report.is_true, model.name

    def test_has_reports_of_all_that_was_copied_or_none(
        self, source: Source, clone: Callable[..., UUID]
    ) -> None:
        query = (
            "SELECT count(*), min(whole_at), max(head.position) FROM projection_checkpoints"
            " JOIN company_head AS head USING (company_id) WHERE company_id = %s"
        )
        with psycopg.connect(source.shop.service.database.owner) as connection:
            [(models, whole_at, copied)] = connection.execute(query, [clone()]).fetchall()
        assert models == len([model for model in PROJECTIONS if model.mode == "async"])
        # The last event says that it is a clone, and comes when its log is open.
        assert whole_at >= copied - 1

    def test_is_sold_in_and_marked(
        self, source: Source, clone: Callable[..., UUID], platform: Client, tmp_path: Path
    ) -> None:
        company_id = clone()
        shown = platform.get(f"/api/admin/companies/{company_id}").data
        assert (shown["is_sandbox"], shown["status"], shown["package_id"]) == (True, "active", None)
        assert platform.get(f"/api/admin/companies/{source.shop.company_id}").data["is_sandbox"] is False
        admin = signed_in(source, company_id, tmp_path)
        assert admin.get(f"{CUSTOMERS}/{source.customer_id}").data["name"] == "Customer 0001"
        sold = admin.post(ORDERS, {**source.sale, "customer_id": source.customer_id})
        assert sold.status == 201, sold.body
        assert source.shop.client().get(f"/api/admin/orders/{sold.data['id']}").status == 404
        receipt = f"/api/admin/orders/{sold.data['id']}/receipt"
        assert admin.get(receipt).data["training"] is True
        for written_as in ("html", "escpos"):
            shown = admin.get(f"{receipt}?format={written_as}&lang=en").body
            assert b"TRAINING" in shown, written_as
        own = source.shop.client().get(f"/api/admin/orders/{source.order_id}/receipt")
        assert own.data["training"] is False

    def test_is_what_was_recorded_by_then(self, source: Source, clone: Callable[..., UUID]) -> None:
        events = source.shop.events()
        moment = events[len(events) // 2]["recorded_at"]
        known = [event for event in events if event["recorded_at"] <= moment]
        company_id = clone("--as-of", moment.isoformat())
        with psycopg.connect(source.shop.service.database.owner) as connection:
            query = "SELECT state::json FROM events WHERE company_id = %s ORDER BY position"
            there = [state for (state,) in connection.execute(query, [company_id])]
        assert len(there) == len(known) + 1 < len(events)
        assert there[-1]["source_position"] == known[-1]["position"]

    def test_leaves_the_source_as_it_was(self, source: Source, clone: Callable[..., UUID]) -> None:
        owner = source.shop.service.database.owner
        before = everything_of(owner, source.shop.company_id)["events"]
        clone()
        assert everything_of(owner, source.shop.company_id)["events"] == before
        assert source.shop.client().post(ORDERS, source.sale).status == 201
        body = {"username": source.shop.username("Admin"), "password": PASSWORD}
        assert source.shop.service.client().post("/api/auth/login", body).status == 200


def test_with_persons_it_has_keys_of_its_own(
    source: Source, clone: Callable[..., UUID], tmp_path: Path
) -> None:
    admin = source.shop.client()
    gone = admin.post(CUSTOMERS, {"name": "Waldo"}).data["id"]
    assert admin.post(f"{CUSTOMERS}/{gone}/erase", {"reason": "asked for it"}).status == 200
    company_id = clone("--personal")
    with psycopg.connect(source.shop.service.database.owner) as connection:
        query = "SELECT state FROM events WHERE company_id = %s AND stream_id = %s"
        said = connection.execute(query, [company_id, source.customer_id]).fetchall()
    assert WORD not in str(said).lower()
    assert admin.post(f"{CUSTOMERS}/{source.customer_id}/erase", {"reason": "asked for it"}).status == 200
    other = signed_in(source, company_id, tmp_path)
    assert other.get(f"{CUSTOMERS}/{source.customer_id}").data["name"] == WORD.title()
    assert other.get(f"{CUSTOMERS}/{gone}").data["name"] == "Erased customer"
    assert other.post(f"{CUSTOMERS}/{source.customer_id}/erase", {"reason": "asked"}).status == 200


def test_nothing_is_mailed_of_a_clone(source: Source, clone: Callable[..., UUID], tmp_path: Path) -> None:
    company_id = clone()
    admin = signed_in(source, company_id, tmp_path)
    sold = admin.post(ORDERS, source.sale).data["id"]
    address = f"{uuid4().hex}@example.com"
    assert admin.post(f"/api/admin/orders/{sold}/receipt/send", {"email": address}).status == 200
    owner = source.shop.service.database.owner
    eventually(lambda: ",failed," in everything_of(owner, company_id)["messages"])
    assert not any(address in file.read_text() for file in source.shop.service.outbox.iterdir())


def test_nobody_of_the_company_lets_themselves_in_by_a_forgotten_password(
    source: Source, clone: Callable[..., UUID], tmp_path: Path
) -> None:
    own, copied = source.shop.username("Admin"), clone("--personal")
    name = f"{own}@{copied.hex[:12]}"
    with psycopg.connect(source.shop.service.database.owner) as connection:
        query = "SELECT 1 FROM mipos.users WHERE company_id = %s AND username = %s"
        assert connection.execute(query, [copied, name]).fetchone()
    with open_pool(source.shop.service.database.app, 1) as pool:
        recovery = Recovery(make_application(pool), Outbox(tmp_path / "outbox"), None)
        recovery._send(name)
        assert list((tmp_path / "outbox").glob("*.eml")) == []
        recovery._send(own)
        assert len(list((tmp_path / "outbox").glob("*.eml"))) == 1


def test_no_webhook_is_told_of_a_clone(source: Source, clone: Callable[..., UUID], tmp_path: Path) -> None:
    """Nothing is taken from its log for one, and what is asked for by hand is sent by nobody."""
    company_id = clone()
    admin = signed_in(source, company_id, tmp_path)
    body = {"url": "https://hooks.shop.example/", "types": ["orders.*"]}
    webhook = admin.post("/api/admin/webhooks", body).data["id"]
    assert admin.post(f"/api/admin/webhooks/{webhook}/test").status in (200, 201, 202)
    assert admin.post(ORDERS, source.sale).status == 201
    database, now = source.shop.service.database, datetime.now(UTC) + timedelta(seconds=1)
    with psycopg.connect(database.worker, autocommit=True) as connection:
        fill_queues(connection, now)
        query = "SELECT position, lease FROM webhook_deliveries WHERE company_id = %s"
        assert connection.execute(query, [company_id]).fetchall() == [(None, None)]
        due = [row[0] for row in connection.execute(leases._DUE, {"now": now}).fetchall()]
        assert company_id not in due


class TestIsRefused:
    def refused(self, source: Source, folder: Path, *arguments: str) -> str:
        settings = settings_of(source.shop.service.database, folder / "data")
        done = mipos("company", "clone", *arguments, **settings)
        assert done.exit_code != 0
        assert "Traceback" not in done.output
        return done.output

    def test_an_id_that_is_taken(self, source: Source, clone: Callable[..., UUID], tmp_path: Path) -> None:
        own, taken = str(source.shop.company_id), str(clone())
        for one in (taken, own, str(PLATFORM_ID)):
            assert self.refused(source, tmp_path, own, "--name", "Again", "--id", one)

    def test_a_time_before_the_first_event_or_still_to_come(self, source: Source, tmp_path: Path) -> None:
        own, later = str(source.shop.company_id), datetime.now(UTC) + timedelta(days=2)
        said = self.refused(source, tmp_path, own, "--name", "Early", "--as-of", "2001-01-01")
        assert "no event at that time" in said
        said = self.refused(source, tmp_path, own, "--name", "Late", "--as-of", f"{later:%Y-%m-%d}")
        assert "still to come" in said

    def test_a_name_that_is_none(self, source: Source, tmp_path: Path) -> None:
        for name in ("", " ", "x" * 201, "a\nb"):
            assert "1 to 200" in self.refused(source, tmp_path, str(source.shop.company_id), "--name", name)


def test_a_clone_on_its_way_is_no_closed_company(shop: Shop) -> None:
    company_id, worker = uuid4(), shop.service.database.worker
    query = "SELECT %s = ANY(closed) FROM installation"
    with (
        psycopg.connect(worker, autocommit=True) as connection,
        psycopg.connect(worker, autocommit=True) as other,
        incoming_log(connection, company_id, EVENT_TYPES, PROJECTIONS),
    ):
        assert other.execute(query, [company_id]).fetchall() == [(True,)]
        assert company_id not in closed_companies(other)


def test_a_clone_that_was_broken_off_goes_with_the_next(source: Source, clone: Callable[..., UUID]) -> None:
    database, company_id = source.shop.service.database, uuid4()
    connection = psycopg.connect(database.worker, autocommit=True)
    left = incoming_log(connection, company_id, EVENT_TYPES, PROJECTIONS)
    left.__enter__()
    connection.close()
    clone()
    with psycopg.connect(database.owner) as owner:
        rest = owner.execute("SELECT count(*) FROM incoming_logs WHERE company_id = %s", [company_id])
        assert rest.fetchall() == [(0,)]
