"""Parked sales over HTTP: their shapes, their list, who may do what, and tills that want the same one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

HOLD, HELD = "/api/pos/orders/hold", "/api/pos/orders/held"


@pytest.fixture
def till(stocked: Any) -> Any:
    """The cashier."""
    return stocked.shop.client("Cashier")


@pytest.fixture
def park(stocked: Any, till: Any) -> Callable[..., Any]:
    """Parks a basket of so many at a till, and answers with what was parked."""

    def do(quantity: Any = 1, **more: Any) -> Any:
        lines = [{"variant_id": stocked.variant_id, "quantity": quantity}]
        answer = till.post(HOLD, {"register_id": stocked.register["id"], "lines": lines, **more})
        assert answer.status == 201, answer.body
        return answer.data

    return do


@pytest.fixture
def second_till(stocked: Any) -> str:
    """The id of another till of the store."""
    path = f"/api/admin/stores/{stocked.store['id']}/registers"
    return str(stocked.shop.client().post(path, {"name": "Till 2", "code": "2"}).data["id"])


def at(stocked: Any) -> dict[str, str]:
    return {"register_id": stocked.register["id"]}


def test_a_sale_is_parked_taken_up_and_sold_at_the_prices_of_then(
    stocked: Any, till: Any, park: Callable[..., Any]
) -> None:
    discount = {"type": "percent", "value": "10", "reason": "Regular"}
    held = park(2, label="Pram", note="At five", discounts=[discount])
    assert held == {
        **held,
        "status": "held",
        "label": "Pram",
        "note": "At five",
        "currency": "EUR",
        "value": 214,
        "is_reserved": False,
        "resumed_by": None,
        "order_id": None,
        "version": 1,
    }
    assert [(one["sku"], one["quantity"], one["total"]) for one in held["lines"]] == [("OAT-1", "2", 214)]
    path = f"/api/admin/products/{stocked.product['id']}/variants/{stocked.variant_id}"
    assert stocked.shop.client().patch(path, {"price": 150}).status == 200
    resumed = till.post(f"/api/pos/orders/{held['id']}/resume", at(stocked))
    assert (resumed.status, resumed.headers["etag"]) == (200, '"2"')
    assert resumed.data["changes"] == [
        {"line": 0, "field": "unit_price", "before": 119, "now": 150},
        {"line": None, "field": "total", "before": 214, "now": 270},
    ]
    assert resumed.data["status"] == "resumed"
    assert resumed.data["resumed_by"] == str(stocked.shop.users["Cashier"])
    basket, quote = resumed.data["basket"], resumed.data["quote"]
    assert till.post("/api/pos/quote", basket).data == quote
    assert till.post(f"/api/pos/orders/{held['id']}/resume", at(stocked)).data == resumed.data
    payments = [{"method": "cash", "amount": quote["total"]}]
    sale = {**basket, "held_id": held["id"], "expected_total": 270, "payments": payments}
    sold = till.post("/api/pos/orders", sale)
    assert (sold.status, sold.data["total"]) == (201, 270)
    again = till.post("/api/pos/orders", sale)
    assert (again.status, again.code) == (409, "invalid_transition")
    assert till.get(HELD).data == []


def test_taxes_that_changed_are_told_whole(stocked: Any, till: Any, park: Callable[..., Any]) -> None:
    held = park()
    stocked.shop.client().patch(f"/api/admin/settings/tax-rates/{stocked.tax['id']}", {"rate": "7"})
    resumed = till.post(f"/api/pos/orders/{held['id']}/resume", at(stocked)).data
    tax = {"tax_rate_id": stocked.tax["id"], "name": "VAT", "inclusive": True}
    assert resumed["changes"] == [
        {"line": 0, "field": "taxes", "before": [{**tax, "rate": "19"}], "now": [{**tax, "rate": "7"}]}
    ]


def test_no_number_is_taken_and_no_stock(stocked: Any, park: Callable[..., Any]) -> None:
    park(10)
    sold = stocked.sell(10)
    assert (sold.status, sold.data["number"]) == (201, "MAIN-1-000001")


def test_what_is_reserved_is_there_for_its_sale_alone(
    stocked: Any, till: Any, park: Callable[..., Any]
) -> None:
    held = park(8, reserve=True)
    level = stocked.level()
    assert (level["on_hand"], level["reserved"], level["available"]) == ("10", "8", "2")
    assert stocked.sell(3).code == "insufficient_stock"
    assert till.post(HOLD, {**at(stocked), "reserve": True, "lines": held_lines(held, 3)}).code == (
        "insufficient_stock"
    )
    assert stocked.sell(5, held_id=held["id"]).status == 201
    level = stocked.level()
    assert (level["on_hand"], level["reserved"], level["available"]) == ("5", "0", "5")


def held_lines(held: Any, quantity: int) -> list[dict[str, Any]]:
    return [{"variant_id": line["variant_id"], "quantity": quantity} for line in held["lines"]]


def test_another_price_is_parked_and_sold_by_whoever_may_or_is_approved_each_time(
    stocked: Any, till: Any
) -> None:
    manager = {"username": stocked.shop.username("Manager"), "password": "correct horse battery staple"}

    def approval() -> str:
        asked = till.post("/api/pos/approvals", {**manager, "key": "pos.price_override"})
        return str(asked.data["approval"])

    line = {"variant_id": stocked.variant_id, "quantity": 1, "unit_price": 100}
    basket = {**at(stocked), "lines": [line]}
    assert till.post(HOLD, basket).status == 403
    held = till.post(HOLD, basket, X_Approval=approval()).data
    resumed = till.post(f"/api/pos/orders/{held['id']}/resume", at(stocked)).data
    assert (resumed["basket"]["lines"][0]["unit_price"], resumed["quote"]["total"]) == (100, 100)
    payments = [{"method": "cash", "amount": 100}]
    sale = {**resumed["basket"], "held_id": held["id"], "payments": payments}
    assert till.post("/api/pos/orders", sale).status == 403
    assert till.post("/api/pos/orders", sale, X_Approval=approval()).status == 201


class TestTheList:
    def test_has_what_waits_newest_first_and_the_other_way_round(
        self, stocked: Any, till: Any, park: Callable[..., Any]
    ) -> None:
        ids = [park(label=f"Number {n}")["id"] for n in range(3)]
        till.post(f"/api/pos/orders/{ids[1]}/resume", at(stocked))
        listed = till.get(HELD)
        assert [(one["id"], one["status"]) for one in listed.data] == [
            (ids[2], "held"),
            (ids[1], "resumed"),
            (ids[0], "held"),
        ]
        assert listed.json["pagination"]["total"] == 3
        assert [one["id"] for one in till.get(f"{HELD}?sort=held_at&limit=2").data] == ids[:2]
        assert till.delete(f"/api/pos/orders/{ids[1]}").data["status"] == "discarded"
        assert [one["id"] for one in till.get(HELD).data] == [ids[2], ids[0]]

    def test_is_filtered_by_till_cashier_store_and_words(
        self, stocked: Any, till: Any, second_till: str, park: Callable[..., Any]
    ) -> None:
        first = park(label="Lady with the pram", note="Back at FIVE")["id"]
        other = park(register_id=second_till)["id"]
        manager = stocked.shop.client("Manager")
        body = {"register_id": second_till, "lines": held_lines(park(), 1)}
        of_manager = manager.post(HOLD, body).data["id"]

        def found(query: str) -> set[str]:
            return {one["id"] for one in till.get(f"{HELD}?{query}").data}

        assert found(f"register_id={second_till}") == {other, of_manager}
        assert found(f"cashier_id={stocked.shop.users['Manager']}") == {of_manager}
        assert found("search=five%20PRAM") == {first}
        assert found("search=five%20bike") == set()
        assert len(found(f"store_id={stocked.store['id']}")) == 4
        assert found(f"store_id={uuid4()}") == set()

    def test_shows_only_the_stores_of_whoever_is_bound_to_some(
        self, stocked: Any, park: Callable[..., Any]
    ) -> None:
        admin = stocked.shop.client()
        elsewhere = admin.post("/api/admin/stores", {"name": "Else", "code": "ELSE"}).data["id"]
        held = park()["id"]
        stranger = stocked.shop.client("Cashier", stores=[elsewhere])
        assert stranger.get(HELD).data == []
        assert stranger.get(f"{HELD}?store_id={stocked.store['id']}").status == 403
        assert stranger.post(f"/api/pos/orders/{held}/resume").status == 404
        assert stranger.delete(f"/api/pos/orders/{held}").status == 404


class TestWhoHasIt:
    def test_another_till_is_told_who_has_it_and_a_manager_takes_it_over(
        self, stocked: Any, till: Any, second_till: str, park: Callable[..., Any]
    ) -> None:
        path = f"/api/pos/orders/{park()['id']}/resume"
        till.post(path, at(stocked))
        refused = till.post(path, {"register_id": second_till})
        assert (refused.status, refused.code) == (409, "held_elsewhere")
        assert "Till 1" in refused.json["message"]
        held_by = refused.json["error"]["held_by"]
        assert (held_by["register"], held_by["cashier_id"]) == (
            "Till 1",
            str(stocked.shop.users["Cashier"]),
        )
        take = {"register_id": second_till, "take_over": True}
        assert till.post(path, take).status == 403
        taken = stocked.shop.client("Manager").post(path, take)
        assert (taken.status, taken.data["resumed_register_id"]) == (200, second_till)
        assert till.post(path, at(stocked)).code == "held_elsewhere"

    def test_is_taken_over_by_whoever_a_manager_approves_that_of(
        self, stocked: Any, till: Any, second_till: str, park: Callable[..., Any]
    ) -> None:
        held_id, other_id = park()["id"], park()["id"]
        for one in (held_id, other_id):
            till.post(f"/api/pos/orders/{one}/resume", at(stocked))
        manager = {"username": stocked.shop.username("Manager"), "password": "correct horse battery staple"}
        asked = {**manager, "key": "pos.approve", "order_id": held_id}
        headers = {"X_Approval": till.post("/api/pos/approvals", asked).data["approval"]}
        take = {"register_id": second_till, "take_over": True}
        refused = till.post(f"/api/pos/orders/{other_id}/resume", take, **headers)
        assert (refused.status, refused.code) == (403, "approval_not_valid")
        taken = till.post(f"/api/pos/orders/{held_id}/resume", take, **headers)
        assert (taken.status, taken.data["resumed_register_id"]) == (200, second_till)
        approved_by = stocked.shop.events()[-1]["metadata"]["approved_by"]
        assert approved_by == str(stocked.shop.users["Manager"])

    def test_of_tills_that_want_it_at_once_one_gets_it(
        self, stocked: Any, second_till: str, park: Callable[..., Any]
    ) -> None:
        path = f"/api/pos/orders/{park()['id']}/resume"
        tills = [stocked.register["id"], second_till] * 3
        clients = [stocked.shop.client("Cashier") for _ in tills]
        with ThreadPoolExecutor(len(tills)) as together:
            answers = list(
                together.map(
                    lambda pair: pair[0].post(path, {"register_id": pair[1]}),
                    zip(clients, tills, strict=True),
                )
            )
        winners = {one for one, answer in zip(tills, answers, strict=True) if answer.status == 200}
        assert len(winners) == 1
        assert {answer.code for answer in answers if answer.status != 200} == {"held_elsewhere"}

    def test_of_sales_of_it_at_once_one_is_made(self, stocked: Any, park: Callable[..., Any]) -> None:
        held = park()["id"]
        clients = [stocked.shop.client("Cashier") for _ in range(4)]
        with ThreadPoolExecutor(4) as together:
            answers = list(
                together.map(
                    lambda client: client.post("/api/pos/orders", stocked.sale(held_id=held)), clients
                )
            )
        assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
        assert {answer.code for answer in answers if answer.status == 409} == {"invalid_transition"}
        assert stocked.on_hand() == "9"


class TestGivingItUp:
    def test_an_order_is_not_given_up_so(self, stocked: Any, till: Any) -> None:
        sold = stocked.sell().data
        refused = till.delete(f"/api/pos/orders/{sold['id']}")
        assert (refused.status, refused.code) == (409, "in_use")

    def test_twice_is_refused_and_so_is_a_stale_version(self, till: Any, park: Callable[..., Any]) -> None:
        path = f"/api/pos/orders/{park()['id']}"
        assert till.delete(path, If_Match='"7"').status == 412
        gone = till.delete(path, If_Match='"1"')
        assert (gone.status, gone.data["status"], gone.headers["etag"]) == (200, "discarded", '"2"')
        assert till.delete(path).code == "invalid_transition"

    def test_parked_again_it_is_another(self, stocked: Any, till: Any, park: Callable[..., Any]) -> None:
        held = park()
        till.post(f"/api/pos/orders/{held['id']}/resume", at(stocked))
        again = park(3, held_id=held["id"], label="Later")
        assert [one["id"] for one in till.get(HELD).data] == [again["id"]]
        assert till.post(f"/api/pos/orders/{held['id']}/resume", at(stocked)).code == "invalid_transition"

    def test_another_company_has_none_of_it(self, park: Callable[..., Any], make_shop: Any) -> None:
        held = park()["id"]
        stranger = make_shop().client()
        assert stranger.post(f"/api/pos/orders/{held}/resume").status == 404
        assert stranger.delete(f"/api/pos/orders/{held}").status == 404
        assert stranger.get(HELD).data == []


@pytest.mark.parametrize("role", ["Inventory Clerk"])
def test_whoever_does_not_sell_parks_nothing(stocked: Any, role: str, park: Callable[..., Any]) -> None:
    held, clerk = park()["id"], stocked.shop.client(role)
    assert clerk.get(HELD).status == 403
    assert clerk.post(HOLD, stocked.sale()).status == 403
    assert clerk.post(f"/api/pos/orders/{held}/resume").status == 403
    assert clerk.delete(f"/api/pos/orders/{held}").status == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [("label", "x" * 101), ("reserve", "maybe"), ("held_id", "1"), ("payments", []), ("lines", [])],
)
def test_what_cannot_be_parked_is_named(stocked: Any, till: Any, field: str, value: Any) -> None:
    line = {"variant_id": stocked.variant_id, "quantity": 1}
    refused = till.post(HOLD, {**at(stocked), "lines": [line], field: value})
    assert (refused.status, refused.fields) == (422, {field})
    assert till.get(HELD).data == []


def test_a_sale_names_a_parked_one_that_is_there(stocked: Any) -> None:
    refused = stocked.sell(held_id=str(uuid4()))
    assert (refused.status, refused.fields) == (422, {"held_id"})
