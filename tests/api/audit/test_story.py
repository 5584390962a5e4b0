"""The history of a thing as a story, over HTTP: sentences, what changed, and who may read them."""

from typing import Any
from uuid import uuid4

import pytest

from commands.ports import Caller
from infra.identity.tokens import Tokens
from tests.conftest import SECRET


def story(client: Any, stream_id: Any, query: str = "", **headers: str) -> list[dict[str, Any]]:
    answer = client.get(f"/api/audit/streams/{stream_id}/story?limit=100&{query}", **headers)
    assert answer.status == 200, answer.body
    steps: list[dict[str, Any]] = answer.data
    return steps


def sentences(client: Any, stream_id: Any, query: str = "") -> list[str]:
    return [step["sentence"] for step in story(client, stream_id, query)]


def without_costs(shop: Any) -> Any:
    """An admin who may not see costs."""
    admin = shop.users["Admin"]
    caller = Caller(company_id=shop.company_id, user_id=admin, session_id=admin, role="Admin")
    return shop.service.client(Tokens(SECRET, 3600).issue(caller, denied=["costs.view"]))


@pytest.fixture
def repriced(stocked: Any) -> Any:
    """A shop whose product costs more than before, to buy and to sell."""
    path = f"/api/admin/products/{stocked.product['id']}/variants/{stocked.variant_id}"
    stocked.shop.client().patch(path, {"price": 129, "cost": 70})
    return stocked


class TestAStory:
    def test_tells_a_product_from_its_beginning(self, repriced: Any) -> None:
        admin, who = repriced.shop.client(), repriced.shop.username("Admin").partition("@")[0]
        assert sentences(admin, repriced.product["id"]) == [
            f"{who} drafted the product Oat milk, 1 variant.",
            f"{who} released Oat milk: it can be sold.",
            f"{who} changed the price of Oat milk from EUR 1.19 to EUR 1.29.",
            f"{who} changed the purchase cost of Oat milk from EUR 0.60 to EUR 0.70.",
        ]
        assert sentences(admin, repriced.product["id"], "lang=de")[2:] == [
            f"{who} hat den Preis von Oat milk von 1,19 EUR auf 1,29 EUR geändert.",
            f"{who} hat den Einkaufspreis von Oat milk von 0,60 EUR auf 0,70 EUR geändert.",
        ]

    def test_says_what_each_step_changed(self, repriced: Any) -> None:
        first, second, third, _ = story(repriced.shop.client(), repriced.product["id"])
        price = f"variants.{repriced.variant_id}.price"
        assert {"field": price, "from": None, "to": 119} in first["changes"]
        assert second["changes"] == [{"field": "status", "from": "draft", "to": "active"}]
        assert third["changes"] == [{"field": price, "from": 119, "to": 129}]
        assert (third["version"], third["event"]) == (3, "products.Product.Repriced")
        assert (third["by"], third["by_name"]) == (
            str(repriced.shop.users["Admin"]),
            repriced.shop.username("Admin"),
        )

    def test_names_what_it_is_about(self, repriced: Any) -> None:
        shop = repriced.shop
        admin, cashier = shop.client(), shop.username("Cashier").partition("@")[0]
        sale = repriced.sell(2, price=129).data
        (sold, *_) = sentences(admin, sale["id"])
        assert sold == f"{cashier} sold 1 line, EUR 2.58, paid by cash."
        issued = admin.get("/api/audit/events?stream_type=stock.StockMovement&before=9000000").data[0]
        assert issued["summary"] == f"2 \u00d7 Oat milk left Back with a sale, {sale['number']}."

    def test_of_a_shift_tells_what_became_of_its_cash(self, stocked: Any) -> None:
        admin, register = stocked.shop.client(), stocked.register["id"]
        shift = admin.post("/api/pos/shifts/open", {"register_id": register, "opening_float": 10_000}).data
        path = f"/api/pos/shifts/{shift['id']}"
        cash = {"type": "paid_out", "amount": 500, "reason": "petty_cash", "note": "flowers"}
        assert admin.post(f"{path}/cash-movements", cash).status == 201
        closing = {"counted_cash": 9_400, "closing_float": 9_400}
        assert admin.post(f"{path}/close", closing).status == 200
        opened, paid, closed = story(admin, shift["id"])
        assert opened["sentence"].endswith("opened the shift at Till 1 with EUR 100.00 in the drawer.")
        assert paid["sentence"].endswith("paid EUR 5.00 out of the drawer (petty cash): flowers.")
        assert closed["sentence"].endswith("EUR 94.00 counted, EUR 95.00 expected, EUR 1.00 short.")
        assert {"field": "movements.1.amount", "from": None, "to": 500} in paid["changes"]
        assert {"field": "status", "from": "open", "to": "closed"} in closed["changes"]
        assert not [one for step in (paid, closed) for one in step["changes"] if "originator" in one["field"]]

    def test_of_an_order_shows_the_fields_of_its_history(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        line = {"variant_id": stocked.variant_id, "quantity": "4"}
        body = {"store_id": stocked.store["id"], "channel": "phone", "lines": [line]}
        order = admin.post("/api/admin/orders", body).data
        line_id, path = order["lines"][0]["id"], f"/api/admin/orders/{order['id']}"
        admin.patch(path, {"lines": [{"id": line_id, "quantity": "3"}], "reason": "they rang"})
        admin.post(f"{path}/fulfil", {"lines": [{"line_id": line_id, "quantity": "1"}]})
        placed, amended, handed, *_ = story(admin, order["id"])
        assert {"field": f"lines.{line_id}.quantity", "from": "4", "to": "3"} in amended["changes"]
        assert {"field": f"lines.{line_id}.quantity", "from": None, "to": "4"} in placed["changes"]
        assert handed["sentence"].endswith("handed over 1 of 3 Oat milk.")
        history = admin.get(f"{path}/history").data
        assert [step["sentence"] for step in history][1:] == [
            step["sentence"] for step in story(admin, order["id"])
        ][1:]

    def test_goes_on_page_by_page_from_either_end(self, repriced: Any) -> None:
        admin, path = repriced.shop.client(), f"/api/audit/streams/{repriced.product['id']}/story"
        whole = story(admin, repriced.product["id"])
        for name, start, expected in (("after", 0, whole), ("before", 2**53 - 1, whole[::-1])):
            steps, place, has_more = [], start, True
            while has_more:
                page = admin.get(f"{path}?limit=1&{name}={place}").json
                steps += page["data"]
                place, has_more = page["pagination"][f"next_{name}"], page["pagination"]["has_more"]
            assert steps == expected

    def test_is_in_the_language_that_its_reader_prefers(self, repriced: Any) -> None:
        admin, product = repriced.shop.client(), repriced.product["id"]
        (german, *_) = story(admin, product, Accept_Language="fr, de;q=0.5")
        assert "hat das Produkt" in german["sentence"]
        (english, *_) = story(admin, product, "lang=en", Accept_Language="de")
        assert "drafted the product" in english["sentence"]
        answer = admin.get(f"/api/audit/events?lang=de&stream_id={product}")
        assert answer.headers["content-language"] == "de"
        assert "hat das Produkt" in answer.data[0]["summary"]

    def test_of_a_customer_forgets_who_that_was(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        customer = admin.post("/api/admin/customers", {"name": "Grace Hopper"}).data
        assert sentences(admin, customer["id"])[0].endswith("added the customer Grace Hopper.")
        path = f"/api/admin/customers/{customer['id']}"
        assert admin.post(f"{path}/erase", {"reason": "asked"}).status in (200, 202)
        answer = admin.get(f"/api/audit/streams/{customer['id']}/story")
        assert answer.data[0]["sentence"].endswith("added the customer Erased customer.")
        assert b"Grace" not in answer.body


class TestSummaries:
    def test_are_the_sentences_of_the_stories(self, repriced: Any) -> None:
        admin = repriced.shop.client()
        rows = admin.get(f"/api/audit/events?stream_id={repriced.product['id']}").data
        assert [row["summary"] for row in rows] == sentences(admin, repriced.product["id"])

    def test_are_there_for_every_event_of_a_shop(self, repriced: Any) -> None:
        repriced.sell(2, price=129)
        for language in ("en", "de"):
            rows = repriced.shop.client().get(f"/api/audit/events?limit=100&lang={language}").data
            assert [row["type"] for row in rows if not row["summary"]] == []


class TestWhoMayRead:
    def test_nobody_without_the_key_and_nobody_of_another_company(self, stocked: Any, make_shop: Any) -> None:
        path = f"/api/audit/streams/{stocked.product['id']}/story"
        for role in ("Manager", "Cashier", "Inventory Clerk"):
            assert stocked.shop.client(role).get(path).status == 403, role
        assert stocked.shop.service.client().get(path).status == 401
        stranger = make_shop().client().get(path)
        assert (stranger.status, stranger.code) == (404, "not_found")

    def test_only_of_their_own_stores_who_are_bound_to_these(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        other = admin.post("/api/admin/stores", {"name": "North", "code": "N"}).data
        bound = stocked.shop.client("Admin", stores=[stocked.store["id"]])
        sale = stocked.sell().data
        for stream_id, status in (
            (stocked.store["id"], 200),
            (sale["id"], 200),
            (other["id"], 404),
            (stocked.product["id"], 404),
        ):
            assert bound.get(f"/api/audit/streams/{stream_id}/story").status == status, stream_id

    def test_no_costs_who_may_not_see_these(self, repriced: Any) -> None:
        denied, product = without_costs(repriced.shop), repriced.product["id"]
        steps = story(denied, product)
        assert steps[-1]["sentence"].endswith("changed the purchase cost of Oat milk.")
        assert steps[-1]["changes"] == []
        assert not [one for step in steps for one in step["changes"] if "cost" in one["field"]]
        (*_, summary) = denied.get(f"/api/audit/events?stream_id={product}").data
        assert summary["summary"] == steps[-1]["sentence"]

    def test_no_names_of_customers_who_may_not_see_these(self, stocked: Any) -> None:
        shop, admin = stocked.shop, stocked.shop.client()
        customer = admin.post("/api/admin/customers", {"name": "Grace", "credit_limit": 10_000}).data
        body = {
            "storage_id": stocked.storage["id"],
            "customer_id": customer["id"],
            "lines": [{"variant_id": stocked.variant_id, "quantity": "1"}],
            "expires_at": "2100-01-01T00:00:00Z",
        }
        reservation = admin.post("/api/admin/inventory/reservations", body)
        assert reservation.status == 201, reservation.body
        user = shop.users["Admin"]
        caller = Caller(company_id=shop.company_id, user_id=user, session_id=user, role="Admin")
        denied = shop.service.client(Tokens(SECRET, 3600).issue(caller, denied=["customers.view"]))
        stream_id = reservation.data["id"]
        assert " for Grace" in sentences(admin, stream_id)[0]
        assert "Grace" not in sentences(denied, stream_id)[0]


class TestWhatIsRefused:
    def test_is_what_means_nothing(self, shop: Any) -> None:
        path = f"/api/audit/streams/{shop.company_id}/story"
        for query, fields in (
            ("lang=xx", {"lang"}),
            ("lang=fr", {"lang"}),
            ("lang=", {"lang"}),
            ("limit=0", {"limit"}),
            ("limit=101", {"limit"}),
            ("after=x", {"after"}),
            ("after=1&before=2", {"after", "before"}),
            ("version=1", {"version"}),
        ):
            refused = shop.client().get(f"{path}?{query}")
            assert (refused.status, refused.fields) == (400, fields), query
        refused = shop.client().get("/api/audit/events?lang=xx")
        assert (refused.status, refused.fields) == (400, {"lang"})

    def test_is_what_never_was(self, shop: Any) -> None:
        answer = shop.client().get(f"/api/audit/streams/{uuid4()}/story")
        assert (answer.status, answer.code) == (404, "not_found")
