"""Orders over HTTP: those of one's stores in the back office, one's own at the till, as rows and alone."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

ORDERS, OWN = "/api/admin/orders", "/api/cashier/orders"


def numbers(client: Any, query: str = "", path: str = ORDERS) -> list[str]:
    answer = client.get(f"{path}?{query}")
    assert answer.status == 200, answer.body
    return [order["number"] for order in answer.data]


def refund(stocked: Any, order: Any) -> Any:
    """One piece of the order's only line, back in cash."""
    body = {
        "lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}],
        "payments": [{"method": "cash", "amount": 119}],
        "reason": "sour",
    }
    return stocked.shop.client("Manager").post(f"/api/pos/orders/{order['id']}/refunds", body).data


def place(stocked: Any, *, paid: int = 0, **more: Any) -> Any:
    """An order of two by telephone, of which so much was paid by card."""
    body = {
        "store_id": stocked.store["id"],
        "channel": "phone",
        "lines": [{"variant_id": stocked.variant_id, "quantity": "2"}],
        "payments": [{"method": "card", "amount": paid}] if paid else [],
        **more,
    }
    answer = stocked.shop.client().post(ORDERS, body)
    assert answer.status == 201, answer.body
    return answer.data


@pytest.fixture
def market(stocked: Any) -> Any:
    """A second store with a storage of its own, which has ten of the same."""
    admin = stocked.shop.client()
    store = admin.post("/api/admin/stores", {"name": "Market", "code": "MKT"}).data
    body = {"name": "Stall", "code": "ST", "store_id": store["id"]}
    storage = admin.post("/api/admin/storages", body).data
    assert stocked.receive(10, 60, storage_id=storage["id"]).status == 201
    return store


class TestOrdersOfStores:
    def test_are_found_by_what_became_of_them(self, stocked: Any) -> None:
        manager = stocked.shop.client("Manager")
        kept, returned, voided = (stocked.sell(2).data for _ in range(3))
        back = refund(stocked, returned)
        assert manager.post(f"/api/pos/orders/{voided['id']}/void", {"reason": "mistake"}).status == 200
        for query, left in (
            ("status=voided", [voided]),
            ("status=completed", [returned, kept]),
            ("payment_status=partially_refunded", [returned]),
            ("fulfilment_status=partially_returned", [returned]),
            ("fulfilment_status=fulfilled", [kept]),
            (f"search={back['number']}", [returned]),
            (f"search={voided['number']}", [voided]),
            ("search=MAIN-1-9", []),
        ):
            assert numbers(manager, query) == [order["number"] for order in left], query

    def test_are_found_by_where_by_whom_and_how_they_were_sold(self, stocked: Any, market: Any) -> None:
        manager = stocked.shop.client("Manager")
        card = [{"method": "card", "amount": 119}]
        at_till = stocked.sell().data
        by_card = stocked.sell(role="Manager", payments=card, occurred_at="2024-03-01T12:00:00Z").data
        elsewhere = stocked.sell(2, register_id=None, store_id=market["id"]).data
        for query, left in (
            (f"store_id={market['id']}", [elsewhere]),
            (f"register_id={stocked.register['id']}", [at_till, by_card]),
            (f"cashier_id={by_card['cashier_id']}", [by_card]),
            ("method=card", [by_card]),
            ("channel=pos&to=2024-03-01&from=2024-03-01", [by_card]),
            ("channel=import", []),
            ("sort=-total&limit=1", [elsewhere]),
            ("sort=number", [at_till, by_card, elsewhere]),
            ("sort=occurred_at&limit=1", [by_card]),
        ):
            assert numbers(manager, query) == [order["number"] for order in left], query

    def test_of_the_back_office_are_found_by_where_they_stand(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        sold, unpaid, part = stocked.sell().data, place(stocked), place(stocked, paid=100)
        done, gone = place(stocked, paid=238), place(stocked)
        half = {"lines": [{"line_id": part["lines"][0]["id"], "quantity": "1"}]}
        assert admin.post(f"{ORDERS}/{part['id']}/fulfil", half).status == 200
        assert admin.post(f"{ORDERS}/{done['id']}/fulfil", {}).status == 200
        assert admin.post(f"{ORDERS}/{gone['id']}/cancel", {"reason": "gone"}).status == 200
        for query, left in (
            ("status=open", [part, unpaid]),
            ("status=completed", [done, sold]),
            ("status=cancelled", [gone]),
            ("payment_status=partially_paid", [part]),
            ("payment_status=unpaid&status=open", [unpaid]),
            ("fulfilment_status=partially_fulfilled", [part]),
            ("fulfilment_status=unfulfilled&status=open", [unpaid]),
            ("has_due=true", [part, unpaid]),
            ("has_due=false", [gone, done, sold]),
            ("channel=phone&status=completed", [done]),
            ("method=card&status=open", [part]),
            (f"search={unpaid['number']}", [unpaid]),
        ):
            assert numbers(admin, query) == [order["number"] for order in left], query
        rows = {order["number"]: order["due_total"] for order in admin.get(f"{ORDERS}?has_due=true").data}
        assert rows == {part["number"]: 138, unpaid["number"]: 238}

    def test_on_account_are_due_until_the_account_is_paid(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        ada = admin.post("/api/admin/customers", {"name": "Ada", "credit_limit": 1000}).data
        order = place(stocked, customer_id=ada["id"], on_account=True)
        path, dues = f"{ORDERS}/{order['id']}", f"/api/admin/customers/{ada['id']}/payments"
        owed = admin.post(f"{path}/fulfil", {})
        assert (owed.data["status"], owed.data["payment_status"], owed.data["due_total"]) == (
            "completed",
            "unpaid",
            238,
        )
        before = admin.get(path)
        for amount, status, due in ((138, "partially_paid", 100), (100, "paid", 0)):
            assert admin.post(dues, {"amount": amount, "method": "card"}).status == 201
            now = admin.get(path, If_None_Match=before.headers["etag"])
            assert (now.status, now.data["payment_status"], now.data["due_total"]) == (200, status, due)
            assert numbers(admin, f"payment_status={status}") == [order["number"]]
            [row] = admin.get(f"/api/admin/customers/{ada['id']}/orders").data
            [exported] = admin.get(f"/api/admin/customers/{ada['id']}/export").data["orders"]
            for told in (row, exported):
                assert (told["payment_status"], told["due_total"]) == (status, due)
            assert numbers(admin, "has_due=true") == ([order["number"]] if due else [])
            assert admin.get(f"{path}/receipt").data["due"] == due
        moment = stocked.shop.events()[-2]["recorded_at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        then = admin.get(f"{path}?as_of={moment}").data
        assert (then["payment_status"], then["due_total"]) == ("partially_paid", 100)

    def test_paid_here_and_on_account_at_once_owe_what_is_left(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        ada = admin.post("/api/admin/customers", {"name": "Ada", "credit_limit": 1000}).data
        order = place(stocked, customer_id=ada["id"], on_account=True)
        path = f"{ORDERS}/{order['id']}"
        one = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}]}
        assert admin.post(f"{path}/fulfil", one).status == 200
        here = (f"{path}/payments", {"payments": [{"method": "card", "amount": 10}]})
        there = (f"/api/admin/customers/{ada['id']}/payments", {"method": "card", "amount": 10})
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda call: stocked.shop.client().post(*call), [here, there] * 5))
        assert [answer.status for answer in answers] == [201] * 10
        assert [row["due_total"] for row in admin.get(f"{ORDERS}?payment_status=partially_paid").data] == [
            138
        ]
        assert admin.get(path).data["due_total"] == 138

    def test_are_those_of_one_s_own_stores_alone(self, stocked: Any, market: Any) -> None:
        here = stocked.sell().data
        there = stocked.sell(register_id=None, store_id=market["id"]).data
        bound = stocked.shop.client("Manager", stores=[market["id"]])
        assert numbers(bound) == [there["number"]]
        refused = bound.get(f"{ORDERS}?store_id={stocked.store['id']}")
        assert (refused.status, refused.code) == (403, "forbidden")
        assert bound.get(f"{ORDERS}/{here['id']}").status == 404
        assert bound.get(f"{ORDERS}/{there['id']}").status == 200

    def test_are_not_for_cashiers_and_clerks(self, stocked: Any) -> None:
        order = stocked.sell().data
        for role in ("Cashier", "Inventory Clerk"):
            for path in (ORDERS, f"{ORDERS}/{order['id']}"):
                refused = stocked.shop.client(role).get(path)
                assert (refused.status, refused.code) == (403, "forbidden"), (role, path)

    @pytest.mark.parametrize("query", ["status=lost", "sort=colour", "from=yesterday", "colour=red"])
    def test_what_is_no_filter_is_refused(self, stocked: Any, query: str) -> None:
        assert stocked.shop.client("Manager").get(f"{ORDERS}?{query}").status == 400

    def test_one_is_shown_with_its_version_as_it_is_and_as_it_was(self, stocked: Any) -> None:
        manager = stocked.shop.client("Manager")
        sold = manager.post(
            "/api/pos/orders", stocked.sale(2, payments=[{"method": "cash", "amount": 238}])
        ).data
        path = f"{ORDERS}/{sold['id']}"
        shown = manager.get(path)
        assert shown.data == {**sold, "receipt_url": f"{path}/receipt"}
        assert manager.get(path, If_None_Match=shown.headers["etag"]).status == 304
        back = refund(stocked, sold)
        now = manager.get(path)
        assert (now.data["version"], now.data["refunded_total"]) == (2, 119)
        assert now.headers["etag"] != shown.headers["etag"]
        assert numbers(manager) == [sold["number"]]
        assert [one["number"] for one in now.data["refunds"]] == [back["number"]]
        assert manager.get(f"{path}?as_of={sold['recorded_at']}").data == shown.data


class TestOwnOrders:
    def test_have_the_same_filters_but_those_of_others(self, stocked: Any) -> None:
        cashier = stocked.shop.client("Cashier")
        opening = {"register_id": stocked.register["id"], "opening_float": 5000}
        before = stocked.sell().data
        shift = cashier.post("/api/pos/shifts/open", opening).data
        during = stocked.sell(payments=[{"method": "card", "amount": 119}]).data
        stocked.sell(role="Manager")
        for query, left in (
            ("", [during, before]),
            (f"shift_id={shift['id']}", [during]),
            ("method=card", [during]),
            ("method=cash", [before]),
            ("status=voided", []),
            (f"register_id={stocked.register['id']}&sort=number", [before, during]),
        ):
            assert numbers(cashier, query, OWN) == [order["number"] for order in left], query
        for name in ("cashier_id", "store_id"):
            assert cashier.get(f"{OWN}?{name}={stocked.store['id']}").status == 400
