"""The request path's pipeline: answers in order, nothing left behind by an error, two round trips."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors, pq

from commands.orders.baskets import BasketLine
from commands.orders.sales import PlaceSale, place_sale
from commands.outcomes import Response
from commands.ports import Caller
from domain.payments import Tender
from infra.postgres.pipeline import Pipeline
from infra.postgres.request_transactions import RequestConnection, request_transaction
from infra.postgres.statements import Statement
from infra.runtime.services import make_application, open_pool

COMPANY = UUID("0190f5a1-7c3e-7abc-8def-0123456789ab")


@pytest.fixture
def connection(database: Any) -> Iterator[RequestConnection]:
    with RequestConnection.connect(database.owner, autocommit=True) as opened:
        opened.execute(
            "CREATE TEMP TABLE things (id int PRIMARY KEY, name text, at timestamptz, amount numeric)"
        )
        yield opened


def names(connection: RequestConnection) -> list[str]:
    with request_transaction(connection, COMPANY) as db:
        return [row["name"] for row in db.ask("SELECT name FROM things ORDER BY id", {}).rows()]


INSERT = "INSERT INTO things (id, name) VALUES (%(id)s, %(name)s)"


def test_a_statement_numbers_each_parameter_once() -> None:
    statement = Statement("SELECT %(b)s, %(a)b::uuid[], %(b)s, 7 %% 2")
    assert statement.text == b"SELECT $1, $2::uuid[], $1, 7 % 2"
    assert statement.names == ("b", "a")


def test_answers_come_in_any_order_of_asking(connection: RequestConnection) -> None:
    with request_transaction(connection, COMPANY) as db:
        first = db.ask("SELECT %(n)s::bigint AS n", {"n": 1})
        db.execute(INSERT, {"id": 1, "name": "one"})
        second = db.ask("SELECT %(n)s::bigint AS n", {"n": 2})
        assert second.row() == {"n": 2}
        assert first.row() == {"n": 1}
        late = db.ask("SELECT name FROM things", {})
    assert late.rows() == [{"name": "one"}]
    assert names(connection) == ["one"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uuid", uuid4()),
        ("uuid", None),
        ("bigint", 2**40),
        ("text", "Zoë's “shop”"),
        ("bool", True),
        ("numeric", Decimal("0.37500")),
        ("timestamptz", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("bytea", b"\x00\xff"),
    ],
)
def test_values_come_back_as_they_went(connection: RequestConnection, kind: str, value: Any) -> None:
    statement: Any = f"SELECT %(value)s::{kind} AS value"
    with request_transaction(connection, COMPANY) as db:
        assert db.ask(statement, {"value": value}).row() == {"value": value}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("uuid", [uuid4(), None, uuid4()]),
        ("bigint", [1, -(2**60), None]),
        ("bigint", [0, 1, -1, 2**63 - 1, -(2**63), *range(-100, 2**40, 2**33)]),
        ("bigint", [*range(100), None]),
        ("text", ["", "a,b", 'qu"ote', None, "ü"]),
        ("bool", [True, None, False]),
        ("numeric", [Decimal("1.5"), None]),
        ("timestamptz", [datetime(2026, 1, 1, tzinfo=UTC), None]),
        ("timestamptz", [datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), datetime.now(UTC)]),
        ("date", [date(1999, 12, 31), None, date(2026, 2, 28), date(1, 1, 1), date(2026, 2, 28)]),
        ("uuid", []),
        ("text", [None, None]),
    ],
)
def test_lists_come_back_as_they_went(connection: RequestConnection, kind: str, values: list[Any]) -> None:
    statement: Any = f"SELECT %(values)b::{kind}[] AS value"
    with request_transaction(connection, COMPANY) as db:
        assert db.ask(statement, {"values": values}).row() == {"value": values}


def test_a_missing_value_first_does_not_fix_the_type_of_later_ones(connection: RequestConnection) -> None:
    for name in (None, "x", None, "y"):
        with request_transaction(connection, COMPANY) as db:
            row = db.ask("SELECT coalesce(%(name)s, 'nobody') AS name", {"name": name}).row()
            assert row == {"name": name or "nobody"}


def test_an_error_in_an_answer_rolls_everything_back(connection: RequestConnection) -> None:
    with pytest.raises(errors.UniqueViolation), request_transaction(connection, COMPANY) as db:
        db.execute(INSERT, {"id": 1, "name": "one"})
        db.execute(INSERT, {"id": 1, "name": "again"})
        db.ask("SELECT 1 AS one", {}).rows()
    assert names(connection) == []


def test_an_error_at_the_end_rolls_everything_back(connection: RequestConnection) -> None:
    with pytest.raises(errors.UniqueViolation), request_transaction(connection, COMPANY) as db:
        db.execute(INSERT, {"id": 1, "name": "one"})
        db.execute(INSERT, {"id": 1, "name": "again"})
    assert connection.pgconn.transaction_status == pq.TransactionStatus.IDLE
    assert names(connection) == []


def test_a_refusal_rolls_back_what_was_queued_and_what_was_done(connection: RequestConnection) -> None:
    with pytest.raises(KeyError), request_transaction(connection, COMPANY) as db:
        db.execute(INSERT, {"id": 1, "name": "one"})
        db.ask("SELECT 1 AS one", {}).rows()
        db.execute(INSERT, {"id": 2, "name": "two"})
        raise KeyError
    assert names(connection) == []


def test_a_statement_prepared_in_a_failed_round_trip_is_prepared_again(connection: RequestConnection) -> None:
    fresh = "SELECT %(n)s::bigint + 41 AS n"
    with pytest.raises(errors.UndefinedTable), request_transaction(connection, COMPANY) as db:
        db.execute("SELECT * FROM nowhere", {})
        db.ask(fresh, {"n": 1}).rows()
    with request_transaction(connection, COMPANY) as db:
        assert db.ask(fresh, {"n": 1}).row() == {"n": 42}


def test_abandoning_leaves_no_trace(connection: RequestConnection) -> None:
    with request_transaction(connection, COMPANY) as db:
        db.execute(INSERT, {"id": 1, "name": "one"})
        db.abandon()
    assert names(connection) == []


def test_more_than_the_socket_holds_goes_through(connection: RequestConnection) -> None:
    large = "x" * 3_000_000
    with request_transaction(connection, COMPANY) as db:
        answers = [db.ask("SELECT %(text)s::text AS text", {"text": large}) for _ in range(8)]
        assert all(answer.row() == {"text": large} for answer in answers)


def test_a_lost_connection_is_an_error_and_the_connection_is_closed(database: Any) -> None:
    with RequestConnection.connect(database.owner, autocommit=True) as connection:
        backend = connection.info.backend_pid
        with pytest.raises(psycopg.OperationalError), request_transaction(connection, COMPANY) as db:
            db.ask("SELECT 1 AS one", {}).rows()
            with psycopg.connect(database.owner, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [backend])
            db.ask("SELECT pg_sleep(1)", {}).rows()
            db.ask("SELECT pg_sleep(1)", {}).rows()
        assert connection.closed


def test_reading_transactions_cannot_write(connection: RequestConnection) -> None:
    statement = "CREATE TABLE written (id int)"
    with (
        pytest.raises(errors.ReadOnlySqlTransaction),
        request_transaction(connection, COMPANY, reading=True) as db,
    ):
        db.ask(statement, {}).rows()


def test_the_company_is_set_for_the_transaction_alone(connection: RequestConnection) -> None:
    with request_transaction(connection, COMPANY) as db:
        row = db.ask("SELECT current_setting('app.company_id') AS company", {}).row()
        assert row == {"company": str(COMPANY)}
    setting = connection.execute("SELECT current_setting('app.company_id', true)").fetchone()
    assert setting == ("",)


def test_a_sale_takes_two_round_trips(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = shop.client()
    store = admin.post("/api/admin/stores", {"name": "Main", "code": "M"}).data
    body = {"name": "Salt", "track_stock": False, "variants": [{"sku": "SALT", "price": 249}]}
    product = admin.post("/api/admin/products", body).data
    admin.post(f"/api/admin/products/{product['id']}/status", {"status": "active"})
    trips: list[str] = []

    def counted(name: str) -> Callable[[Pipeline], None]:
        original = getattr(Pipeline, name)

        def trip(pipeline: Pipeline) -> None:
            trips.append(name)
            original(pipeline)

        return trip

    for name in ("send", "close"):
        monkeypatch.setattr(Pipeline, name, counted(name))
    with open_pool(shop.service.database.app, 1) as pool:
        application = make_application(pool)
        caller = Caller(company_id=shop.company_id, user_id=shop.users["Admin"])
        for _ in range(3):
            trips.clear()
            sale = PlaceSale(
                id=uuid4(),
                store_id=UUID(store["id"]),
                lines=(BasketLine(variant_id=UUID(product["variants"][0]["id"]), quantity=Decimal(1)),),
                tenders=(Tender(method="card", amount=249),),
            )
            application.run(caller, place_sale, sale, lambda _order: Response(201, None, b""))
    assert trips == ["send", "close"]


def test_plans_of_small_tables_are_not_kept_when_a_connection_has_done_more(
    connection: RequestConnection,
) -> None:
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.execute("INSERT INTO things (id) VALUES (1)")
    connection.execute("ANALYZE things")

    def ask() -> None:
        with request_transaction(connection, COMPANY) as db:
            db.ask("SELECT name FROM things WHERE id = %(id)s", {"id": 1}).rows()

    def plan() -> str:
        return "\n".join(line for (line,) in connection.execute("EXPLAIN EXECUTE mipos_1 (1)").fetchall())

    ask()
    connection.execute("INSERT INTO things (id) SELECT generate_series(2, 5000)")
    ask()
    assert "Seq Scan" in plan()
    for _ in range(32):
        ask()
    assert "Index Scan" in plan()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (
            "numeric[]",
            [Decimal("1.50"), None, Decimal("-0.001"), Decimal("1E+3"), Decimal("1.5"), Decimal(0)],
        ),
        ("text[]", ["one", "", None, "ümläut", 'a "quoted" {one}', "one"]),
        ("date[]", [date(2026, 2, 28), None, date(1, 1, 1), date(2026, 2, 28)]),
        ("timestamptz[]", [datetime(2026, 2, 28, 1, 2, 3, 4, tzinfo=UTC), None]),
        ("uuid[]", [COMPANY, None, uuid4()]),
        ("bigint[]", [*range(100), None, -1]),
        ("bigint[]", [*range(100)]),
        ("bool[]", [True, None, False]),
        ("uuid[]", [None, None]),
        ("numeric[]", []),
    ],
)
def test_a_list_arrives_as_it_was_sent(connection: RequestConnection, kind: str, values: list[Any]) -> None:
    query: Any = f"SELECT %(values)b::{kind} AS values, %(values)b::{kind}::text AS written"
    with request_transaction(connection, COMPANY) as db:
        row = db.ask(query, {"values": values}).row()
    with psycopg.connect(connection.info.dsn, password=connection.info.password, autocommit=True) as plain:
        plain.execute("SET TimeZone TO 'UTC'")
        connection.execute("SET TimeZone TO 'UTC'")
        written = plain.execute(f"SELECT %s::{kind}::text".encode(), [values]).fetchone()
    assert row is not None
    assert row["values"] == values
    assert written == (row["written"],)
