"""Orders of the back office in lists: where each stands, what is due of it, whatever the batches."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest

from domain.accounts import CustomerAccounts, Lots, Posting
from domain.orders import Order
from domain.orders.back_office import fulfil, pay, rest_of, settle_part
from domain.payments import ACCOUNT, Tender
from infra.projections.reading import FactReader
from infra.runtime.models import EVENT_TYPES
from projections.order_list import OrderFilters, list_orders
from projections.orders import Orders
from tests.projections.shop import Shop

DAY, NOON = date(2024, 3, 5), datetime(2024, 3, 5, 12, tzinfo=UTC)
ROWS: LiteralString = """
    SELECT id, status, payment_status, fulfilment_status, total, due, settled, methods, series_number
      FROM orders WHERE company_id = %(company_id)s ORDER BY id
"""
COPIES: LiteralString = """
    INSERT INTO orders
    SELECT (jsonb_populate_record(one, jsonb_build_object('id', own_id, 'series_id', own_id))).*
      FROM (SELECT one, gen_random_uuid() AS own_id FROM orders AS one CROSS JOIN generate_series(1, 5000)
             WHERE one.company_id = %(company_id)s AND one.status = 'completed') AS copies
"""
FORGET: LiteralString = "DELETE FROM orders WHERE company_id = %(company_id)s"


class Debtor:
    """A customer who buys on account."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._accounts = CustomerAccounts(
            customer_id=uuid4(), store_credit=Lots([]), dues=Lots([]), new_id=uuid4, credit_limit=10**9
        )

    def is_charged(self, order: Order, amount: int) -> None:
        self._accounts.charge(amount, self._posting(order))
        self._record()

    def settles(self, order: Order, amount: int) -> None:
        self._accounts.settle(amount, self._posting(), method="card", order_ids=[order.id])
        self._record()

    def _posting(self, order: Order | None = None) -> Posting:
        return Posting(occurred_at=NOON, business_date=DAY, order_id=order.id if order else None)

    def _record(self) -> None:
        self._shop.record(self._accounts.entries)
        self._accounts.entries.clear()


@pytest.fixture
def shop(database: Any) -> Iterator[Shop]:
    opened = Shop(database)
    yield opened
    opened.close()


def handed_over(shop: Shop, debtor: Debtor) -> Order:
    """An order on account, all of which was handed over."""
    order = shop.place(DAY, on_account=True)
    shop.step(fulfil, order, DAY, rest_of(order), costs={}, storage_id=None)
    debtor.is_charged(order, order.charged)
    return order


def rows(shop: Shop) -> list[dict[str, Any]]:
    with shop.work() as db:
        return db.ask(ROWS, {"company_id": shop.company_id}).rows()


def rebuilt(shop: Shop, size: int) -> list[dict[str, Any]]:
    """The rows as the log makes them, in batches of that size."""
    with shop.work() as db:
        facts = FactReader(EVENT_TYPES, [Orders()]).read(db, 0, 1_000_000)
        db.execute(FORGET, {"company_id": shop.company_id})
        for at in range(0, len(facts), size):
            Orders().apply(facts[at : at + size], db)
    return rows(shop)


def owing(shop: Shop, *, has_due: bool = True) -> list[Any]:
    with shop.open() as db:
        filters = OrderFilters(has_due=has_due)
        return list_orders(db, filters, page=1, limit=100, sort="number")[0]


def test_what_is_paid_on_account_is_not_due_any_more(shop: Shop) -> None:
    debtor = Debtor(shop)
    order = handed_over(shop, debtor)
    [before] = rows(shop)
    assert (before["status"], before["payment_status"], before["due"]) == (
        "completed",
        "unpaid",
        order.charged,
    )
    debtor.settles(order, 100)
    [part] = rows(shop)
    assert (part["payment_status"], part["settled"], owing(shop)) == ("partially_paid", 100, [order.id])
    debtor.settles(order, order.charged - 100)
    [whole] = rows(shop)
    assert (whole["payment_status"], owing(shop), owing(shop, has_due=False)) == ("paid", [], [order.id])


def test_what_an_order_is_paid_by_on_account_never_was_due(shop: Shop) -> None:
    debtor = Debtor(shop)
    order = shop.place(DAY, on_account=True)
    shop.step(pay, order, DAY, settle_part(order.due_total, [Tender(method=ACCOUNT, amount=100)], 5))
    debtor.is_charged(order, 100)
    debtor.settles(order, 100)
    [row] = rows(shop)
    assert (row["payment_status"], row["due"], row["settled"]) == ("partially_paid", order.due_total, 0)


#: Each filter of what is rare, with the index that has nothing else.
RARE = (
    (OrderFilters(has_due=True), "orders_due"),
    (OrderFilters(status="open"), "orders_changed"),
    (OrderFilters(payment_status="unpaid"), "orders_changed"),
    (OrderFilters(fulfilment_status="unfulfilled"), "orders_changed"),
    (OrderFilters(channel="phone"), "orders_from_elsewhere"),
)


@pytest.fixture(scope="module")
def chain(database: Any) -> Iterator[Shop]:
    """One order among thousands of sales."""
    opened = Shop(database)
    opened.sell(1, day=DAY)
    opened.place(DAY)
    with opened.work() as db:
        db.execute(COPIES, {"company_id": opened.company_id})
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute("ANALYZE orders")
    yield opened
    opened.close()


@pytest.mark.parametrize(("filters", "index"), RARE)
def test_they_are_found_among_thousands_of_sales(
    chain: Shop, filters: OrderFilters, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[str] = []
    with chain.open() as db:
        ask = db.ask

        def explain(query: Any, params: Any) -> Any:
            plans.append(str(ask("EXPLAIN " + query, params).rows()))
            return ask(query, params)

        monkeypatch.setattr(db, "ask", explain)
        list_orders(db, filters, page=1, limit=20, sort="-occurred_at")
    assert plans
    assert all(index in plan for plan in plans), plans


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_rows_are_the_same_whatever_the_batches(shop: Shop, size: int) -> None:
    debtor = Debtor(shop)
    shop.sell(2, day=DAY)
    for amount in (50, 100, 150):
        order = handed_over(shop, debtor)
        debtor.settles(order, amount)
        shop.orders = [order]
        if amount > 50:
            shop.refund(day=DAY)
        debtor.settles(order, amount)
    shop.place(DAY)
    live = rows(shop)
    assert {row["payment_status"] for row in live} == {"unpaid", "paid", "partially_paid", "refunded"}
    assert rebuilt(shop, size) == live
