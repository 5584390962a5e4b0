"""A shop that is served from here, over HTTP, so that its statements can be written down."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any, LiteralString
from uuid import UUID, uuid4
from wsgiref.simple_server import WSGIRequestHandler, make_server

import psycopg
import pytest

from api.app import create_app
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.pipeline import Pipeline
from infra.postgres.statements import Statement, compiled
from infra.postgres.transactions import Transaction
from infra.projections.worker import Worker
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.services import open_pool
from infra.runtime.settings import load_settings
from tests.api.conftest import Stocked, stock_shop
from tests.conftest import KEYS, Database, Service, build_hasty_services, found_shop, fresh_database
from tests.projections.plans.reading import Call
from tests.projections.plans.rows import leave_unanalyzed

_FIRST_ROWS: LiteralString = """
    INSERT INTO customers (company_id, id, name, name_key, group_ids, consents, is_archived, version,
                           created_at, updated_at)
    VALUES (%(c)s, %(id)s, 'Ada', 'ada', '{}', '{}', false, 1, now(), now());
    INSERT INTO customer_entries VALUES (%(c)s, %(id)s, 'customers', NULL, ' ada', '', 'active');
    INSERT INTO customer_words VALUES (%(c)s, 'customers', 'active', 0, 'ada', ' ada', %(id)s, 0);
    INSERT INTO customer_spellings VALUES (%(c)s, 'customers', 'ada', 'ada');
    INSERT INTO product_images SELECT %(c)s, %(id)s, id, NULL, '', 1, 1, NULL, 1 FROM products LIMIT 1;
    INSERT INTO packages
    VALUES ('00000000-0000-4000-8000-000000000000', %(id)s, 'All', 'all', 'all', NULL, '', 0, 'EUR', 'none',
            0, NULL, NULL, NULL, NULL, NULL, '{}', true, false, 1, now(), now());
    UPDATE companies SET package_id = %(id)s;
    INSERT INTO pos_catalog_feed VALUES (%(c)s, '00000000-0000-0000-0000-000000000000', %(id)s, 0);
"""


@dataclass
class Calls:
    """The last call of every statement: of tills and single resources, of lists, and of the worker."""

    tills: dict[str, Call] = field(default_factory=dict)
    lists: dict[str, Call] = field(default_factory=dict)
    worker: dict[str, Call] = field(default_factory=dict)


@dataclass(frozen=True)
class Recorded:
    """A shop over a database of its own, and what its requests and its worker sent."""

    database: Database
    stocked: Stocked
    calls: Calls


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextmanager
def serving(database: Database) -> Iterator[Service]:
    """Serve this database from a thread of this process."""
    settings = load_settings({**KEYS, "MIPOS_LOG_LEVEL": "error"})
    with open_pool(database.app, 2) as pool:
        services = build_hasty_services(pool, settings)
        web = make_server("127.0.0.1", 0, create_app(services), handler_class=_Quiet)
        Thread(target=web.serve_forever, daemon=True).start()
        try:
            yield Service("127.0.0.1", web.server_port, database, Path())
        finally:
            web.shutdown()
            web.server_close()


@contextmanager
def writing_down(calls: dict[str, Call]) -> Iterator[None]:
    """Write down what requests send, and what the worker does."""
    queue, execute, ask = Pipeline.queue, Transaction.execute, Transaction.ask

    def note(statement: Statement, params: Mapping[str, Any]) -> None:
        calls[statement.text.decode()] = (statement, params, params.get("company_id", UUID(int=0)))

    def queued(pipeline: Pipeline, statement: Statement, params: Mapping[str, Any]) -> Any:
        note(statement, params)
        return queue(pipeline, statement, params)

    def executed(db: Transaction, query: LiteralString, params: Mapping[str, Any]) -> None:
        note(compiled(query), {**params, "company_id": db.company_id})
        execute(db, query, params)

    def asked(db: Transaction, query: LiteralString, params: Mapping[str, Any]) -> Any:
        note(compiled(query), {**params, "company_id": db.company_id})
        return ask(db, query, params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pipeline, "queue", queued)
        patch.setattr(Transaction, "execute", executed)
        patch.setattr(Transaction, "ask", asked)
        yield


def record(server: EmbeddedServer, name: str, password_hash: str) -> Recorded:
    """Make a shop, sell, and write down what that takes."""
    database, calls = fresh_database(server, name), Calls()
    leave_unanalyzed(database)
    with serving(database) as service:
        stocked = stock_shop(found_shop(service, password_hash, {}))
        shop = Recorded(database, stocked, calls)
        variants, admin = prepare(shop), stocked.shop.client()
        elsewhere = admin.post("/api/admin/stores", {"name": "Else", "code": "ELSE"}).data["id"]
        storage = {"name": "E", "code": "E", "store_id": elsewhere, "allow_negative": True}
        assert admin.post("/api/admin/storages", storage).status == 201
        with writing_down(calls.tills):
            go_shopping(shop, variants, elsewhere)
        with writing_down(calls.worker):
            follow(database)
        with writing_down(calls.lists):
            look_through(shop)
    return shop


def follow(database: Database) -> None:
    """Let the read models catch up that may lag behind."""
    worker = Worker(database.worker, EVENT_TYPES, PROJECTIONS)
    try:
        while worker.step():
            pass
    finally:
        worker.close()


LISTS = (
    "admin/products",
    "admin/products?search=good",
    "admin/products?status=active&sort=name",
    "admin/orders",
    "admin/orders?search=4711",
    "admin/customers",
    "admin/customers?search=ada",
    "admin/inventory/levels",
    "admin/inventory/receipts",
    "admin/inventory/transfers",
    "admin/inventory/counts",
    "admin/settings/brands",
    "admin/settings/tax-rates",
    "admin/settings/users",
    "admin/stores",
    "admin/storages",
    "cashier/orders",
    "pos/orders/held",
    "feed?limit=20",
)


def look_through(shop: Recorded) -> None:
    """The first page of each list."""
    admin, cashier = shop.stocked.shop.client(), shop.stocked.shop.client("Cashier")
    statuses = {
        path: (cashier if path.startswith(("cashier", "pos")) else admin).get(f"/api/{path}").status
        for path in LISTS
    }
    assert set(statuses.values()) == {200}, statuses


def prepare(shop: Recorded) -> list[str]:
    """Five variants in stock, a price of the store's own, a way to pay, a storage that goes below zero."""
    stocked, admin = shop.stocked, shop.stocked.shop.client()
    unit = admin.post("/api/admin/settings/units", {"name": "Piece", "symbol": "pc"}).data["id"]
    products = [
        stocked.product_of(name=f"Good {n}", unit_id=unit, variants=[{"sku": f"G{n}", "price": 100}])
        for n in range(5)
    ]
    variants = [product["variants"][0]["id"] for product in products]
    stocked.receive(1, 60, lines=[{"variant_id": one, "quantity": 90, "unit_cost": 50} for one in variants])
    own = {"variant_id": stocked.variant_id, "store_id": stocked.store["id"], "price": 120}
    assert admin.put(f"/api/admin/products/{stocked.product['id']}/prices", {"prices": [own]}).status == 200
    method = {"name": "Voucher", "code": "voucher", "kind": "other"}
    assert admin.post("/api/admin/settings/payment-methods", method).status == 201
    with psycopg.connect(shop.database.owner, autocommit=True) as connection:
        params = {"c": stocked.shop.company_id, "id": uuid4()}
        for statement in _FIRST_ROWS.split(";\n")[:-1]:
            connection.execute(statement.encode(), params)
    return variants


def go_shopping(shop: Recorded, variants: list[str], below_zero: str) -> None:
    """Sales from stock and below zero, each again; a parked one, deliveries, and what is looked up."""
    stocked, company = shop.stocked, shop.stocked.shop
    admin, cashier = company.client(), company.client("Cashier")
    lines = [{"variant_id": one, "quantity": 1} for one in variants]
    sale = stocked.sale(lines=lines, payments=[{"method": "voucher", "amount": 500}], id=str(uuid4()))
    key = str(uuid4())
    elsewhere = {**sale, "id": str(uuid4()), "register_id": None, "store_id": below_zero}
    for body in (sale, sale, elsewhere):
        assert cashier.post("/api/pos/orders", body, Idempotency_Key=key).status < 500
        assert cashier.post("/api/pos/orders", body).status == 201
    till = stocked.register["id"]
    quoted = {"lines": lines, "register_id": till}
    assert cashier.post("/api/pos/quote", quoted).status == 200
    held = cashier.post("/api/pos/orders/hold", {**quoted, "reserve": True}).data["id"]
    assert cashier.post(f"/api/pos/orders/{held}/resume", {"register_id": till}).status == 200
    held_sale = {**sale, "id": str(uuid4()), "held_id": held}
    assert cashier.post("/api/pos/orders", held_sale).status == 201
    assert stocked.receive(1, 60).status == 201
    customer = admin.post("/api/admin/customers", {"name": "4711", "phone": str(uuid4().int)[:12]}).data["id"]
    assert stocked.sell(1, price=120, customer_id=customer).status == 201
    transfer = stocked.transfer(lines=lines).data
    for step, body in (("ship", {}), ("receive", {"close": True})):
        assert admin.post(f"/api/admin/inventory/transfers/{transfer['id']}/{step}", body).status == 200
    for path in (
        "pos/products?barcode=4006381333931",
        f"pos/products?search=good&store_id={stocked.store['id']}",
        "pos/products?search=oat-1",
        "pos/products?search=milc",
        f"pos/catalog?register_id={stocked.register['id']}&limit=20",
        "lookups/products?search=good",
        "lookups/variants?search=oat-1",
        "lookups/customers?search=ada",
        "lookups/storages?search=b",
        f"pos/customers/{customer}",
        "lookups/stores",
        "lookups/tax-rates?search=vat",
        f"cashier/orders/{sale['id']}",
        f"cashier/orders/{sale['id']}/receipt",
        "cashier/store",
        "cashier/dashboard",
    ):
        assert cashier.get(f"/api/{path}").status == 200, path
    for path in (
        f"products/{stocked.product['id']}",
        f"inventory/transfers/{transfer['id']}",
        f"stores/{stocked.store['id']}",
        f"storages/{stocked.storage['id']}",
        f"settings/tax-rates/{stocked.tax['id']}",
        f"settings/users/{company.users['Cashier']}",
        f"customers/{customer}",
        "settings/company",
    ):
        assert admin.get(f"/api/admin/{path}").status == 200, path
