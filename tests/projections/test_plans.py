"""Statements of sales, quotes and look-ups go to what they are about, whatever the planner believes."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, LiteralString
from uuid import UUID, uuid4
from wsgiref.simple_server import WSGIRequestHandler, make_server

import psycopg
import pytest
from psycopg import sql

from api.app import create_app
from infra.postgres.distribution import places
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.pipeline import Pipeline, Statement
from infra.runtime.models import PROJECTIONS
from infra.runtime.services import open_pool
from infra.runtime.settings import load_settings
from tests.api.conftest import Stocked, stock_shop
from tests.conftest import KEYS, Database, Service, build_hasty_services, found_shop, fresh_database
from tests.statements import is_statement, statements

#: How many rows each table gets beside those of the shop.
MORE = 3000
#: What a statement may touch, however many there are: these are for a basket of five and a page of twenty.
MOST_ROWS, MOST_BLOCKS = 120, 500

Call = tuple[Statement, Mapping[str, Any], UUID]

_TABLES: LiteralString = """
    SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
"""

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

# What makes a copy of a row another one, as SQL over its number `n`; products keep theirs in every table.
_ID, _PRODUCT, _VARIANT = "gen_random_uuid()", "md5('p' || n)::uuid", "md5('v' || n)::uuid"
_COPIES: Mapping[str, Mapping[str, str]] = {
    "settings": {"id": _ID, "kind": "'brands'", "name_key": "n::text", "code_key": "n::text"},
    "products": {"id": _PRODUCT},
    "variants": {"id": _VARIANT, "product_id": _PRODUCT, "sku_key": "n::text"},
    "barcodes": {"barcode": "n::text", "variant_id": _VARIANT},
    "pos_catalog_feed": {"variant_id": _VARIANT, "place": "n"},
    "store_prices": {"variant_id": _VARIANT},
    "product_listing": {"id": _PRODUCT, "text": "n::text"},
    "product_images": {"id": _ID, "product_id": _PRODUCT},
    "stock_balances": {"variant_id": _VARIANT},
    "transfers": {"id": _ID, "series_number": "n::text", "number": "n::text"},
    "transfer_lines": {"transfer_id": _ID, "line_id": _ID},
    "customers": {"id": _ID, "name_key": "n::text"},
    "users": {"id": _ID, "username_key": "n::text"},
    "credentials": {"id": _ID},
    "sessions": {"id": _ID, "user_id": _ID},
    "orders": {"id": _ID, "series_id": _ID},
    "held_sales": {"id": _ID},
    "order_series": {"series_id": _ID},
    "idempotency_keys": {"key": "n::text"},
    "events": {"position": "1000000 + n", "stream_id": _ID},
    "search_entries": {"id": _PRODUCT},
    "search_words": {"id": _ID, "word": "n::text", "text": "n::text"},
    "search_spellings": {"spelling": "n::text", "word": "n::text"},
    "customer_entries": {"id": _ID},
    "customer_words": {"id": _ID, "word": "n::text", "text": "n::text"},
    "customer_spellings": {"spelling": "n::text", "word": "n::text"},
    "companies": {"company_id": _ID},
    "company_head": {"company_id": _ID},
    "packages": {"id": _ID, "name_key": "n::text"},
}


@dataclass(frozen=True)
class Recorded:
    """A shop over a database of its own, and the last call of every statement that its requests ran."""

    database: Database
    stocked: Stocked
    calls: dict[str, Call]

    def copy_rows(self, first: int, last: int) -> None:
        """Give each table copies of one of its rows under these numbers, for the same company."""
        with psycopg.connect(self.database.owner) as connection:
            for table, changes in _COPIES.items():
                pairs = ", ".join(f"'{column}', {value}" for column, value in changes.items())
                copied = connection.execute(
                    f"INSERT INTO {table} SELECT (jsonb_populate_record(one, jsonb_build_object({pairs}))).*"
                    f"  FROM (SELECT one FROM {table} AS one LIMIT 1) AS found(one),"
                    f"       generate_series({first}, {last}) AS n".encode()
                )
                assert copied.rowcount == last - first + 1, f"{table} has no row to copy"

    def analyze(self) -> None:
        """Tell the planner what the tables are like now."""
        with psycopg.connect(self.database.owner, autocommit=True) as connection:
            connection.execute("ANALYZE")


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextmanager
def recorded(server: EmbeddedServer, name: str, password_hash: str) -> Iterator[Recorded]:
    """A shop whose requests are served from here, over HTTP, so that their statements can be written down."""
    database = fresh_database(server, name)
    with psycopg.connect(database.owner) as connection:
        for (table,) in connection.execute(_TABLES).fetchall():
            # Nobody but the test tells the planner anything.
            connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)".encode())
    calls: dict[str, Call] = {}
    queue = Pipeline.queue

    def write_down(pipeline: Pipeline, statement: Statement, params: Mapping[str, Any]) -> Any:
        calls[statement.text.decode()] = (statement, params, params.get("company_id", UUID(int=0)))
        return queue(pipeline, statement, params)

    settings = load_settings({**KEYS, "MIPOS_LOG_LEVEL": "error"})
    with pytest.MonkeyPatch.context() as patch, open_pool(database.app, 2) as pool:
        patch.setattr(Pipeline, "queue", write_down)
        web = make_server(
            "127.0.0.1", 0, create_app(build_hasty_services(pool, settings)), handler_class=_Quiet
        )
        Thread(target=web.serve_forever, daemon=True).start()
        try:
            service = Service("127.0.0.1", web.server_port, database, Path())
            yield Recorded(database, stock_shop(found_shop(service, password_hash, {})), calls)
        finally:
            web.shutdown()
            web.server_close()


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


def explain(connection: psycopg.Connection[Any], name: str, call: Call) -> Mapping[str, Any]:
    """How a prepared statement ran; of one that cannot run again, how it would run."""
    statement, params, company_id = call
    values = sql.SQL(", ").join(sql.Literal(params[one]) for one in statement.names)
    arguments = sql.SQL("({})").format(values) if statement.names else sql.SQL("")
    connection.execute(sql.SQL("SET app.company_id = {}").format(sql.Literal(str(company_id))))
    execute = sql.SQL(" EXECUTE {}").format(sql.Identifier(name)) + arguments
    try:
        with connection.transaction(force_rollback=True):
            return plan_of(connection, sql.SQL("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)") + execute)
    except (psycopg.errors.UniqueViolation, psycopg.errors.SerializationFailure):
        return plan_of(connection, sql.SQL("EXPLAIN (FORMAT JSON)") + execute)


def plan_of(connection: psycopg.Connection[Any], statement: sql.Composed) -> Mapping[str, Any]:
    row = connection.execute(statement).fetchone()
    assert row
    plan: Mapping[str, Any] = row[0][0]["Plan"]
    return plan


def nodes_of(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes_of(child)


def faults_of(plan: Mapping[str, Any]) -> Iterator[str]:
    """Where a plan walks a table instead of going to what it is asked for."""
    for node in nodes_of(plan):
        table = node.get("Relation Name")
        if node["Node Type"] == "Seq Scan" and table in _COPIES:
            yield f"reads all of {table}"
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        rows = (node.get("Actual Rows", 0) + removed) * node.get("Actual Loops", 0)
        if table and rows > MOST_ROWS:
            yield f"looks at {rows:.0f} rows of {table} by {node.get('Index Name')} {node.get('Index Cond')}"
    blocks = plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0)
    if blocks > MOST_BLOCKS:
        yield f"touches {blocks} blocks"


@pytest.fixture(scope="module", params=["nothing", "little"])
def shop(request: pytest.FixtureRequest, server: EmbeddedServer, password_hash: str) -> Iterator[Recorded]:
    """A shop with thousands of rows of everything; the planner knows nothing of it, or how little it was."""
    with recorded(server, f"mipos_plans_{request.param}", password_hash) as recording:
        variants, admin = prepare(recording), recording.stocked.shop.client()
        elsewhere = admin.post("/api/admin/stores", {"name": "Else", "code": "ELSE"}).data["id"]
        storage = {"name": "E", "code": "E", "store_id": elsewhere, "allow_negative": True}
        assert admin.post("/api/admin/storages", storage).status == 201
        go_shopping(recording, variants, elsewhere)
        if request.param == "little":
            recording.copy_rows(1, 10)
            recording.analyze()
        recording.copy_rows(11, MORE)
        recording.calls.clear()
        go_shopping(recording, variants, elsewhere)
        yield recording


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
def test_no_statement_walks_a_table(shop: Recorded, mode: str) -> None:
    walks: dict[str, list[str]] = {}
    with psycopg.connect(shop.database.app, autocommit=True) as connection:
        connection.execute(f"SET plan_cache_mode = {mode}".encode())
        for number, (text, call) in enumerate(shop.calls.items()):
            connection.execute(f"PREPARE s{number} AS {text}".encode())
            if faults := list(faults_of(explain(connection, f"s{number}", call))):
                walks[" ".join(text.split())[:200]] = faults
    assert len(shop.calls) > 30
    assert walks == {}


def test_every_statement_sent_is_a_constant_of_a_module(shop: Recorded) -> None:
    constants = {Statement(text).text.decode() for text in statements()}
    assert {text for text in shop.calls if is_statement(text)} <= constants


#: What a plan says where the company is that of another row, which was itself looked for by it.
_SAME_COMPANY = re.compile(r"company_id = \w+\.company_id\)")


def pathless(plan: Mapping[str, Any], statement: Statement, tables: frozenset[str]) -> Iterator[str]:
    """Tables of companies that a plan looks into without a parameter for the company: on every node."""
    places_of_company = [n for n, name in enumerate(statement.names, 1) if name in {"company_id", "company"}]
    for node in nodes_of(plan):
        table = node.get("Relation Name")
        if table not in tables or "Scan" not in node["Node Type"]:
            continue
        conditions = " ".join(str(node.get(one, "")) for one in ("Index Cond", "Recheck Cond", "Filter"))
        named = any(f"company_id = ${place})" in conditions for place in places_of_company)
        if not named and not _SAME_COMPANY.search(conditions):
            yield f"{table}: {conditions}"


def test_every_statement_goes_to_the_node_of_its_company(shop: Recorded) -> None:
    """As its owner, whom no policy adds the company for: so would a node be looked for in a Citus cluster."""
    tables = frozenset(table for table, place in places(PROJECTIONS).items() if place.is_with_company)
    astray: dict[str, list[str]] = {}
    with psycopg.connect(shop.database.owner, autocommit=True) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        for number, (text, (statement, params, _)) in enumerate(shop.calls.items()):
            connection.execute(f"PREPARE c{number} AS {text}".encode())
            values = sql.SQL(", ").join(sql.Literal(params[one]) for one in statement.names)
            arguments = sql.SQL("({})").format(values) if statement.names else sql.SQL("")
            execute = sql.SQL(" EXECUTE {}").format(sql.Identifier(f"c{number}")) + arguments
            plan = plan_of(connection, sql.SQL("EXPLAIN (FORMAT JSON)") + execute)
            if found := list(pathless(plan, statement, tables)):
                astray[" ".join(text.split())] = found
    assert astray == {}
