"""Store credit and dues over HTTP: rights, shapes, tenders, statements, and two tills at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import pytest

from domain.customers import Customer
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import transaction
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.api.conftest import Stocked


def customer_of(shop: Any, **values: Any) -> str:
    """A customer who may owe 10.00 for a fortnight."""
    agreed = {"name": "Ada", "credit_limit": 1000, "terms_days": 14, **values}
    customer = Customer.begin(Customer.Registered, uuid4(), **agreed)
    with (
        psycopg.connect(shop.service.database.app, autocommit=True) as connection,
        transaction(connection, shop.company_id) as db,
    ):
        metadata = Metadata(at=datetime.now(UTC))
        EventWriter(EVENT_TYPES, PROJECTIONS).record(db, customer.new_events(), metadata)
    return str(customer.id)


@pytest.fixture
def ada(stocked: Stocked) -> str:
    """A customer."""
    return customer_of(stocked.shop)


def path(customer: str, what: str) -> str:
    return f"/api/admin/customers/{customer}/{what}"


def give(stocked: Stocked, customer: str, amount: Any = 1000, **more: Any) -> Any:
    body = {"amount": amount, "reason": "sorry", **more}
    return stocked.shop.client("Manager").post(path(customer, "store-credit"), body)


def buy(stocked: Stocked, customer: str, *payments: tuple[str, int], role: str = "Admin", **more: Any) -> Any:
    paid = [{"method": method, "amount": amount} for method, amount in payments]
    quantity = sum(amount for _, amount in payments) // 119
    return stocked.sell(quantity, role=role, customer_id=customer, payments=paid, **more)


def statement(stocked: Stocked, customer: str, *stores: str, **query: str) -> Any:
    return stocked.shop.client(stores=stores).get(f"{path(customer, 'statement')}?{urlencode(query)}").data


class TestStoreCredit:
    def test_is_given_and_shown_as_a_ledger(self, stocked: Stocked, ada: str) -> None:
        made = give(stocked, ada, 500, expires_on="2999-12-31")
        assert (made.status, made.data["type"], made.data["balance"]) == (201, "adjusted", 500)
        sold = buy(stocked, ada, ("store_credit", 119), role="Cashier").data
        listed = stocked.shop.client().get(path(ada, "store-credit"))
        assert [
            (
                one["type"],
                one["amount"],
                one["balance"],
                one["order_number"],
                one["reason"],
                one["expires_on"],
            )
            for one in listed.data
        ] == [
            ("spent", -119, 381, sold["number"], None, None),
            ("adjusted", 500, 500, None, "sorry", "2999-12-31"),
        ]
        assert listed.json["pagination"]["total"] == 2

    def test_is_not_taken_below_zero(self, stocked: Stocked, ada: str) -> None:
        give(stocked, ada, 100)
        refused = give(stocked, ada, -101)
        assert refused.status == 409
        assert refused.json["error"] == {
            "doc_url": refused.json["error"]["doc_url"],
            "code": "insufficient_credit",
            "details": [
                {"field": "amount", "code": "insufficient_credit", "message": refused.json["message"]}
            ],
            "balance": 100,
            "asked": 101,
        }

    def test_is_an_amount_and_no_text(self, stocked: Stocked, ada: str) -> None:
        assert [give(stocked, ada, amount).fields for amount in ("5", 1.5, True)] == [{"amount"}] * 3

    def test_is_given_once_for_one_key(self, stocked: Stocked, ada: str) -> None:
        admin, body = stocked.shop.client(), {"amount": 300, "reason": "sorry"}
        key = {"idempotency_key": uuid4().hex}
        first = admin.post(path(ada, "store-credit"), body, **key)
        again = admin.post(path(ada, "store-credit"), body, **key)
        assert (again.data, again.headers["idempotent-replayed"]) == (first.data, "true")
        assert len(admin.get(path(ada, "store-credit")).data) == 1

    def test_takes_the_right_to_it(self, stocked: Stocked, ada: str) -> None:
        cashier = stocked.shop.client("Cashier")
        for what, body in (("store-credit", {"amount": 1, "reason": "x"}), ("payments", {})):
            assert cashier.post(path(ada, what), body).status == 403
        assert cashier.get(path(ada, "store-credit")).status == 403

    def test_is_of_a_customer_who_is_there(self, stocked: Stocked) -> None:
        nobody = str(uuid4())
        assert give(stocked, nobody).status == 404
        for what in ("store-credit", "statement"):
            assert stocked.shop.client().get(path(nobody, what)).status == 404

    def test_never_falls_below_zero_at_two_tills_at_once(self, stocked: Stocked, ada: str) -> None:
        give(stocked, ada, 119 * 3)
        with ThreadPoolExecutor(6) as pool:
            sales = list(pool.map(lambda _: buy(stocked, ada, ("store_credit", 119)), range(6)))
        assert sorted(sale.status for sale in sales) == [201] * 3 + [409] * 3
        assert {sale.code for sale in sales if sale.status == 409} == {"insufficient_credit"}
        ledger = stocked.shop.client().get(path(ada, "store-credit")).data
        assert [one["balance"] for one in ledger] == [0, 119, 238, 357]

    def test_is_made_for_the_first_time_by_several_at_once(self, stocked: Stocked, ada: str) -> None:
        with ThreadPoolExecutor(6) as pool:
            given = list(pool.map(lambda _: give(stocked, ada, 100), range(6)))
        assert [one.status for one in given] == [201] * 6
        assert sorted(one.data["balance"] for one in given) == [100, 200, 300, 400, 500, 600]


class TestOnAccount:
    def test_is_owed_and_paid(self, stocked: Stocked, ada: str) -> None:
        sold = buy(stocked, ada, ("account", 238)).data
        body = {"amount": 300, "method": "card", "reference": "R-1", "as_credit": True}
        paid = stocked.shop.client("Manager").post(path(ada, "payments"), body)
        assert (paid.status, paid.data) == (
            201,
            {
                "settled": 238,
                "credited": 62,
                "due": 0,
                "store_credit": 62,
                "allocations": [{"order_id": sold["id"], "amount": 238}],
            },
        )
        shown = statement(stocked, ada)
        assert [
            (one["type"], one["number"], one["amount"], one["balance"], one["method"], one["reference"])
            for one in shown["entries"]
        ] == [("charge", sold["number"], 238, 238, None, None), ("payment", None, -238, 0, "card", "R-1")]
        assert (shown["opening"], shown["closing"]) == (0, 0)

    def test_is_no_more_than_was_agreed_even_at_two_tills_at_once(self, stocked: Stocked, ada: str) -> None:
        with ThreadPoolExecutor(4) as pool:
            sales = list(pool.map(lambda _: buy(stocked, ada, ("account", 357)), range(3)))
        assert sorted(sale.status for sale in sales) == [201, 201, 409]
        (refused,) = [sale for sale in sales if sale.status == 409]
        error = refused.json["error"]
        told = {name: error[name] for name in ("code", "limit", "due", "asked")}
        assert told == {"code": "credit_limit_exceeded", "limit": 1000, "due": 714, "asked": 357}
        assert refused.fields == {"payments"}

    def test_takes_a_customer_and_the_right(self, stocked: Stocked, ada: str) -> None:
        refused = stocked.sell(payments=[{"method": "account", "amount": 119}], role="Admin")
        assert (refused.status, refused.code) == (422, "customer_required")
        assert buy(stocked, ada, ("account", 119), role="Cashier").status == 403

    def test_is_paid_by_no_more_than_is_owed(self, stocked: Stocked, ada: str) -> None:
        buy(stocked, ada, ("account", 119))
        refused = stocked.shop.client().post(path(ada, "payments"), {"amount": 120, "method": "cash"})
        assert (refused.status, refused.code, refused.fields) == (409, "payment_exceeds_due", {"amount"})

    def test_is_paid_once_for_one_key(self, stocked: Stocked, ada: str) -> None:
        buy(stocked, ada, ("account", 238))
        admin, key = stocked.shop.client(), {"idempotency_key": uuid4().hex}
        for _ in range(2):
            admin.post(path(ada, "payments"), {"amount": 100, "method": "cash"}, **key)
        assert statement(stocked, ada)["closing"] == 138

    def test_comes_back_with_a_refund_and_a_void(self, stocked: Stocked, ada: str) -> None:
        admin = stocked.shop.client()
        first, second = (buy(stocked, ada, ("account", 238)).data for _ in range(2))
        line = {"line_id": first["lines"][0]["id"], "quantity": "1"}
        back = {"lines": [line], "payments": [{"method": "account", "amount": 119}], "reason": "sour"}
        assert admin.post(f"/api/pos/orders/{first['id']}/refunds", back).status == 201
        assert admin.post(f"/api/pos/orders/{second['id']}/void", {"reason": "mistake"}).status == 200
        shown = statement(stocked, ada)
        assert [(one["type"], one["amount"]) for one in shown["entries"]] == [
            ("charge", 238),
            ("charge", 238),
            ("refund", -119),
            ("refund", -238),
        ]
        assert (shown["closing"], shown["ageing"]["current"]) == (119, 119)


class TestStatement:
    def test_is_of_the_days_that_are_named(self, stocked: Stocked, ada: str) -> None:
        before = (datetime.now(UTC) - timedelta(days=5)).isoformat()
        buy(stocked, ada, ("account", 238), occurred_at=before)
        buy(stocked, ada, ("account", 119))
        today = datetime.now(UTC).date()
        since = statement(stocked, ada, **{"from": str(today - timedelta(days=1))})
        assert (since["opening"], since["closing"], len(since["entries"])) == (238, 357, 1)
        until = statement(stocked, ada, to=str(today - timedelta(days=3)))
        assert (until["opening"], until["closing"], until["ageing"]["current"]) == (0, 238, 238)

    @pytest.mark.parametrize("query", [{"to": "0001-01-01"}, {"from": "9999-12-31", "to": "9999-12-31"}])
    def test_reaches_both_ends_of_the_calendar(
        self, stocked: Stocked, ada: str, query: dict[str, str]
    ) -> None:
        assert statement(stocked, ada, **query)["entries"] == []

    def test_says_how_late_it_is_on_its_last_day(self, stocked: Stocked, ada: str) -> None:
        buy(stocked, ada, ("account", 238))
        stocked.shop.client().post(path(ada, "payments"), {"amount": 38, "method": "cash"})
        today = datetime.now(UTC).date()
        ageing = statement(stocked, ada, to=str(today + timedelta(days=14 + 45)))["ageing"]
        assert ageing == {"current": 0, "d30": 0, "d60": 200, "d90": 0, "older": 0}

    def test_refuses_days_that_end_before_they_begin(self, stocked: Stocked, ada: str) -> None:
        asked = path(ada, "statement?from=2026-02-02&to=2026-02-01")
        assert stocked.shop.client().get(asked).status == 422

    def test_shows_what_single_stores_are_owed_to_who_works_there(self, stocked: Stocked, ada: str) -> None:
        admin = stocked.shop.client()
        buy(stocked, ada, ("account", 238))
        other = admin.post("/api/admin/stores", {"name": "Other", "code": uuid4().hex[:8]}).data["id"]
        admin.post(path(ada, "payments"), {"amount": 38, "method": "cash"})
        own, theirs = statement(stocked, ada, stocked.store["id"]), statement(stocked, ada, other)
        assert ([one["amount"] for one in own["entries"]], own["closing"]) == ([238, -38], 200)
        assert (theirs["entries"], theirs["closing"]) == ([], 0)


def test_read_models_are_what_a_rebuild_would_make(stocked: Stocked, ada: str) -> None:
    give(stocked, ada, 500)
    buy(stocked, ada, ("store_credit", 119), ("account", 119))
    stocked.shop.client().post(path(ada, "payments"), {"amount": 19, "method": "cash"})
    (model,) = [one for one in PROJECTIONS if one.name == "accounts"]
    database, company_id = stocked.shop.service.database, stocked.shop.company_id
    assert verify(database.worker, EVENT_TYPES, model, company_id).is_true
