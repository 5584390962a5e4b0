"""The demo company: believable, consistent to the last cent, and made only once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from argon2 import PasswordHasher

from domain.companies import PLATFORM_ID
from infra.decisions.unit_of_work import EventWriter
from infra.postgres.pool import RequestPool
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.services import open_pool
from infra.showcase.demo import make_demo
from infra.showcase.demo.catalog import with_check_digit
from infra.showcase.demo.company import DEMO_ID
from tests.conftest import fresh_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.postgres.embedded import EmbeddedServer

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
NOW = datetime(2026, 3, 31, 16, 20, tzinfo=UTC)
PASSWORD = "a password for the demo"


@dataclass(frozen=True)
class Demo:
    """A database of its own with the demo company in it."""

    owner: str
    pool: RequestPool
    events_after_a_broken_run: int

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What the database answers; a query may build on `sold` and `lines`."""
        events = """
            WITH sold AS (SELECT stream_id, state::json AS sale FROM events
                           WHERE company_id = %(company)s AND type = 'orders.Order.Sold'),
                 lines AS (SELECT stream_id, line FROM sold, json_array_elements(sale -> 'lines') AS line)
        """
        with psycopg.connect(self.owner) as connection:
            return connection.execute((events + query).encode(), {"company": DEMO_ID}).fetchall()


class Interrupted(Exception):
    """The making broke off."""


def interrupt(_events: int) -> None:
    raise Interrupted


@pytest.fixture(scope="module")
def demo(server: EmbeddedServer) -> Iterator[Demo]:
    database = fresh_database(server, "mipos_demo")
    with open_pool(database.app, 2) as pool:
        with pytest.raises(Interrupted):
            make_demo(pool, WRITER, PASSWORD, NOW, progress=interrupt)
        with psycopg.connect(database.owner) as connection:
            count = "SELECT count(*) FROM events WHERE company_id = %s"
            [(counts,)] = connection.execute(count, [DEMO_ID]).fetchall()
        make_demo(pool, WRITER, PASSWORD, NOW)
        yield Demo(database.owner, pool, counts)


def test_the_planner_knows_it_from_the_first_sale_on(demo: Demo) -> None:
    known = demo.ask("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > 0")
    assert {"events", "orders", "products", "variants", "stock_balances"} <= {name for (name,) in known}


def test_leaves_nothing_behind_when_its_making_breaks_off(demo: Demo) -> None:
    assert demo.events_after_a_broken_run == 0


def test_some_things_are_bought_together_far_more_often_than_by_chance(demo: Demo) -> None:
    baskets = [{line["name"] for line in sale["lines"]} for (sale,) in demo.ask("SELECT sale FROM sold")]
    for one, other in (("French fries 1 kg", "Tomato ketchup 500 ml"), ("Minced beef", "Onions")):
        a, b = (sum(name in basket for basket in baskets) for name in (one, other))
        both = sum({one, other} <= basket for basket in baskets)
        assert both * len(baskets) > 3 * a * b, (one, both, a, b)


def test_is_made_once(demo: Demo) -> None:
    before = demo.ask("SELECT company_id, position FROM company_head ORDER BY 1")
    assert not make_demo(demo.pool, WRITER, "another password", NOW + timedelta(days=1))
    assert make_demo(demo.pool, WRITER, PASSWORD, NOW + timedelta(days=1))
    assert demo.ask("SELECT company_id, position FROM company_head ORDER BY 1") == before


def test_has_shops_and_a_catalog(demo: Demo) -> None:
    kinds = dict(demo.ask("SELECT kind, count(*) FROM settings WHERE company_id = %(company)s GROUP BY kind"))
    assert kinds["stores"] == 3
    assert kinds["registers"] == 6
    assert kinds["storages"] == 4
    assert kinds["brands"] == 12
    assert kinds["tax-rates"] == 2
    assert kinds["categories"] > 25
    assert kinds["units"] >= 3
    [(products,)] = demo.ask("SELECT count(*) FROM products WHERE status = 'active'")
    assert 180 <= products <= 220


def test_has_barcodes_with_right_check_digits(demo: Demo) -> None:
    barcodes = [barcode for (barcode,) in demo.ask("SELECT barcode FROM barcodes")]
    assert len(barcodes) >= 180
    assert all(len(barcode) == 14 and with_check_digit(barcode[1:-1]) == barcode[1:] for barcode in barcodes)


@pytest.mark.parametrize("gtin", ["4006381333931", "5901234123457", "9780201379624"])
def test_knows_the_check_digits_of_published_numbers(gtin: str) -> None:
    assert with_check_digit(gtin[:-1]) == gtin


def test_sells_for_two_months_until_an_hour_ago(demo: Demo) -> None:
    [(first, last, orders, stores)] = demo.ask(
        "SELECT min(occurred_at), max(occurred_at), count(*), count(DISTINCT store_id) FROM orders"
    )
    assert timedelta(days=59) < NOW - first < timedelta(days=61)
    assert timedelta(hours=1) <= NOW - last < timedelta(hours=3)
    assert 3_500 < orders < 5_500
    assert stores == 3


def test_numbers_each_till_without_a_gap(demo: Demo) -> None:
    tills = demo.ask(
        "SELECT sale ->> 'series_id', array_agg((sale ->> 'series_number')::int ORDER BY stream_id),"
        "       max(last_number)"
        "  FROM sold JOIN order_series ON series_id = (sale ->> 'series_id')::uuid GROUP BY 1"
    )
    assert len(tills) == 6
    for _, numbers, last in tills:
        assert sorted(numbers) == list(range(1, last + 1))


def test_is_paid_to_the_cent_in_cash_and_by_card(demo: Demo) -> None:
    payments = demo.ask(
        "SELECT payment ->> 'method', count(*), sum((payment ->> 'change')::int) > 0"
        "  FROM sold, json_array_elements(sale -> 'payments') AS payment GROUP BY 1 ORDER BY 1"
    )
    assert [(method, changes) for method, _, changes in payments] == [("card", False), ("cash", True)]
    unpaid = demo.ask(
        "SELECT count(*) FROM sold WHERE (sale -> 'totals' ->> 'total')::int <>"
        " (SELECT sum((payment ->> 'amount')::int) FROM json_array_elements(sale -> 'payments') AS payment)"
    )
    assert unpaid == [(0,)]


def test_never_sells_what_is_not_there(demo: Demo) -> None:
    movements = (
        "(SELECT stream_id, line FROM events, json_array_elements(state::json -> 'lines') AS line"
        "  WHERE company_id = %(company)s AND type LIKE 'stock.%%') AS moved"
    )
    assert demo.ask(f"SELECT count(*) FROM {movements} WHERE (line ->> 'balance_quantity')::numeric < 0") == [
        (0,)
    ]


def test_balances_are_what_came_less_what_went(demo: Demo) -> None:
    wrong = demo.ask(
        ", moved AS (SELECT (state::json ->> 'storage_id')::uuid AS storage_id,"
        "                   (line ->> 'variant_id')::uuid AS variant_id,"
        "                   (line ->> 'quantity')::numeric AS quantity,"
        "                   (line ->> 'value_change')::bigint + (line ->> 'settlement')::bigint AS value"
        "              FROM events, json_array_elements(state::json -> 'lines') AS line"
        "             WHERE company_id = %(company)s AND type LIKE 'stock.%%')"
        " SELECT count(*) FROM (SELECT storage_id, variant_id, sum(quantity) AS on_hand, sum(value) AS value"
        "                         FROM moved GROUP BY 1, 2) AS expected"
        "   FULL JOIN stock_balances AS found USING (storage_id, variant_id)"
        " WHERE (expected.on_hand, expected.value) IS DISTINCT FROM (found.on_hand, found.value)"
    )
    assert wrong == [(0,)]


def test_costs_of_the_sales_are_those_of_the_stock_that_went(demo: Demo) -> None:
    [(sold,)] = demo.ask("SELECT sum((sale -> 'totals' ->> 'cost_total')::bigint) FROM sold")
    [(went,)] = demo.ask(
        "SELECT -sum((line ->> 'value_change')::bigint)"
        "  FROM events, json_array_elements(state::json -> 'lines') AS line"
        " WHERE company_id = %(company)s AND type = 'stock.StockMovement.Issued'"
    )
    assert sold == went > 0


def test_receives_stock_on_several_dates(demo: Demo) -> None:
    [(dates,)] = demo.ask(
        "SELECT count(DISTINCT (state::json ->> 'occurred_at')::timestamptz::date) FROM events"
        " WHERE type = 'stock.StockMovement.Received'"
    )
    assert dates > 10


def test_has_people_who_can_sign_in(demo: Demo) -> None:
    people = demo.ask(
        "SELECT username, role, cardinality(store_ids), users.company_id, password_hash"
        "  FROM users JOIN credentials USING (company_id, id) ORDER BY username"
    )
    assert [person[:4] for person in people] == [
        ("admin@demo.local", "Admin", 0, DEMO_ID),
        ("cashier@demo.local", "Cashier", 1, DEMO_ID),
        ("clerk@demo.local", "Inventory Clerk", 0, DEMO_ID),
        ("manager@demo.local", "Manager", 2, DEMO_ID),
        ("root@mipos.local", "Super Admin", 0, PLATFORM_ID),
    ]
    assert all(PasswordHasher().verify(person[4], PASSWORD) for person in people)
