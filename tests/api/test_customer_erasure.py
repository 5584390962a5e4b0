"""The right to be forgotten, over HTTP: who they were is nowhere any more, and what they bought stays."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.faults.marked_customer import MarkedCustomer, tables_with
from tests.waiting import eventually

Stocked = Any
PATH = "/api/admin/customers"
WORD = "quixotic"
WHO = {
    "name": f"{WORD} Ada",
    "phone": "+49 30 424242",
    "email": f"{WORD}@example.com",
    "address": {"line1": f"{WORD} street"},
    "tax_number": "DE424242",
    "reference": f"{WORD}-1",
    "birthday": "1985-12-10",
    "note": f"{WORD} note",
}


def register(shop: Any, **fields: Any) -> str:
    answer = shop.client().post(PATH, {**WHO, **fields}, Idempotency_Key=str(uuid4()))
    assert answer.status == 201, answer.body
    return str(answer.data["id"])


def erase(shop: Any, one: str, **body: Any) -> Any:
    return shop.client().post(f"{PATH}/{one}/erase", {"reason": "asked for it", **body})


class TestAnErasure:
    def test_says_what_went_and_what_stays(self, shop: Any) -> None:
        one = register(shop)
        erased = erase(shop, one, requested_at="2026-01-01T00:00:00Z")
        assert erased.status == 200, erased.body
        data = erased.data
        assert data["keys_destroyed"] == 1
        assert data["purged"]["idempotency_keys"] == 1
        assert data["position"] == shop.events()[-1]["position"] == int(erased.headers["x-event-position"])
        until = datetime.fromisoformat(data["backups_until"]) - datetime.fromisoformat(data["erased_at"])
        assert until == timedelta(days=30)
        assert {"what", "why", "until"} == set(data["kept"][0])
        again = erase(shop, one, reason="once more")
        assert (again.status, again.data) == (200, data)

    def test_leaves_what_they_agreed_to_without_their_words(self, shop: Any) -> None:
        said = {"purpose": "profiling", "granted": True, "source": f"{WORD} at the till"}
        one = register(shop, consents=[said])
        called = {"purpose": "marketing_sms", "granted": False, "source": f"{WORD} called"}
        shop.client().post(f"{PATH}/{one}/consents", called)
        at = erase(shop, one).headers["x-event-position"]
        (listed,) = shop.client().get(f"{PATH}?erased=true", X_Wait_For_Position=at).data
        shown = shop.client().get(f"{PATH}/{one}").data
        assert listed["consents"] == shown["consents"]
        assert [(one["purpose"], one["granted"], one["source"]) for one in shown["consents"]] == [
            ("marketing_sms", False, "Erased"),
            ("profiling", True, "Erased"),
        ]

    def test_leaves_a_customer_of_whom_nothing_is_known(self, shop: Any) -> None:
        one = register(shop)
        before = shop.client().get(f"{PATH}/{one}").data["created_at"]
        at = erase(shop, one).data["erased_at"]
        for query in ("", f"?as_of={before}"):
            shown = shop.client().get(f"{PATH}/{one}{query}")
            assert shown.status == 200
            assert {name: shown.data[name] for name in WHO} == {
                **dict.fromkeys(WHO),
                "name": "Erased customer",
            }
            assert shown.data["erased_at"] == at
        assert shop.client().get(f"{PATH}?search={WORD}").data == []
        assert len(shop.client().get(f"{PATH}?erased=true").data) == 1
        refused = shop.client().patch(f"{PATH}/{one}", {"name": "Back"})
        assert (refused.status, refused.code) == (409, "invalid_transition")

    @pytest.mark.parametrize(
        ("what", "body"),
        [
            ("restore", None),
            ("consents", {"purpose": "profiling", "granted": True, "source": "form"}),
            ("store-credit", {"amount": 100, "reason": "sorry"}),
            ("payments", {"amount": 100, "method": "cash", "as_credit": True}),
            ("merge", {}),
        ],
    )
    def test_leaves_nobody_to_deal_with(self, shop: Any, what: str, body: Any) -> None:
        one, other = register(shop), register(shop, name="Other", phone=None, email=None)
        erase(shop, one)
        body = {"absorb": [other]} if what == "merge" else body
        refused = shop.client().post(f"{PATH}/{one}/{what}", body)
        assert (refused.status, refused.code) == (409, "invalid_transition")

    def test_leaves_a_parked_sale_that_can_be_finished(self, stocked: Stocked) -> None:
        shop, one = stocked.shop, register(stocked.shop)
        till, register_id = shop.client("Cashier"), stocked.register["id"]
        basket = {"lines": [{"variant_id": stocked.variant_id, "quantity": 1}], "customer_id": one}
        held = till.post("/api/pos/orders/hold", {"register_id": register_id, **basket, "label": WORD}).data
        assert erase(shop, one).status == 200
        path = f"/api/pos/orders/{held['id']}/resume"
        resumed = till.post(path, {"register_id": register_id}).data
        assert (resumed["label"], resumed["customer_id"]) == (None, None)
        assert [one["field"] for one in resumed["changes"]] == ["customer_id"]
        total = resumed["quote"]["total"]
        sold = till.post(
            "/api/pos/orders",
            {
                **resumed["basket"],
                "store_id": None,
                "held_id": held["id"],
                "payments": [{"method": "card", "amount": total}],
            },
        )
        assert (sold.status, sold.data["customer_id"]) == (201, None)

    def test_leaves_every_sum_as_it_was(self, stocked: Stocked) -> None:
        shop, one = stocked.shop, register(stocked.shop)
        sold = stocked.sell(2, customer_id=one, note=f"for {WORD}")
        path = "/api/admin/reports/sales-summary/overview?from=2021-01-01&to=2030-12-31"
        admin = shop.client()
        before = admin.get(path, X_Wait_For_Position=sold.headers["x-event-position"]).data
        erased = erase(shop, one)
        after = admin.get(path, X_Wait_For_Position=erased.headers["x-event-position"]).data
        moved = {"computed_at", "read_position"}
        assert {name: after[name] for name in after.keys() - moved} == {
            name: before[name] for name in before.keys() - moved
        }
        shown = admin.get(f"/api/admin/orders/{sold.data['id']}").data
        assert (shown["total"], shown["note"]) == (238, None)

    def test_is_refused_while_something_is_open(self, stocked: Stocked) -> None:
        shop, one = stocked.shop, register(stocked.shop)
        shop.client().post(f"{PATH}/{one}/store-credit", {"amount": 500, "reason": "sorry"})
        refused = erase(shop, one)
        assert (refused.status, refused.code) == (409, "customer_has_credit")
        assert erase(shop, one, forfeit=True).status == 200

        debtor = register(shop, credit_limit=1000)
        sold = stocked.sell(
            1, role="Manager", customer_id=debtor, payments=[{"method": "account", "amount": 119}]
        )
        assert sold.status == 201, sold.body
        refused = erase(shop, debtor, forfeit=True)
        assert (refused.status, refused.code) == (409, "customer_owes")

    def test_takes_along_whom_they_absorbed(self, shop: Any) -> None:
        first, second = register(shop), register(shop, name=f"{WORD} Other", phone=None, email=None)
        shop.client().post(f"{PATH}/{first}/merge", {"absorb": [second]})
        refused = erase(shop, second)
        assert (refused.status, refused.code) == (409, "invalid_transition")
        assert erase(shop, first).data["keys_destroyed"] == 2
        assert shop.client().get(f"{PATH}/{second}").data["name"] == "Erased customer"

    def test_may_not_name_them_in_its_reason(self, shop: Any) -> None:
        one = register(shop)
        refused = erase(shop, one, reason=f"{WORD} wrote to us")
        assert (refused.status, refused.json["error"]["details"][0]["field"]) == (422, "reason")

    def test_is_for_admins(self, shop: Any) -> None:
        one = register(shop)
        assert shop.client("Manager").post(f"{PATH}/{one}/erase", {"reason": "no"}).status == 403


class TestAnExport:
    def test_has_everything(self, stocked: Stocked) -> None:
        shop, one = stocked.shop, register(stocked.shop)
        admin = shop.client()
        admin.patch(f"{PATH}/{one}", {"name": "Ada King"})
        admin.post(f"{PATH}/{one}/store-credit", {"amount": 500, "reason": f"{WORD} credit"})
        payment = {"method": "card", "amount": 119, "reference": f"{WORD} card"}
        assert stocked.sell(1, customer_id=one, payments=[payment]).status == 201

        goods = {"register_id": stocked.register["id"], "customer_id": one}
        line = {"variant_id": stocked.variant_id, "quantity": 1}
        parked = {**goods, "lines": [line], "label": f"{WORD} pram"}
        assert shop.client("Cashier").post("/api/pos/orders/hold", parked).status == 201
        back = {
            "lines": [{**line, "unit_price": 119}],
            "payments": [{"method": "cash", "amount": 119}],
            "reason": f"{WORD} return",
        }
        assert shop.client("Manager").post("/api/pos/returns", {**goods, **back}).status == 201

        answer = admin.get(f"{PATH}/{one}/export")

        assert answer.status == 200, answer.body
        assert answer.headers["cache-control"] == "no-store"
        export = answer.data
        assert [fact["changes"].get("name") for fact in export["history"]] == [WHO["name"], "Ada King"]
        assert export["customer"]["phone"] == WHO["phone"]
        (order,) = export["orders"]
        assert "cost_total" not in order
        ((returned,), (held,)) = (export["returns"], export["held_sales"])
        assert (returned["reason"], held["label"]) == (f"{WORD} return", f"{WORD} pram")
        assert "cost_total" not in returned["lines"][0]
        assert [(one["amount"], one["order_id"], one["refund_id"]) for one in export["payments"]] == [
            (119, order["id"], None),
            (-119, None, returned["id"]),
        ]
        assert export["payments"][0]["reference"] == f"{WORD} card"
        (entry,) = export["store_credit"]
        assert (entry["amount"], entry["reason"]) == (500, f"{WORD} credit")
        assert export["account"] == []

    def test_has_what_was_of_those_absorbed(self, stocked: Stocked) -> None:
        shop = stocked.shop
        first, second = register(shop), register(shop, name=f"{WORD} Other", phone=None, email=None)
        stocked.sell(1, customer_id=second)
        shop.client().post(f"{PATH}/{first}/merge", {"absorb": [second]})
        export = shop.client().get(f"{PATH}/{first}/export").data
        assert export["customer_ids"] == [first, second]
        assert len(export["orders"]) == 1
        assert f"{WORD} Other" in str(export["history"])

    @pytest.mark.parametrize("role", ["Manager", "Cashier"])
    def test_is_for_admins(self, shop: Any, role: str) -> None:
        one = register(shop)
        assert shop.client(role).get(f"{PATH}/{one}/export").status == 403


def test_no_row_of_any_table_has_a_word_of_an_erased_customer(stocked: Stocked) -> None:
    """Files, logs, rebuilds and backups are looked through by `tests/faults/test_forgetting.py`."""
    customer = MarkedCustomer(stocked)
    customer.live()
    owner = stocked.shop.service.database.owner
    assert tables_with(owner, customer.marks)
    customer.erase(stocked.shop)
    eventually(lambda: tables_with(owner, customer.marks) == [])
